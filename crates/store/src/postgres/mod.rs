//! PostgreSQL: a bounded pool, transactions without session state, and answers in bounded time when it is away.

mod bell;
mod dial;
mod lease;
mod place;
mod probe;
mod tls;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

pub use bell::Bell;
use deadpool_postgres::{Manager, ManagerConfig, Pool, PoolError, RecyclingMethod, Runtime};
use dial::Dial;
pub(crate) use lease::{Kind, Lease};
use place::Place;
pub(crate) use place::chain;

use crate::{
    cold::turns,
    error::{Error, Result},
    exec::{Access, BoxFuture, Tx},
    hot::OwnEntries,
    migrate::{self, SchemaState, Step},
    value::{FromRow, Row, Value},
};

/// How long one statement of a snapshot may run: `verify` and `export` read everything.
const SNAPSHOT: Duration = Duration::from_mins(10);

/// How much longer than the database we wait before we give an answer up.
const SLACK: Duration = Duration::from_millis(200);

/// Where PostgreSQL is and how it is used.
#[derive(Clone)]
pub struct PostgresOptions {
    /// `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full`.
    pub url: String,
    /// The most connections at once.
    pub connections: usize,
    /// The longest wait for one of them, a new one included.
    pub wait: Duration,
    /// The longest that one statement may run or wait for a lock.
    pub limit: Duration,
    /// Whether the hot path may prepare statements by name: not through a pooler that hands every transaction to
    /// another session and does not keep track of them (PgBouncer before 1.21).
    pub prepare: bool,
}

impl PostgresOptions {
    /// Everything but the URL as it is by default.
    pub fn at(url: impl Into<String>) -> Self {
        let (wait, limit) = (Duration::from_millis(800), Duration::from_secs(1));
        Self { url: url.into(), connections: 16, wait, limit, prepare: true }
    }
}

/// Leaves out the URL, which holds a password.
impl std::fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresOptions").field("connections", &self.connections).finish_non_exhaustive()
    }
}

/// An open PostgreSQL database.
#[derive(Debug)]
pub(crate) struct Postgres {
    pool: Pool,
    pub(crate) options: PostgresOptions,
    dial: Dial,
    pub(crate) own_entries: OwnEntries,
    shown: String,
    schema: SchemaState,
    /// How often the programme had been changed when that was last asked.
    programme: AtomicI64,
}

/// The settings of a server that the promises rest on.
struct Durability(String, String);

impl FromRow for Durability {
    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self(row.next()?, row.next()?))
    }
}

impl Postgres {
    /// Connects, and brings the schema up to date unless it is only looked at.
    pub(crate) async fn open(options: PostgresOptions, access: Access) -> Result<Self> {
        Self::open_knowing(options, access, migrate::steps()).await
    }

