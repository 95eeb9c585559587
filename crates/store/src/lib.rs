//! SQL, and nothing else: where facts are kept and the one transaction that changes a seat's owner.
//!
//! The cold path ([`cold`]) is one portable SQL text a query, run by the small executor in [`exec`]. The hot path
//! ([`hot`]) is written for each database on purpose. What else differs between databases stands in `dialect.rs`.

pub mod cold;
mod dialect;
pub mod error;
pub mod exec;
pub mod hot;
mod migrate;
mod mutant;
mod postgres;
mod sqlite;
#[cfg(test)]
mod statements;
pub mod value;
pub mod verify;

pub use error::{Error, Result};
pub use exec::{Access, Db, Query, Tx};
pub use migrate::SchemaState;
pub use postgres::{Bell, PostgresOptions};
pub use sqlite::SqliteOptions;
