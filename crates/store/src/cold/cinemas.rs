//! Cinemas, as staff and programme files change them.

use houselights_domain::{CinemaId, draft::NewCinema};

use super::turns::ProgrammeTurn;
use crate::{
    error::Result,
    exec::{Query, Tx},
    params,
    value::{FromRow, Row},
};

/// A cinema as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CinemaRow {
    /// Its number.
    pub id: CinemaId,
    /// Its key in programme files.
    pub key: String,
    /// What people read.
    pub name: String,
    /// IANA name of its zone.
    pub timezone: String,
    /// ISO 4217 code.
    pub currency: String,
}

impl FromRow for CinemaRow {
    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self { id: row.next()?, key: row.next()?, name: row.next()?, timezone: row.next()?, currency: row.next()? })
    }
}

impl FromRow for CinemaId {
    fn from_row(row: &mut Row) -> Result<Self> {
        row.next()
    }
}

/// Cinemas by number, after `after`.
pub async fn page(db: &impl Query, after: CinemaId, limit: i64) -> Result<Vec<CinemaRow>> {
    db.all(
        "SELECT id, key, name, timezone, currency FROM cinemas WHERE id > $1 ORDER BY id LIMIT $2",
        params![after, limit],
    )
    .await
}

/// One cinema.
pub async fn one(db: &impl Query, id: CinemaId) -> Result<Option<CinemaRow>> {
    db.first("SELECT id, key, name, timezone, currency FROM cinemas WHERE id = $1", params![id]).await
}

/// Adds a cinema without screens.
pub async fn add(tx: &ProgrammeTurn<'_>, cinema: &NewCinema) -> Result<CinemaId> {
    let added = tx.first(
        "INSERT INTO cinemas (key, name, timezone, currency) VALUES ($1, $2, $3, $4) RETURNING id",
        params![&cinema.key, &cinema.name, &cinema.timezone, cinema.currency.code()],
    );
    super::returned(added.await?)
}

/// Changes everything but the key.
pub async fn change(tx: &ProgrammeTurn<'_>, id: CinemaId, cinema: &NewCinema) -> Result<()> {
    tx.rows(
        "UPDATE cinemas SET name = $2, timezone = $3, currency = $4 WHERE id = $1",
        params![id, &cinema.name, &cinema.timezone, cinema.currency.code()],
    )
    .await?;
    Ok(())
}

/// Deletes a cinema; [`crate::Error::InUse`] while it has screens.
pub async fn delete(tx: &ProgrammeTurn<'_>, id: CinemaId) -> Result<()> {
    tx.rows("DELETE FROM cinemas WHERE id = $1", params![id]).await?;
    Ok(())
}

/// How many screens it has.
pub async fn screens(db: &impl Query, id: CinemaId) -> Result<i64> {
    super::counted(db.first("SELECT count(*) FROM screens WHERE cinema_id = $1", params![id]).await?)
}

/// Whether a seat of it was ever claimed: then its zone and its currency stand on tickets and in the books.
pub async fn has_history(tx: &Tx, id: CinemaId) -> Result<bool> {
    tx.settle_claims()?;
    let one: Option<super::Count> = tx
        .first(
            "SELECT 1 FROM screens sc JOIN shows s ON s.screen_id = sc.id
             WHERE sc.cinema_id = $1 AND EXISTS (SELECT 1 FROM claims c WHERE c.show_id = s.id) LIMIT 1",
            params![id],
        )
        .await?;
    Ok(one.is_some())
}