    /// The same as a program of another version does it, which knows other steps.
    pub(crate) async fn open_knowing(options: PostgresOptions, access: Access, steps: &[Step]) -> Result<Self> {
        let place = Place::parse(&options.url)?;
        let tls = tls::connector(&place.protection)?;
        let dial = Dial::new(place.ways.clone(), tls);
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_connect(dial.config(), dial.clone(), recycling);
        let pool = Pool::builder(manager)
            .max_size(options.connections.max(1))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| Error::Bug(format!("the pool of connections: {error}")))?;
        let mut db = Self {
            pool,
            options,
            own_entries: OwnEntries::default(),
            dial,
            shown: place.shown(),
            schema: SchemaState::Current(0),
            programme: AtomicI64::new(0),
        };
        db.schema = migrate::postgres_state(&db, steps).await?;
        if matches!(db.schema, SchemaState::Behind { .. }) && access != Access::Read {
            db.schema = migrate::postgres(&db, steps).await?;
        }
        migrate::admitted(db.schema)?;
        if access == Access::Serve {
            db.is_trustworthy().await?;
            db.changed_elsewhere().await?;
        }
        Ok(db)
    }

    /// Refuses a database on which the promises cannot be kept, by its settings or by what it does.
    pub(crate) async fn is_trustworthy(&self) -> Result<()> {
        self.is_durable().await?;
        probe::probe(self).await
    }

    async fn is_durable(&self) -> Result<()> {
        let settings = "SELECT current_setting('synchronous_commit'), current_setting('fsync')";
        let found: Option<Durability> = self.first(settings).await?;
        let Some(Durability(commit, fsync)) = found else { return Ok(()) };
        if commit == "off" {
            return Err(Error::Setup(
                "PostgreSQL is set to synchronous_commit = off, which loses bookings that were acknowledged: set it to \
                 on for this database or this user"
                    .into(),
            ));
        }
        if fsync == "off" {
            tracing::warn!("PostgreSQL is set to fsync = off: a power cut can lose everything; this is for tests only");
        }
        Ok(())
    }

    async fn first<T: FromRow>(&self, sql: &'static str) -> Result<Option<T>> {
        self.rows(sql, Vec::new()).await?.iter_mut().next().map(T::from_row).transpose()
    }

    /// The schema's version when it was opened.
    pub(crate) const fn schema(&self) -> SchemaState {
        self.schema
    }

    /// Place, database, user and protection, in words.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// A connection of one's own, outside the pool. It ends when it is dropped.
    pub(crate) async fn connect(&self) -> Result<tokio_postgres::Client> {
        self.dial.connect().await
    }

    /// A connection of one's own whose messages the caller reads.
    pub(crate) async fn listen(&self) -> Result<dial::Listening> {
        bounded(self.options.wait, self.dial.listen()).await
    }

    /// A connection, within the time that is allowed for waiting.
    pub(crate) async fn lease(&self) -> Result<Lease> {
        let got = tokio::time::timeout(self.options.wait, self.pool.get()).await;
        match got {
            Ok(Ok(object)) => Ok(Lease::new(object)),
            Ok(Err(PoolError::Backend(error))) => Err(error.into()),
            Ok(Err(error)) => Err(Error::Unavailable(chain(&error))),
            Err(_) => Err(Error::Unavailable(format!("no connection within {:?}", self.options.wait))),
        }
    }

    /// One portable statement that reads. A connection that turns out to have been closed is replaced once.
    pub(crate) async fn rows(&self, sql: &str, params: Vec<Value>) -> Result<Vec<Row>> {
        let reading = async {
            match self.read(sql, &params).await {
                Err((Error::Unavailable(_), true)) => self.read(sql, &params).await,
                other => other,
            }
        };
        // A way that swallows everything must not keep the caller longer than a server that is slow.
        let bounded = tokio::time::timeout(self.options.wait + self.options.limit, reading).await;
        let Ok(read) = bounded else { return Err(Error::Unavailable("no answer in time".into())) };
        read.map_err(|(error, _)| error)
    }

    /// The error says whether the connection was at fault.
    async fn read(&self, sql: &str, params: &[Value]) -> std::result::Result<Vec<Row>, (Error, bool)> {
        let lease = self.lease().await.map_err(|error| (error, false))?;
        match lease.read(sql, params, self.options.limit).await {
            Err(error) => {
                let closed = lease.is_closed();
                if !closed {
                    lease.give_back();
                }
                Err((error, closed))
            }
            Ok(rows) => {
                lease.give_back();
                Ok(rows)
            }
        }
    }

    /// A transaction of portable statements that writes: READ COMMITTED, and each statement in bounded time. It is
    /// never run twice: what loses a deadlock is [`Error::Unavailable`], had no effect, and may be tried again.
    pub(crate) async fn write<T, E, F>(self: &Arc<Self>, body: F) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: for<'t> FnOnce(&'t Tx) -> BoxFuture<'t, std::result::Result<T, E>> + Send + 'static,
    {
        self.transaction(Kind::Write, self.options.limit, body).await
    }

    /// A transaction of portable statements that sees one state of the database and writes nothing.
    pub(crate) async fn snapshot<T, E, F>(self: &Arc<Self>, body: F) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: for<'t> FnOnce(&'t Tx) -> BoxFuture<'t, std::result::Result<T, E>> + Send + 'static,
    {
        self.transaction(Kind::Snapshot, SNAPSHOT, body).await
    }

    async fn transaction<T, E, F>(self: &Arc<Self>, kind: Kind, limit: Duration, body: F) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: for<'t> FnOnce(&'t Tx) -> BoxFuture<'t, std::result::Result<T, E>> + Send + 'static,
    {
        let db = Arc::clone(self);
        // A task of its own: a caller who goes away must not leave a transaction half done.
        let ran = tokio::spawn(async move {
            let lease = db.lease().await?;
            bounded(limit, lease.begin(kind, limit)).await?;
            let tx = Tx::postgres(PostgresTx { lease, limit, failed: AtomicBool::new(false) });
            let result = body(&tx).await;
            let Some(PostgresTx { lease, failed, .. }) = tx.into_postgres() else {
                return Err(E::from(Error::Bug("a transaction changed its database".into())));
            };
            match result {
                Ok(value) => {
                    tokio::time::timeout(limit + SLACK, lease.commit())
                        .await
                        .unwrap_or_else(|_| Err(Error::Unknown("no answer to a commit in time".into())))?;
                    lease.give_back();
                    Ok(value)
                }
                Err(error) => {
                    // Where rolling back fails the connection is dropped, which rolls back as well.
                    let clean = !failed.into_inner() && bounded(limit, lease.roll_back()).await.is_ok();
                    if clean {
                        lease.give_back();
                    }
                    Err(error)
                }
            }
        });
        ran.await.map_err(|error| E::from(Error::Bug(format!("a transaction panicked: {error}"))))?
    }

    /// Whether the programme has been changed, here or elsewhere, since this was last asked.
    pub(crate) async fn changed_elsewhere(&self) -> Result<bool> {
        let now = self.first::<turns::Taken>(turns::TAKEN).await?.map_or(0, |taken| taken.0);
        Ok(self.programme.swap(now, Ordering::AcqRel) != now)
    }
}

/// A transaction under way.
#[derive(Debug)]
pub(crate) struct PostgresTx {
    lease: Lease,
    limit: Duration,
    /// Whether the connection is not to be used again.
    failed: AtomicBool,
}

impl PostgresTx {
    pub(crate) async fn rows(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        let result = bounded(self.limit, self.lease.statement(sql, params)).await;
        if matches!(result, Err(Error::Unavailable(_))) {
            self.failed.store(true, Ordering::Release);
        }
        result
    }
}

/// PostgreSQL ends a statement that runs for too long; this ends one whose answer never comes.
async fn bounded<T>(limit: Duration, work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::time::timeout(limit + SLACK, work)
        .await
        .unwrap_or_else(|_| Err(Error::Unavailable("no answer in time".into())))
}
