//! The embedded database: one file, one writer at a time, readers beside it.

mod open;
mod pool;

use std::{
    future::Future,
    path::{Path, PathBuf},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker},
};

use parking_lot::{Mutex, MutexGuard};
use rusqlite::{Connection, types::ValueRef};

pub use open::SqliteOptions;
use pool::Readers;

use crate::{
    dialect,
    error::{Error, Result},
    exec::{BoxFuture, Tx},
    hot::{claim_tail::ClaimTail, user_index::UserIndex},
    migrate::SchemaState,
    value::{Row, Value},
};

/// An open SQLite database.
#[derive(Debug)]
pub(crate) struct Sqlite {
    file: PathBuf,
    schema: SchemaState,
    /// Whoever holds it may write. It is apart from the connection so that a cold transaction can keep it across
    /// statements, and it is handed over fairly so that sign-ups get their turn in a flash sale.
    turn: Mutex<()>,
    writer: Arc<Mutex<Connection>>,
    readers: Readers,
    pub(crate) user_index: UserIndex,
    pub(crate) claim_tail: ClaimTail,
    /// SQLite's `data_version` when it was last looked at: it moves when somebody else commits.
    version: AtomicI64,
    /// Cold transactions begun so far.
    cold_writes: AtomicU64,
    /// Held for as long as the database is open.
    _lock: Option<open::Lock>,
}

/// The right to write, until it is dropped.
pub(crate) struct Turn<'a> {
    _turn: FairTurn<'a>,
    pub(crate) connection: MutexGuard<'a, Connection>,
}

struct FairTurn<'a>(Option<MutexGuard<'a, ()>>);

impl Drop for FairTurn<'_> {
    fn drop(&mut self) {
        if let Some(turn) = self.0.take() {
            MutexGuard::unlock_fair(turn);
        }
    }
}

impl Sqlite {
    /// The database file.
    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// The schema's version when it was opened.
    pub(crate) const fn schema(&self) -> SchemaState {
        self.schema
    }

    /// Waits for the right to write. Blocks: call it from a thread that may.
    pub(crate) fn turn(&self) -> Turn<'_> {
        let turn = FairTurn(Some(self.turn.lock()));
        Turn { _turn: turn, connection: self.writer.lock() }
    }

    /// Runs `work` on a reader of its own, on a thread that may block.
    pub(crate) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let permit = self.readers.permit().await?;
        let db = Arc::clone(self);
        blocking(move || {
            let _permit = permit;
            db.readers.with(&db.file, work)
        })
        .await
    }

    /// Cold transactions begun so far. Does not move for whoever has the turn.
    pub(crate) fn cold_writes(&self) -> u64 {
        self.cold_writes.load(Ordering::Acquire)
    }

    /// Whether another process has committed since the last call. Blocks.
    pub(crate) fn changed_elsewhere(&self) -> Result<bool> {
        let now: i64 = self.turn().connection.query_row("PRAGMA data_version", [], |row| row.get(0))?;
        Ok(self.version.swap(now, Ordering::AcqRel) != now)
    }

    /// One portable statement on a reader.
    pub(crate) async fn rows(self: &Arc<Self>, sql: &'static str, params: Vec<Value>) -> Result<Vec<Row>> {
        self.read(move |connection| statement(connection, sql, &params)).await
    }

    /// A transaction of portable statements that writes.
    pub(crate) async fn write<T, E, F>(self: &Arc<Self>, body: F) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: for<'t> FnOnce(&'t Tx) -> BoxFuture<'t, std::result::Result<T, E>> + Send + 'static,
    {
        let db = Arc::clone(self);
        let ran = tokio::task::spawn_blocking(move || {
            let turn = FairTurn(Some(db.turn.lock()));
            db.cold_writes.fetch_add(1, Ordering::AcqRel);
            settle(&db.writer.lock())?;
            begin(&db.writer.lock(), "BEGIN IMMEDIATE")?;
            let result = in_transaction(&db.writer, body);
            drop(turn);
            result
        });
        ran.await.map_err(|error| E::from(Error::Bug(format!("a transaction panicked: {error}"))))?
    }

    /// A transaction of portable statements that sees one state of the database and writes nothing.
    pub(crate) async fn snapshot<T, E, F>(self: &Arc<Self>, body: F) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: for<'t> FnOnce(&'t Tx) -> BoxFuture<'t, std::result::Result<T, E>> + Send + 'static,
    {
        let file = self.file.clone();
        let ran = tokio::task::spawn_blocking(move || {
            let connection = Arc::new(Mutex::new(open::reader(&file)?));
            begin(&connection.lock(), "BEGIN")?;
            in_transaction(&connection, body)
        });
        ran.await.map_err(|error| E::from(Error::Bug(format!("a transaction panicked: {error}"))))?
    }

    /// Copies the database, as it is at one moment, to a new file; `progress` gets pages done and pages in all.
    pub(crate) async fn backup(
        self: &Arc<Self>,
        to: PathBuf,
        mut progress: impl FnMut(u32, u32) + Send + 'static,
    ) -> Result<()> {
        self.read(move |from| {
            let mut target = Connection::open(&to)?;
            let backup = rusqlite::backup::Backup::new(from, &mut target)?;
            loop {
                use rusqlite::backup::StepResult::{Busy, Done, Locked, More};
                let step = backup.step(1024)?;
                let done = backup.progress();
                let total = u32::try_from(done.pagecount).unwrap_or(0);
                progress(total.saturating_sub(u32::try_from(done.remaining).unwrap_or(0)), total);
                match step {
                    Done => return Ok(()),
                    More => {}
                    Busy | Locked | _ => std::thread::yield_now(),
                }
            }
        })
        .await
    }
}

