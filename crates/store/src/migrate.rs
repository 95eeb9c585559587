//! The schema's versions and how a database gets from one to the next.

use refinery::{Migration, Runner};

use crate::{
    dialect,
    error::{Error, Result},
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

const SQLITE: &[(&str, &[&str])] = &[(
    "V1__the_ticket_office_opens",
    &[
        include_str!("../migrations/V1__the_ticket_office_opens.sql"),
        include_str!("../migrations/sqlite_V1__user_index.sql"),
    ],
)];

fn migrations() -> Result<Vec<Migration>> {
    SQLITE
        .iter()
        .map(|(name, parts)| {
            Migration::unapplied(name, &dialect::sqlite_schema(&parts.concat()))
                .map_err(|error| Error::Bug(error.to_string()))
        })
        .collect()
}

fn known() -> u32 {
    u32::try_from(SQLITE.len()).unwrap_or(u32::MAX)
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
    let known = known();
    Ok(match at.cmp(&known) {
        std::cmp::Ordering::Equal => SchemaState::Current(at),
        std::cmp::Ordering::Less => SchemaState::Behind { at, wanted: known },
        std::cmp::Ordering::Greater => SchemaState::Ahead { at, known },
    })
}

/// Brings a SQLite database up to this binary's version, all steps or none, and refuses one that is newer.
pub(crate) fn sqlite(connection: &mut rusqlite::Connection) -> Result<SchemaState> {
    let before = sqlite_state(connection)?;
    match before {
        SchemaState::Current(_) => return Ok(before),
        SchemaState::Ahead { at, known } => return Err(ahead(at, known)),
        SchemaState::Behind { .. } => {}
    }
    Runner::new(&migrations()?)
        .set_grouped(true)
        .run(connection)
        .map_err(|error| Error::Setup(format!("the database's schema could not be brought up to date: {error}")))?;
    sqlite_state(connection)
}

/// The refusal to touch a newer database.
pub(crate) fn ahead(at: u32, known: u32) -> Error {
    Error::Setup(format!(
        "the database was written by a newer Houselights (schema version {at}; this one knows {known}): start the newer \
         version again, or restore a backup made before the upgrade"
    ))
}
