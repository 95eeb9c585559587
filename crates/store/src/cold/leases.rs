//! Leases: what one node at a time is to do, whoever it is. Whose turn it is decides `app`; here a word is replaced by
//! another, if it is still the one that was read.

use crate::{
    error::Result,
    exec::{Db, Query},
    params,
    value::{FromRow, Row},
};

struct Word(String);

impl FromRow for Word {
    fn from_row(row: &mut Row) -> Result<Self> {
        row.next().map(Self)
    }
}

/// The word that stands for a name; `None`: none has ever stood there.
pub async fn read(db: &Db, name: &str) -> Result<Option<String>> {
    let word: Option<Word> = db.first("SELECT value FROM meta WHERE name = $1", params![name]).await?;
    Ok(word.map(|word| word.0))
}

/// Replaces a word, or puts the first one; `false`: another than `old` stands there.
pub async fn replace(db: &Db, name: &'static str, old: Option<String>, new: String) -> Result<bool> {
    db.write(move |tx| {
        Box::pin(async move {
            let changed = if let Some(old) = old {
                tx.rows(
                    "UPDATE meta SET value = $2 WHERE name = $1 AND value = $3 RETURNING name",
                    params![name, new, old],
                )
                .await?
            } else {
                tx.rows(
                    "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING name",
                    params![name, new],
                )
                .await?
            };
            Ok(!changed.is_empty())
        })
    })
    .await
}

/// Removes a word; `false`: none stood there.
pub async fn remove(db: &Db, name: &'static str) -> Result<bool> {
    db.write(move |tx| {
        Box::pin(async move {
            let gone = tx.rows("DELETE FROM meta WHERE name = $1 RETURNING name", params![name]).await?;
            Ok(!gone.is_empty())
        })
    })
    .await
}
