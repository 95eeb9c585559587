//! What is on: movies, shows and the layouts they pin, as readers see them.

use houselights_domain::{CinemaId, LayoutId, MovieId, ScreenId, ShowId, UtcMicros};

use crate::{
    error::{Error, Result},
    exec::Query,
    params,
    value::{FromRow, Row},
};

/// A film.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movie {
    /// Its number.
    pub id: MovieId,
    /// Its key in programme files.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Its running time.
    pub duration_minutes: i64,
    /// `YYYY-MM-DD`.
    pub release_date: Option<String>,
    /// The age rating.
    pub certificate: Option<String>,
    /// Codes of the languages spoken in it.
    pub languages: Vec<String>,
    /// Such as `Drama`.
    pub genres: Vec<String>,
    /// A few sentences; may be empty.
    pub synopsis: String,
    /// File name or URL of the poster.
    pub poster: Option<String>,
}

impl FromRow for Movie {
    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self {
            id: row.next()?,
            key: row.next()?,
            title: row.next()?,
            duration_minutes: row.next()?,
            release_date: row.next()?,
            certificate: row.next()?,
            languages: labels(row)?,
            genres: labels(row)?,
            synopsis: row.next()?,
            poster: row.next()?,
        })
    }
}

fn labels(row: &mut Row) -> Result<Vec<String>> {
    let text: String = row.next()?;
    serde_json::from_str(&text).map_err(|error| Error::Corrupt(format!("a movie's list cannot be read: {error}")))
}

/// A show with what belongs to it: film, screen, cinema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShowRow {
    /// Its number.
    pub id: ShowId,
    /// Its key in programme files.
    pub key: String,
    /// The film.
    pub movie: MovieId,
    /// The film's title.
    pub movie_title: String,
    /// The screen.
    pub screen: ScreenId,
    /// The screen's name.
    pub screen_name: String,
    /// The cinema.
    pub cinema: CinemaId,
    /// The cinema's name.
    pub cinema_name: String,
    /// IANA name of the cinema's zone.
    pub timezone: String,
    /// ISO 4217 code.
    pub currency: String,
    /// The pinned layout.
    pub layout: LayoutId,
    /// How many seats that has.
    pub total_seats: u32,
    /// When it begins.
    pub starts_at: UtcMicros,
    /// When the film ends.
    pub ends_at: UtcMicros,
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
    /// Whether it was called off.
    pub called_off: bool,
    /// Grows with every change.
    pub revision: i64,
}

impl FromRow for ShowRow {
    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self {
            id: row.next()?,
            key: row.next()?,
            movie: row.next()?,
            movie_title: row.next()?,
            screen: row.next()?,
            screen_name: row.next()?,
            cinema: row.next()?,
            cinema_name: row.next()?,
            timezone: row.next()?,
            currency: row.next()?,
            layout: row.next()?,
            total_seats: row.next()?,
            starts_at: row.next()?,
            ends_at: row.next()?,
            format: row.next()?,
            audio: row.next()?,
            subtitles: row.next()?,
            prices: row.next()?,
            sales_open_at: row.next()?,
            sales_close_at: row.next()?,
            called_off: row.next()?,
            revision: row.next()?,
        })
    }
}

/// A layout as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayoutRow {
    /// Its number.
    pub id: LayoutId,
    /// JSON of its plan.
    pub plan: String,
}

impl FromRow for LayoutRow {
    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self { id: row.next()?, plan: row.next()? })
    }
}

/// Which movies are wanted.
#[derive(Clone, Debug)]
pub struct MovieFilter {
    /// A part of the title, in any case; empty: all.
    pub search: String,
    /// Only films with a show that begins from here on ...
    pub from: UtcMicros,
    /// ... and before here.
    pub to: UtcMicros,
    /// Whether the two bounds are in force.
    pub bounded: bool,
    /// Only movies after this one.
    pub after: MovieId,
    /// At most so many.
    pub limit: i64,
}

/// Movies by their number.
pub async fn movies(db: &impl Query, filter: MovieFilter) -> Result<Vec<Movie>> {
    db.all(
        "SELECT id, key, title, duration_minutes, release_date, certificate, languages, genres, synopsis, poster
         FROM movies
         WHERE id > $1 AND ($2 = '' OR lower(title) LIKE $2 ESCAPE '\\')
           AND ($3 = 0 OR EXISTS (
             SELECT 1 FROM shows WHERE shows.movie_id = movies.id AND shows.starts_at >= $4 AND shows.starts_at < $5))
         ORDER BY id LIMIT $6",
        params![filter.after, like(&filter.search), filter.bounded, filter.from, filter.to, filter.limit],
    )
    .await
}

/// A part of a text as a LIKE pattern; an empty part stays empty.
fn like(part: &str) -> String {
    if part.is_empty() {
        return String::new();
    }
    let escaped = part.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

/// One movie.
pub async fn movie(db: &impl Query, id: MovieId) -> Result<Option<Movie>> {
    db.first(
        "SELECT id, key, title, duration_minutes, release_date, certificate, languages, genres, synopsis, poster
         FROM movies WHERE id = $1",
        params![id],
    )
    .await
}

macro_rules! shows_where {
    ($rest:literal) => {
        concat!(
            "SELECT s.id, s.key, s.movie_id, m.title, s.screen_id, sc.name, c.id, c.name, c.timezone, c.currency,
                    s.layout_id, s.total_seats, s.starts_at, s.ends_at, s.format, s.audio, s.subtitles, s.prices,
                    s.sales_open_at, s.sales_close_at, s.called_off, s.revision
             FROM shows s
             JOIN movies m ON m.id = s.movie_id
             JOIN screens sc ON sc.id = s.screen_id
             JOIN cinemas c ON c.id = sc.cinema_id ",
            $rest
        )
    };
}

/// All shows of a movie, soonest first.
pub async fn shows_of_movie(db: &impl Query, movie: MovieId) -> Result<Vec<ShowRow>> {
    db.all(shows_where!("WHERE s.movie_id = $1 ORDER BY s.starts_at, s.id"), params![movie]).await
}

/// Shows that begin from then on, soonest first.
pub async fn shows_from(db: &impl Query, from: UtcMicros, limit: i64) -> Result<Vec<ShowRow>> {
    db.all(shows_where!("WHERE s.starts_at >= $1 ORDER BY s.starts_at, s.id LIMIT $2"), params![from, limit]).await
}

/// One show.
pub async fn show(db: &impl Query, id: ShowId) -> Result<Option<ShowRow>> {
    db.first(shows_where!("WHERE s.id = $1"), params![id]).await
}

/// One layout.
pub async fn layout(db: &impl Query, id: LayoutId) -> Result<Option<LayoutRow>> {
    db.first("SELECT id, plan FROM layouts WHERE id = $1", params![id]).await
}
