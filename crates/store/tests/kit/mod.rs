//! A fresh database of either kind for each test.

mod postgres;

use std::path::Path;

use houselights_store::{Access, Db, SqliteOptions};
pub use postgres::{open, postgres};

/// An embedded one.
pub async fn sqlite(folder: &Path) -> Db {
    let options = SqliteOptions { folder: folder.to_owned(), readers: 2 };
    Db::open_sqlite(options, Access::Serve).await.unwrap()
}
