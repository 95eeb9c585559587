//! Commands about the database as a whole.

use std::fmt::Write as _;

use houselights_store::{Access, Db, PostgresOptions, SchemaState, SqliteOptions};

use super::posters;
use crate::{
    config::Config,
    failure::{Failure, Result},
    print,
};

/// The database's name in a data folder.
pub(crate) const DATABASE: &str = "houselights.sqlite3";
/// How many findings are printed.
const MOST_PRINTED: usize = 100;

/// Opens the database of a configuration.
pub(crate) async fn open(config: &Config, access: Access) -> Result<Db> {
    if let Some(from) = &config.database {
        let (url, connections, prepare) = (from.url.clone(), from.connections, from.prepare);
        let options = PostgresOptions { url, connections, wait: from.wait, limit: from.limit, prepare };
        return Ok(Db::open_postgres(options, access).await?);
    }
    let options = SqliteOptions { folder: config.data_dir.clone(), readers: config.readers };
    Ok(Db::open_sqlite(options, access).await?)
}

/// `migrate`.
pub(crate) async fn migrate(config: &Config) -> Result {
    let db = open(config, Access::Maintain).await?;
    Ok(print::out(&format!("{}: {}\n", db.describe(), schema(db.schema())))?)
}

/// `forget-signing-key`.
pub(crate) async fn forget_signing_key(config: &Config) -> Result {
    let db = open(config, Access::Maintain).await?;
    let forgotten = houselights_app::accounts::forget_signing_key(&db).await?;
    Ok(print::out(if forgotten {
        "Forgotten: the next node that starts decides, and whoever was signed in by another key signs in anew.\n"
    } else {
        "No node has noted a signing key here.\n"
    })?)
}

/// `verify`.
pub(crate) async fn verify(config: &Config) -> Result {
    let db = open(config, Access::Read).await?;
    if let SchemaState::Behind { .. } = db.schema() {
        return Err(Failure::new("the schema is behind this program: run `houselights migrate` first"));
    }
    let report = houselights_store::verify::verify(&db).await?;
    let looked = format!("{} entries, {} seats, {} bookings", report.entries, report.seats, report.bookings);
    if report.is_clean() {
        return Ok(print::out(&format!("Everything adds up: {looked}.\n"))?);
    }
    let mut out = String::new();
    for finding in report.findings.iter().take(MOST_PRINTED) {
        let _infallible = writeln!(out, "{finding}");
    }
    let left = u64::try_from(report.findings.len().saturating_sub(MOST_PRINTED)).unwrap_or(u64::MAX) + report.more;
    if left > 0 {
        let _infallible = writeln!(out, "... and {left} more");
    }
    print::out(&out)?;
    Err(Failure::new(format!("the books do not add up ({looked} compared): keep a copy of the database as it is")))
}

/// `check`: in words.
pub(crate) async fn check(config: &Config) -> Result {
    let mut out = format!("Configuration: good.\n{}", in_words(config));
    if config.database.is_none() && !config.data_dir.join(DATABASE).exists() {
        let _infallible =
            writeln!(out, "Database: none yet in {}; the first start makes it.", config.data_dir.display());
        out += &posters::in_words(config, None).await?;
        return Ok(print::out(&out)?);
    }
    let db = open(config, Access::Read).await?;
    let _infallible = writeln!(out, "Database: {}; {}.", db.describe(), schema(db.schema()));
    print::out(&out)?;
    db.is_trustworthy().await?;
    if config.database.is_some() {
        print::out("Its unique keys and locks hold, as far as a quarrel of two sessions can tell.\n")?;
    }
    match db.schema() {
        SchemaState::Current(_) | SchemaState::Ahead { .. } => {
            Ok(print::out(&posters::in_words(config, Some(&db)).await?)?)
        }
        SchemaState::Behind { .. } => Err(Failure::new(
            "the schema is behind this program: `houselights migrate` or the next start brings it up to date",
        )),
    }
}

fn in_words(config: &Config) -> String {
    let limits = if config.rate_limits.is_some() { "on" } else { "OFF: anybody may ask as often as they like" };
    let key = match (&config.accounts.signing_key, &config.database) {
        (Some(_), _) => "from the environment or the file",
        (None, None) => "in the data folder",
        (None, Some(_)) => {
            "in the data folder; good for one node: others with keys of their own do not start beside it, so give all of \
             them the same signing_key"
        }
    };
    let database = match &config.database {
        Some(database) => format!("at most {} connections to PostgreSQL", database.connections),
        None => format!("readers of the database: {}", config.readers),
    };
    let metrics = match (&config.metrics.listen, &config.metrics.token) {
        (Some(listen), _) => format!("on http://{listen}/metrics"),
        (None, Some(_)) => "at /metrics, with the token".into(),
        (None, None) => "not served".into(),
    };
    let proxies = if config.connections.trusted_proxies.is_empty() {
        "none; every caller is who connects".to_owned()
    } else {
        config.connections.trusted_proxies.join(", ")
    };
    let open = if config.listen.ip().is_loopback() { "this machine only" } else { "reachable from other machines" };
    format!(
        "Listens on: http://{} ({open}).\nThreads: {}; {database}.\nRate limits: {limits}.\n\
         Proxies that are believed: {proxies}.\nSigning key: {key}.\nPasswords: at least {} characters.\n\
         Metrics: {metrics}.\n",
        config.listen, config.workers, config.accounts.password_min_length
    )
}

/// Where a schema stands, in words.
pub(super) fn schema(state: SchemaState) -> String {
    match state {
        SchemaState::Current(at) => format!("schema version {at}, up to date"),
        SchemaState::Behind { at, wanted } => format!("schema version {at}, behind {wanted}"),
        SchemaState::Ahead { at, known, .. } => {
            format!("schema version {at}, ahead of {known}, which this program knows; they work together")
        }
    }
}
