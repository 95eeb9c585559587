//! The schema's versions and how a database gets from one to the next.

use refinery::{Migration, Runner};
use tokio_postgres::error::SqlState;

use crate::{
    dialect,
    error::{Error, Result},
    postgres::{Postgres, chain},
    value::Row,
};

/// Where a database stands compared with this binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaState {
    /// It has every migration this binary knows.
    Current(u32),
    /// It lacks some; `0` is an empty database.
    Behind {
        /// The version it has.
        at: u32,
        /// The version this binary wants.
        wanted: u32,
    },
    /// A newer binary has been here.
    Ahead {
        /// The version it has.
        at: u32,
        /// The version this binary knows.
        known: u32,
    },
}

/// A migration's name and its texts: what both databases share, then what only one of them has.
type Steps = &'static [(&'static str, &'static [&'static str])];

const SQLITE: Steps = &[(
    "V1__the_ticket_office_opens",
    &[
        include_str!("../migrations/V1__the_ticket_office_opens.sql"),
        include_str!("../migrations/sqlite_V1__user_index.sql"),
    ],
)];

const POSTGRES: Steps = &[(
    "V1__the_ticket_office_opens",
    &[
        include_str!("../migrations/V1__the_ticket_office_opens.sql"),
        include_str!("../migrations/postgres_V1__hot.sql"),
    ],
)];

/// How long a node waits for another one that migrates.
const OTHERS: &str = "SET LOCAL lock_timeout = '60s'";
/// How often a migration is tried again whose tables are in use.
const ATTEMPTS: u32 = 3;

fn migrations(steps: Steps, fill: fn(&str) -> String) -> Result<Vec<Migration>> {
    steps
        .iter()
        .map(|(name, parts)| {
            Migration::unapplied(name, &fill(&parts.concat())).map_err(|error| Error::Bug(error.to_string()))
        })
        .collect()
}

/// Where a database stands that has this version.
fn state(at: u32, steps: Steps) -> SchemaState {
    let known = u32::try_from(steps.len()).unwrap_or(u32::MAX);
    match at.cmp(&known) {
        std::cmp::Ordering::Equal => SchemaState::Current(at),
        std::cmp::Ordering::Less => SchemaState::Behind { at, wanted: known },
        std::cmp::Ordering::Greater => SchemaState::Ahead { at, known },
    }
}

/// Reads where a SQLite database stands; changes nothing.
pub(crate) fn sqlite_state(connection: &rusqlite::Connection) -> Result<SchemaState> {
    let there: bool = connection.query_row(
        "SELECT count(*) FROM sqlite_schema WHERE name = 'refinery_schema_history'",
        [],
        |row| row.get::<_, i64>(0).map(|count| count > 0),
    )?;
    let at: u32 = if there {
        connection.query_row("SELECT coalesce(max(version), 0) FROM refinery_schema_history", [], |row| row.get(0))?
    } else {
        0
    };
    Ok(state(at, SQLITE))
}

/// Brings a SQLite database up to this binary's version, all steps or none, and refuses one that is newer.
pub(crate) fn sqlite(connection: &mut rusqlite::Connection) -> Result<SchemaState> {
    let before = sqlite_state(connection)?;
    match before {
        SchemaState::Current(_) => return Ok(before),
        SchemaState::Ahead { at, known } => return Err(ahead(at, known)),
        SchemaState::Behind { .. } => {}
    }
    Runner::new(&migrations(SQLITE, dialect::sqlite_schema)?)
        .set_grouped(true)
        .run(connection)
        .map_err(|error| failed(&error))?;
    sqlite_state(connection)
}

/// Reads where a PostgreSQL database stands; changes nothing.
pub(crate) async fn postgres_state(db: &Postgres) -> Result<SchemaState> {
    let there = db.rows("SELECT to_regclass('refinery_schema_history') IS NOT NULL", Vec::new()).await?;
    let at: u32 = if number(there)? == 0 {
        0
    } else {
        number(db.rows("SELECT coalesce(max(version), 0) FROM refinery_schema_history", Vec::new()).await?)?
    };
    Ok(state(at, POSTGRES))
}

fn number(mut rows: Vec<Row>) -> Result<u32> {
    rows.first_mut().ok_or_else(|| Error::Bug("an aggregate returned no row".into()))?.next()
}

/// Brings a PostgreSQL database up to this binary's version, all steps or none. One node at a time: the others wait for
/// it and then find nothing left to do. The lock only spares them an error; what keeps two from both migrating is that
/// the steps and their entry in the history, whose version is unique, are one transaction.
pub(crate) async fn postgres(db: &Postgres) -> Result<SchemaState> {
    let lock = db.connect().await?;
    // Two that make it at the same moment: one of them is told that it is there, and both go on.
    if let Err(error) = lock.batch_execute("CREATE TABLE IF NOT EXISTS migrating ()").await
        && error.code().is_none()
    {
        return Err(error.into());
    }
    lock.batch_execute(&format!("BEGIN; {OTHERS}; LOCK TABLE migrating IN ACCESS EXCLUSIVE MODE")).await?;
    let before = postgres_state(db).await?;
    match before {
        SchemaState::Current(_) => return Ok(before),
        SchemaState::Ahead { at, known } => return Err(ahead(at, known)),
        SchemaState::Behind { .. } => {}
    }
    let runner = Runner::new(&migrations(POSTGRES, dialect::postgres_schema)?).set_grouped(true);
    let mut attempt = 1;
    loop {
        let mut client = db.connect().await?;
        match runner.run_async(&mut client).await {
            Ok(_) => break,
            Err(error) if attempt < ATTEMPTS && in_use(&error) => {
                tracing::warn!("tables are in use by others; the migration is tried again");
                attempt += 1;
            }
            Err(error) => return Err(failed(&error)),
        }
    }
    lock.batch_execute("COMMIT").await?;
    postgres_state(db).await
}

/// Whether a table was in use for longer than the migration may wait for it.
fn in_use(error: &refinery::Error) -> bool {
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref::<tokio_postgres::Error>());
    source.and_then(tokio_postgres::Error::code) == Some(&SqlState::LOCK_NOT_AVAILABLE)
}

fn failed(error: &refinery::Error) -> Error {
    Error::Setup(format!("the database's schema could not be brought up to date: {}", chain(error)))
}

/// The refusal to touch a newer database.
pub(crate) fn ahead(at: u32, known: u32) -> Error {
    Error::Setup(format!(
        "the database was written by a newer Houselights (schema version {at}; this one knows {known}): start the newer \
         version again, or restore a backup made before the upgrade"
    ))
}
