//! A fresh PostgreSQL database for each test.

use std::thread;

use houselights_store::{Access, Db, PostgresOptions};
use houselights_testpg::{Database, shared};

/// One on the cluster that the tests of this process share, with the schema and nothing in it.
pub fn postgres() -> Database {
    shared().like("schema", |url| migrate(url.to_owned())).unwrap()
}

/// Opens it as a server does. Tests wait for each other on few processors, so that nothing is said about time here.
pub async fn open(database: &Database) -> Db {
    Db::open_postgres(patient(&database.url()), Access::Serve).await.unwrap()
}

/// Options for tests that are not about time.
pub fn patient(url: &str) -> PostgresOptions {
    let minute = std::time::Duration::from_mins(1);
    PostgresOptions { connections: 4, wait: minute, limit: minute, ..PostgresOptions::at(url) }
}

fn migrate(url: String) -> Result<(), String> {
    // A test has a runtime already, and one cannot be waited for inside another.
    let migrated = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(Db::open_postgres(patient(&url), Access::Maintain)).map(drop)
    });
    migrated.join().unwrap().map_err(|error| error.to_string())
}