/// Runs blocking work on a thread of its own and turns a panic there into an error here.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Bug(format!("a database call panicked: {error}")))?
}

/// Rolls back what a panicking transaction left open.
pub(crate) fn settle(connection: &Connection) -> Result<()> {
    if !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK")?;
    }
    Ok(())
}

fn begin(connection: &Connection, how: &str) -> Result<()> {
    Ok(connection.execute_batch(how)?)
}

/// Runs a transaction's body to its end, then commits or rolls back. A body that waits for anything but its own
/// statements would keep every writer waiting: it is refused.
fn in_transaction<T, E, F>(connection: &Arc<Mutex<Connection>>, body: F) -> std::result::Result<T, E>
where
    E: From<Error>,
    F: for<'t> FnOnce(&'t Tx) -> BoxFuture<'t, std::result::Result<T, E>>,
{
    let tx = Tx::sqlite(Arc::clone(connection));
    let mut context = Context::from_waker(Waker::noop());
    let result = match pin!(body(&tx)).poll(&mut context) {
        Poll::Ready(result) => result,
        Poll::Pending => Err(E::from(Error::Bug("a transaction waited for something else than its statements".into()))),
    };
    let connection = connection.lock();
    match result {
        Ok(value) => match connection.execute_batch("COMMIT") {
            Ok(()) => Ok(value),
            Err(error) => {
                settle(&connection)?;
                Err(E::from(error.into()))
            }
        },
        Err(error) => {
            settle(&connection)?;
            Err(error)
        }
    }
}

/// Runs one portable statement.
pub(crate) fn statement(connection: &Connection, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
    let mut statement = connection.prepare_cached(&dialect::sqlite_statement(sql))?;
    let columns = statement.column_count();
    let mut rows = statement.query(rusqlite::params_from_iter(params.iter().map(ToSqlite)))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let values: Result<Vec<Value>> = (0..columns).map(|column| from_sqlite(row.get_ref(column)?)).collect();
        all.push(Row(values?.into_iter()));
    }
    Ok(all)
}

struct ToSqlite<'a>(&'a Value);

impl rusqlite::ToSql for ToSqlite<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        Ok(rusqlite::types::ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Int(number) => ValueRef::Integer(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn from_sqlite(value: ValueRef<'_>) -> Result<Value> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Text(text) => {
            Value::Text(String::from_utf8(text.to_vec()).map_err(|error| Error::Corrupt(error.to_string()))?)
        }
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
        ValueRef::Real(number) => return Err(Error::Bug(format!("a column holds the fraction {number}"))),
    })
}
