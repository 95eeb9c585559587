//! Screens and the versions of their layouts.

use houselights_domain::{
    CinemaId, LayoutId, ScreenId, UtcMicros,
    draft::NewScreen,
    layout::{Layout, LayoutPlan},
};

use super::turns::ProgrammeTurn;
use crate::{
    error::{Error, Result},
    exec::Query,
    params,
    value::{FromRow, Row},
};

/// A screen as stored, with its cinema and its layout of now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScreenRow {
    /// Its number.
    pub id: ScreenId,
    /// The cinema.
    pub cinema: CinemaId,
    /// The cinema's key.
    pub cinema_key: String,
    /// IANA name of the cinema's zone.
    pub timezone: String,
    /// ISO 4217 code of the cinema's currency.
    pub currency: String,
    /// Its key within the cinema.
    pub key: String,
    /// What people read.
    pub name: String,
    /// Minutes between two films.
    pub cleaning_minutes: u32,
    /// Its layout of now.
    pub layout: LayoutId,
    /// How many seats that has.
    pub total_seats: u32,
    /// JSON of that layout's plan.
    pub plan: String,
}

impl FromRow for ScreenRow {
    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self {
            id: row.next()?,
            cinema: row.next()?,
            cinema_key: row.next()?,
            timezone: row.next()?,
            currency: row.next()?,
            key: row.next()?,
            name: row.next()?,
            cleaning_minutes: row.next()?,
            layout: row.next()?,
            total_seats: row.next()?,
            plan: row.next()?,
        })
    }
}

/// One version of a screen's seats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayoutVersion {
    /// Its number.
    pub id: LayoutId,
    /// Whose it is.
    pub screen: ScreenId,
    /// 1, 2, 3... within the screen.
    pub version: i64,
    /// JSON of its plan.
    pub plan: String,
    /// How many seats it has.
    pub total_seats: u32,
    /// When it was made.
    pub created_at: UtcMicros,
}

impl FromRow for LayoutVersion {
    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self {
            id: row.next()?,
            screen: row.next()?,
            version: row.next()?,
            plan: row.next()?,
            total_seats: row.next()?,
            created_at: row.next()?,
        })
    }
}

impl FromRow for ScreenId {
    fn from_row(row: &mut Row) -> Result<Self> {
        row.next()
    }
}

impl FromRow for LayoutId {
    fn from_row(row: &mut Row) -> Result<Self> {
        row.next()
    }
}

/// The plan that a stored text stands for.
pub fn plan(text: &str) -> Result<LayoutPlan> {
    serde_json::from_str(text).map_err(|error| Error::Corrupt(format!("a layout cannot be read: {error}")))
}

macro_rules! screens_where {
    ($rest:literal) => {
        concat!(
            "SELECT s.id, c.id, c.key, c.timezone, c.currency, s.key, s.name, s.cleaning_minutes, l.id, l.total_seats, l.plan
             FROM screens s JOIN cinemas c ON c.id = s.cinema_id JOIN layouts l ON l.id = s.layout_id ",
            $rest
        )
    };
}

/// Screens by number, after `after`.
pub async fn page(db: &impl Query, after: ScreenId, limit: i64) -> Result<Vec<ScreenRow>> {
    db.all(screens_where!("WHERE s.id > $1 ORDER BY s.id LIMIT $2"), params![after, limit]).await
}

/// One screen.
pub async fn one(db: &impl Query, id: ScreenId) -> Result<Option<ScreenRow>> {
    db.first(screens_where!("WHERE s.id = $1"), params![id]).await
}

/// Adds a screen with the first version of its layout.
pub async fn add(
    tx: &ProgrammeTurn<'_>,
    cinema: CinemaId,
    screen: &NewScreen,
    now: UtcMicros,
) -> Result<(ScreenId, LayoutId)> {
    let added = tx.first(
        "INSERT INTO screens (cinema_id, key, name, cleaning_minutes, layout_id) VALUES ($1, $2, $3, $4, 0) RETURNING id",
        params![cinema, &screen.key, &screen.name, screen.cleaning_minutes],
    );
    let id: ScreenId = super::returned(added.await?)?;
    Ok((id, add_layout(tx, id, &screen.layout, now).await?))
}

/// Changes the name and the pause between two films; shows are [`super::shows::reclean`]'s question.
pub async fn change(tx: &ProgrammeTurn<'_>, id: ScreenId, screen: &NewScreen) -> Result<()> {
    tx.rows(
        "UPDATE screens SET name = $2, cleaning_minutes = $3 WHERE id = $1",
        params![id, &screen.name, screen.cleaning_minutes],
    )
    .await?;
    Ok(())
}

/// Deletes a screen and its layouts; [`Error::InUse`] while it has shows.
pub async fn delete(tx: &ProgrammeTurn<'_>, id: ScreenId) -> Result<()> {
    tx.rows("DELETE FROM screens WHERE id = $1", params![id]).await?;
    tx.rows("DELETE FROM layouts WHERE screen_id = $1", params![id]).await?;
    Ok(())
}

/// Gives a screen a new version of its layout; shows keep the one they have.
pub async fn add_layout(tx: &ProgrammeTurn<'_>, screen: ScreenId, layout: &Layout, now: UtcMicros) -> Result<LayoutId> {
    let plan = serde_json::to_string(layout.plan()).map_err(|error| Error::Bug(error.to_string()))?;
    let added = tx.first(
        "INSERT INTO layouts (screen_id, version, plan, total_seats, created_at)
         VALUES ($1, (SELECT coalesce(max(version), 0) + 1 FROM layouts WHERE screen_id = $1), $2, $3, $4) RETURNING id",
        params![screen, plan, layout.total_seats(), now],
    );
    let id: LayoutId = super::returned(added.await?)?;
    tx.rows("UPDATE screens SET layout_id = $2 WHERE id = $1", params![screen, id]).await?;
    Ok(id)
}

/// The versions of all screens' layouts by number, after `after`.
pub async fn layouts(db: &impl Query, after: LayoutId, limit: i64) -> Result<Vec<LayoutVersion>> {
    db.all(
        "SELECT id, screen_id, version, plan, total_seats, created_at FROM layouts WHERE id > $1 ORDER BY id LIMIT $2",
        params![after, limit],
    )
    .await
}

/// The versions of one screen's layout by number, after `after`.
pub async fn layouts_of(db: &impl Query, screen: ScreenId, after: LayoutId, limit: i64) -> Result<Vec<LayoutVersion>> {
    db.all(
        "SELECT id, screen_id, version, plan, total_seats, created_at FROM layouts
         WHERE screen_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        params![screen, after, limit],
    )
    .await
}

/// One version of a screen's layout.
pub async fn layout(db: &impl Query, id: LayoutId) -> Result<Option<LayoutVersion>> {
    db.first("SELECT id, screen_id, version, plan, total_seats, created_at FROM layouts WHERE id = $1", params![id])
        .await
}

/// How many shows it has, past ones too.
pub async fn shows(db: &impl Query, id: ScreenId) -> Result<i64> {
    super::counted(db.first("SELECT count(*) FROM shows WHERE screen_id = $1", params![id]).await?)
}
