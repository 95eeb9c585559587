//! The cold path: portable queries, one file a subject.

pub mod bookings;
pub mod catalogue;
pub mod cinemas;
pub mod idempotency;
pub mod leases;
pub mod marks;
pub mod movies;
pub mod screens;
pub mod sessions;
pub mod shows;
pub mod turns;
pub mod users;

use crate::{
    error::{Error, Result},
    value::{FromRow, Row, Value},
};

/// The placeholders of [`in_64`].
macro_rules! sixty_four {
    () => {
        "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, \
         $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, \
         $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, \
         $49, $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, $61, $62, $63, $64"
    };
}
pub(crate) use sixty_four;

/// Texts in slices of 64, the last one filled up with its own: a look-up of many keys with one statement text.
pub(crate) fn in_64(keys: &[&str]) -> impl Iterator<Item = Vec<Value>> {
    keys.chunks(64).map(|chunk| chunk.iter().cycle().take(64).map(|key| Value::from(*key)).collect())
}

/// The only column of a row that counts.
pub(crate) struct Count(i64);

impl FromRow for Count {
    fn from_row(row: &mut Row) -> Result<Self> {
        row.next().map(Self)
    }
}

/// What `SELECT count(*)` said.
pub(crate) fn counted(row: Option<Count>) -> Result<i64> {
    returned(row).map(|count| count.0)
}

/// The row of a statement that always has one.
pub(crate) fn returned<T>(row: Option<T>) -> Result<T> {
    row.ok_or_else(|| Error::Bug("a statement that returns a row returned none".into()))
}
