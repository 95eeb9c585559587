//! Shows, as staff and programme files change them. Every change grows the revision, so that a quote for the show as
//! it was is refused by the transaction that sells seats.

use houselights_domain::{CinemaId, LayoutId, MovieId, ScreenId, ShowId, UtcMicros};

use super::turns::ProgrammeTurn;
use crate::{
    error::Result,
    exec::{Query, Tx},
    params,
    value::{FromRow, Row},
};

/// The longest a show can need its screen (film and cleaning), in microseconds: bounds the search for overlaps.
const LONGEST: i64 = 2_000 * UtcMicros::MINUTE;

/// What a change of the programme may change of a show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShowFields {
    /// The film.
    pub movie: MovieId,
    /// The screen.
    pub screen: ScreenId,
    /// The pinned layout.
    pub layout: LayoutId,
    /// How many seats that has.
    pub total_seats: u32,
    /// When it begins.
    pub starts_at: UtcMicros,
    /// When the film ends.
    pub ends_at: UtcMicros,
    /// When the screen is clean again.
    pub clear_at: UtcMicros,
    /// Such as `2D`.
    pub format: Option<String>,
    /// Language spoken.
    pub audio: Option<String>,
    /// Language written.
    pub subtitles: Option<String>,
    /// JSON object of prices by kind of seat, minor units.
    pub prices: String,
    /// When sales open.
    pub sales_open_at: UtcMicros,
    /// When sales close.
    pub sales_close_at: UtcMicros,
}

/// A show as stored, with the keys of what it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredShow {
    /// Its number.
    pub id: ShowId,
    /// Its key in programme files.
    pub key: String,
    /// The movie's key.
    pub movie_key: String,
    /// The cinema's key.
    pub cinema_key: String,
    /// The screen's key within the cinema.
    pub screen_key: String,
    /// IANA name of the cinema's zone.
    pub timezone: String,
    /// ISO 4217 code of the cinema's currency.
    pub currency: String,
    /// Whether it was called off.
    pub called_off: bool,
    /// Grows with every change.
    pub revision: i64,
    /// The rest.
    pub fields: ShowFields,
}

impl FromRow for StoredShow {
    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self {
            id: row.next()?,
            key: row.next()?,
            movie_key: row.next()?,
            cinema_key: row.next()?,
            screen_key: row.next()?,
            timezone: row.next()?,
            currency: row.next()?,
            called_off: row.next()?,
            revision: row.next()?,
            fields: ShowFields {
                movie: row.next()?,
                screen: row.next()?,
                layout: row.next()?,
                total_seats: row.next()?,
                starts_at: row.next()?,
                ends_at: row.next()?,
                clear_at: row.next()?,
                format: row.next()?,
                audio: row.next()?,
                subtitles: row.next()?,
                prices: row.next()?,
                sales_open_at: row.next()?,
                sales_close_at: row.next()?,
            },
        })
    }
}

impl FromRow for ShowId {
    fn from_row(row: &mut Row) -> Result<Self> {
        row.next()
    }
}

/// Two shows that need one screen at the same time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// One show's key.
    pub key: String,
    /// When it begins.
    pub starts_at: UtcMicros,
    /// The other's key.
    pub other: String,
    /// When that begins.
    pub other_starts_at: UtcMicros,
    /// IANA name of the cinema's zone.
    pub timezone: String,
    /// The cinema's key.
    pub cinema_key: String,
    /// The screen's key within the cinema.
    pub screen_key: String,
}

impl FromRow for Clash {
    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self {
            key: row.next()?,
            starts_at: row.next()?,
            other: row.next()?,
            other_starts_at: row.next()?,
            timezone: row.next()?,
            cinema_key: row.next()?,
            screen_key: row.next()?,
        })
    }
}

macro_rules! shows_where {
    ($($rest:expr),+) => {
        concat!(
            "SELECT s.id, s.key, m.key, c.key, sc.key, c.timezone, c.currency, s.called_off, s.revision, s.movie_id,
                    s.screen_id, s.layout_id, s.total_seats, s.starts_at, s.ends_at, s.clear_at, s.format, s.audio,
                    s.subtitles, s.prices, s.sales_open_at, s.sales_close_at
             FROM shows s JOIN movies m ON m.id = s.movie_id JOIN screens sc ON sc.id = s.screen_id
             JOIN cinemas c ON c.id = sc.cinema_id WHERE ",
            $($rest),+
        )
    };
}

/// Shows by number, after `after`.
pub async fn page(db: &impl Query, after: ShowId, limit: i64) -> Result<Vec<StoredShow>> {
    db.all(shows_where!("s.id > $1 ORDER BY s.id LIMIT $2"), params![after, limit]).await
}

