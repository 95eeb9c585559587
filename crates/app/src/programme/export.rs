//! The programme as a file: importing it again changes nothing.

use std::collections::HashMap;

use houselights_domain::{
    CinemaId, MovieId, ScreenId, ShowId,
    draft::{CinemaDraft, MovieDraft, NewShow, ScreenDraft, ScreenPath, ShowDraft},
    layout::LayoutPlan,
    programme::Programme,
    show::Slot,
};
use houselights_store::{
    Db, Query,
    cold::{
        catalogue::{self, Movie, MovieFilter},
        cinemas::{self, CinemaRow},
        screens::{self, ScreenRow},
        shows::{self, StoredShow},
    },
};

use super::stored::zone;
use crate::error::{Error, Result};

/// Writes the whole programme as it is at one moment. Shows that were called off are left out: a file cannot say that
/// they were, and importing it elsewhere would put them on again.
pub async fn export(db: &Db) -> Result<String> {
    db.snapshot(|tx| Box::pin(async move { write(tx).await })).await
}

async fn write(db: &impl Query) -> Result<String> {
    let mut cinemas: Vec<CinemaDraft> = Vec::new();
    let mut place: HashMap<CinemaId, usize> = HashMap::new();
    for row in cinemas::page(db, CinemaId(0), i64::MAX).await? {
        place.insert(row.id, cinemas.len());
        cinemas.push(cinema_draft(row));
    }
    for row in screens::page(db, ScreenId(0), i64::MAX).await? {
        let cinema = place.get(&row.cinema).and_then(|at| cinemas.get_mut(*at));
        let cinema = cinema.ok_or_else(|| Error::Bug(format!("screen {} has no cinema", row.id)))?;
        cinema.screens.push(screen_draft(row)?);
    }
    let everything = MovieFilter {
        search: String::new(),
        from: houselights_domain::UtcMicros::BEGINNING,
        to: houselights_domain::UtcMicros::NEVER,
        bounded: false,
        after: MovieId(0),
        limit: i64::MAX,
    };
    let movies = catalogue::movies(db, everything).await?.iter().map(movie_draft).collect::<Result<_>>()?;
    let shows = shows::page(db, ShowId(0), i64::MAX).await?;
    let shows = shows.iter().filter(|show| !show.called_off).map(show_draft).collect::<Result<_>>()?;
    Programme { cinemas, movies, shows }.to_json().map_err(|error| Error::Bug(error.to_string()))
}

/// A stored cinema as it was asked for, without its screens.
pub(crate) fn cinema_draft(row: CinemaRow) -> CinemaDraft {
    CinemaDraft { key: row.key, name: row.name, timezone: row.timezone, currency: row.currency, screens: Vec::new() }
}

/// A stored screen as it was asked for.
pub(crate) fn screen_draft(row: ScreenRow) -> Result<ScreenDraft> {
    let (layout, seats) = match screens::plan(&row.plan)? {
        LayoutPlan::Rows(rows) => (Some(rows), None),
        LayoutPlan::Plain(seats) => (None, Some(i64::from(seats))),
    };
    let cleaning_minutes = Some(i64::from(row.cleaning_minutes));
    Ok(ScreenDraft { key: row.key, name: row.name, cleaning_minutes, layout, seats })
}

/// A stored movie as it was asked for.
pub(crate) fn movie_draft(row: &Movie) -> Result<MovieDraft> {
    Ok(row.as_asked()?.draft())
}

/// A stored show as it was asked for.
pub(crate) fn show_draft(row: &StoredShow) -> Result<ShowDraft> {
    let broken = |what: &str| Error::Bug(format!("show {} has {what}", row.id));
    let fields = &row.fields;
    let show = NewShow {
        key: row.key.clone(),
        movie: row.movie_key.clone(),
        screen: ScreenPath { cinema: row.cinema_key.clone(), screen: row.screen_key.clone() },
        starts_at: fields.starts_at,
        slot: Slot { from: fields.starts_at, until: fields.clear_at },
        format: fields.format.clone(),
        audio: fields.audio.clone(),
        subtitles: fields.subtitles.clone(),
        prices: serde_json::from_str(&fields.prices).map_err(|_| broken("an unreadable price list"))?,
        currency: row.currency.parse().map_err(|_| broken("an unknown currency"))?,
        sales_open_at: fields.sales_open_at,
        sales_close_at: fields.sales_close_at,
    };
    Ok(show.draft(&zone(&row.timezone)?))
}
