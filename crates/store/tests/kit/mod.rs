//! A fresh database of either kind for each test.

mod postgres;

use std::{
    path::Path,
    time::{Duration, Instant},
};

use houselights_store::{Access, Db, Error, SqliteOptions};
pub use postgres::{open, postgres};

/// An embedded one. A process that another test starts has all files of this one until it becomes what it is to be, and
/// with them the lock of a database that has just been closed here.
pub async fn sqlite(folder: &Path) -> Db {
    let start = Instant::now();
    loop {
        let options = SqliteOptions { folder: folder.to_owned(), readers: 2 };
        match Db::open_sqlite(options, Access::Serve).await {
            Err(Error::Setup(why)) if why.starts_with("another") && start.elapsed() < Duration::from_secs(5) => {
                tokio::task::yield_now().await;
            }
            opened => return opened.unwrap(),
        }
    }
}