/// One show.
pub async fn one(db: &impl Query, id: ShowId) -> Result<Option<StoredShow>> {
    db.first(shows_where!("s.id = $1"), params![id]).await
}

/// The shows of these keys that there are.
pub async fn of_keys(db: &impl Query, keys: &[&str]) -> Result<Vec<StoredShow>> {
    let mut found = Vec::new();
    for chunk in super::in_64(keys) {
        let part: Vec<StoredShow> = db.all(shows_where!("s.key IN (", super::sixty_four!(), ")"), chunk).await?;
        found.extend(part);
    }
    Ok(found)
}

/// Adds a show; whether its screen is free is [`clash_of`]'s question.
pub async fn add(tx: &ProgrammeTurn<'_>, key: &str, show: &ShowFields) -> Result<ShowId> {
    let added = tx.first(
        "INSERT INTO shows (key, movie_id, screen_id, layout_id, total_seats, starts_at, ends_at, clear_at, format,
                            audio, subtitles, prices, sales_open_at, sales_close_at, called_off, revision)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0, 1) RETURNING id",
        params![
            key,
            show.movie,
            show.screen,
            show.layout,
            show.total_seats,
            show.starts_at,
            show.ends_at,
            show.clear_at,
            show.format.as_ref(),
            show.audio.as_ref(),
            show.subtitles.as_ref(),
            &show.prices,
            show.sales_open_at,
            show.sales_close_at
        ],
    );
    super::returned(added.await?)
}

/// Changes everything but the key.
pub async fn change(tx: &ProgrammeTurn<'_>, id: ShowId, show: &ShowFields) -> Result<()> {
    tx.rows(
        "UPDATE shows SET movie_id = $2, screen_id = $3, layout_id = $4, total_seats = $5, starts_at = $6, ends_at = $7,
                          clear_at = $8, format = $9, audio = $10, subtitles = $11, prices = $12, sales_open_at = $13,
                          sales_close_at = $14, revision = revision + 1
         WHERE id = $1",
        params![
            id,
            show.movie,
            show.screen,
            show.layout,
            show.total_seats,
            show.starts_at,
            show.ends_at,
            show.clear_at,
            show.format.as_ref(),
            show.audio.as_ref(),
            show.subtitles.as_ref(),
            &show.prices,
            show.sales_open_at,
            show.sales_close_at
        ],
    )
    .await?;
    Ok(())
}

/// Calls a show off: nothing more is sold, and its screen is free for another.
pub async fn call_off(tx: &ProgrammeTurn<'_>, id: ShowId) -> Result<()> {
    tx.rows("UPDATE shows SET called_off = 1, revision = revision + 1 WHERE id = $1", params![id]).await?;
    Ok(())
}

/// Deletes a show. Only for one without [`has_history`]: claims and bookings would be left without their show.
pub async fn delete(tx: &ProgrammeTurn<'_>, id: ShowId) -> Result<()> {
    tx.rows("DELETE FROM shows WHERE id = $1", params![id]).await?;
    Ok(())
}

/// Keeps sales of a show waiting until the transaction ends, so that what is asked of its seats stays true.
pub async fn lock(tx: &ProgrammeTurn<'_>, id: ShowId) -> Result<()> {
    tx.rows("SELECT id FROM shows WHERE id = $1 FOR UPDATE", params![id]).await?;
    Ok(())
}

/// As [`lock`], of all shows on a screen that are not over.
pub async fn lock_on_screen(tx: &ProgrammeTurn<'_>, screen: ScreenId, now: UtcMicros) -> Result<()> {
    tx.rows("SELECT id FROM shows WHERE screen_id = $1 AND clear_at > $2 ORDER BY id FOR UPDATE", params![screen, now])
        .await?;
    Ok(())
}

/// Makes every quote for a cinema's shows out of date, and keeps their sales waiting until the transaction ends.
pub async fn requote(tx: &ProgrammeTurn<'_>, cinema: CinemaId) -> Result<()> {
    tx.rows(
        "SELECT id FROM shows WHERE screen_id IN (SELECT id FROM screens WHERE cinema_id = $1) ORDER BY id FOR UPDATE",
        params![cinema],
    )
    .await?;
    tx.rows(
        "UPDATE shows SET revision = revision + 1
         WHERE screen_id IN (SELECT id FROM screens WHERE cinema_id = $1)",
        params![cinema],
    )
    .await?;
    Ok(())
}

