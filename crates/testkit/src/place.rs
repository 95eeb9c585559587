//! The database of a house: an embedded one, or one on the cluster that the tests of this process share.

use std::{env, thread, time::Duration};

use houselights_store::{Access, Db, PostgresOptions, SqliteOptions};
use houselights_testpg::{Database, shared, shared_bouncer};
use tempfile::TempDir;

/// Says which database the houses of a test run have: `sqlite`, which is the default, `postgres`, or `pgbouncer`, which is
/// PostgreSQL behind a PgBouncer that hands every transaction to another session and forgets prepared statements.
const DATABASE: &str = "HOUSELIGHTS_TEST_DATABASE";

/// See the module.
#[derive(Debug)]
pub(crate) enum Place {
    /// An embedded database in a folder of its own.
    Folder(TempDir),
    /// A database of its own on the shared cluster.
    Own(Database),
    /// A database of its own on the shared cluster, by the shared PgBouncer.
    Bounced(Database),
    /// A PostgreSQL that a test has made, by its URL.
    Made(String),
}

impl Place {
    /// What the environment says.
    pub(crate) fn make() -> Self {
        match env::var(DATABASE).as_deref() {
            Err(_) | Ok("" | "sqlite") => Self::Folder(tempfile::tempdir().unwrap()),
            Ok("postgres") => Self::Own(migrated()),
            Ok("pgbouncer") => Self::Bounced(migrated()),
            Ok(other) => panic!("{DATABASE} is {other}; it may be sqlite, postgres or pgbouncer"),
        }
    }

    pub(crate) async fn open(&self, access: Access) -> Db {
        match self {
            Self::Folder(folder) => {
                let options = SqliteOptions { folder: folder.path().to_owned(), readers: 2 };
                Db::open_sqlite(options, access).await.unwrap()
            }
            Self::Own(database) => Db::open_postgres(patient(&database.url()), access).await.unwrap(),
            Self::Bounced(database) => {
                let options = PostgresOptions { prepare: false, ..patient(&shared_bouncer().url(database)) };
                Db::open_postgres(options, access).await.unwrap()
            }
            // It is about time, so that it has what a server has by default.
            Self::Made(url) => Db::open_postgres(PostgresOptions::at(url), access).await.unwrap(),
        }
    }
}

/// Tests wait for each other on few processors, so that nothing is said about time.
fn patient(url: &str) -> PostgresOptions {
    let minute = Duration::from_mins(1);
    PostgresOptions { connections: 6, wait: minute, limit: minute, ..PostgresOptions::at(url) }
}

fn migrated() -> Database {
    shared().like("house", |url| migrate(url.to_owned())).unwrap()
}

fn migrate(url: String) -> Result<(), String> {
    // A test has a runtime already, and one cannot be waited for inside another.
    let migrated = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(Db::open_postgres(patient(&url), Access::Maintain)).map(drop)
    });
    migrated.join().unwrap().map_err(|error| error.to_string())
}