/// How many seats are owned now, sold or held.
pub async fn live_tickets(tx: &Tx, id: ShowId, now: UtcMicros) -> Result<i64> {
    tx.settle_claims()?;
    super::counted(
        tx.first("SELECT count(*) FROM claims WHERE show_id = $1 AND deadline > $2", params![id, now]).await?,
    )
}

/// Whether a seat of it was ever claimed, even if it was given back.
pub async fn has_history(tx: &Tx, id: ShowId) -> Result<bool> {
    tx.settle_claims()?;
    let one: Option<super::Count> = tx.first("SELECT 1 FROM claims WHERE show_id = $1 LIMIT 1", params![id]).await?;
    Ok(one.is_some())
}

/// The shows of a screen that are not over and have live tickets, soonest first.
pub async fn with_live_tickets(tx: &Tx, screen: ScreenId, now: UtcMicros) -> Result<Vec<StoredShow>> {
    tx.settle_claims()?;
    tx.all(
        shows_where!(
            "s.screen_id = $1 AND s.clear_at > $2 AND s.called_off = 0
             AND EXISTS (SELECT 1 FROM claims cl WHERE cl.show_id = s.id AND cl.deadline > $2)
             ORDER BY s.starts_at, s.id"
        ),
        params![screen, now],
    )
    .await
}

/// Pins the screen's new layout to those of its shows that are not over and have no live ticket.
pub async fn repin(
    tx: &ProgrammeTurn<'_>,
    screen: ScreenId,
    layout: LayoutId,
    total_seats: u32,
    now: UtcMicros,
) -> Result<()> {
    tx.settle_claims()?;
    tx.rows(
        "UPDATE shows SET layout_id = $2, total_seats = $3, revision = revision + 1
         WHERE screen_id = $1 AND clear_at > $4 AND layout_id <> $2
           AND NOT EXISTS (SELECT 1 FROM claims c WHERE c.show_id = shows.id AND c.deadline > $4)",
        params![screen, layout, total_seats, now],
    )
    .await?;
    Ok(())
}

/// Tells the shows of a screen that are not over how long it is cleaned after them.
pub async fn reclean(tx: &ProgrammeTurn<'_>, screen: ScreenId, minutes: u32, now: UtcMicros) -> Result<()> {
    tx.rows(
        "UPDATE shows SET clear_at = ends_at + $2, revision = revision + 1 WHERE screen_id = $1 AND clear_at > $3",
        params![screen, i64::from(minutes) * UtcMicros::MINUTE, now],
    )
    .await?;
    Ok(())
}

/// Tells the shows of a movie that are not over how long it is.
pub async fn relength(tx: &ProgrammeTurn<'_>, movie: MovieId, minutes: u32, now: UtcMicros) -> Result<()> {
    tx.rows(
        "UPDATE shows SET ends_at = starts_at + $2, clear_at = starts_at + $2 + (clear_at - ends_at),
                          revision = revision + 1
         WHERE movie_id = $1 AND clear_at > $3",
        params![movie, i64::from(minutes) * UtcMicros::MINUTE, now],
    )
    .await?;
    Ok(())
}

macro_rules! clash_where {
    ($rest:literal) => {
        concat!(
            "SELECT a.key, a.starts_at, b.key, b.starts_at, c.timezone, c.key, sc.key
             FROM shows a
             JOIN shows b ON b.screen_id = a.screen_id AND b.id <> a.id AND b.called_off = 0
              AND b.starts_at > a.starts_at - $3 AND b.starts_at < a.clear_at AND b.clear_at > a.starts_at
             JOIN screens sc ON sc.id = a.screen_id JOIN cinemas c ON c.id = sc.cinema_id
             WHERE a.called_off = 0 AND a.clear_at > $2 AND ",
            $rest,
            " ORDER BY a.starts_at, b.starts_at LIMIT 1"
        )
    };
}

/// A show that needs this one's screen at the same time.
pub async fn clash_of(db: &impl Query, id: ShowId) -> Result<Option<Clash>> {
    db.first(clash_where!("a.id = $1"), params![id, UtcMicros::BEGINNING, LONGEST]).await
}

/// Two shows of a screen, at least one of them not over, that need it at the same time.
pub async fn clash_on_screen(db: &impl Query, screen: ScreenId, now: UtcMicros) -> Result<Option<Clash>> {
    db.first(clash_where!("a.screen_id = $1"), params![screen, now, LONGEST]).await
}

/// A show of this movie that is not over, and one that needs its screen at the same time.
pub async fn clash_of_movie(db: &impl Query, movie: MovieId, now: UtcMicros) -> Result<Option<Clash>> {
    db.first(clash_where!("a.movie_id = $1"), params![movie, now, LONGEST]).await
}
