//! One show.

use std::{collections::BTreeMap, fmt, sync::Arc};

use axum::{Json, extract::State};
use houselights_app::catalogue::ShowFacts;
use houselights_domain::{ShowId, UtcMicros};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    openapi::problems,
    path::Path,
    problem::{Problem, Result},
    site::{Site, Web},
};

pub(super) fn routes() -> OpenApiRouter<Arc<Site>> {
    OpenApiRouter::new().routes(routes!(show))
}

problems!(ShowNo: UnknownShow);

/// One screening.
#[derive(Serialize, ToSchema)]
pub(super) struct Show {
    #[schema(example = 7)]
    id: i64,
    /// The movie's number.
    #[schema(example = 1)]
    movie: i64,
    #[schema(example = "Metropolis")]
    movie_title: String,
    #[schema(example = "Screen 1")]
    screen_name: String,
    /// The cinema's number.
    #[schema(example = 1)]
    cinema: i64,
    #[schema(example = "Rex")]
    cinema_name: String,
    /// When it begins, in the cinema's zone.
    #[schema(format = DateTime, example = "2027-01-01T19:30:00+00:00")]
    date_time: String,
    /// When the film ends, in the cinema's zone.
    #[schema(format = DateTime, example = "2027-01-01T22:03:00+00:00")]
    ends_at: String,
    #[schema(example = 120)]
    total_seats: u32,
    #[schema(example = 87)]
    available_seats: u32,
    /// Whether seats can be booked now: sales have opened, have not closed, and the show was not called off.
    #[schema(example = true)]
    on_sale: bool,
    #[schema(example = false)]
    called_off: bool,
    #[schema(example = "2D")]
    format: Option<String>,
    #[schema(example = "de")]
    audio: Option<String>,
    #[schema(example = "en")]
    subtitles: Option<String>,
    /// ISO 4217.
    #[schema(example = "GBP")]
    currency: String,
    /// Minor units by kind of seat; empty: the show is free.
    #[schema(example = json!({"standard": 1200, "premium": 1500}))]
    prices: BTreeMap<String, i64>,
}

impl Show {
    fn of(facts: &ShowFacts, taken: u32, now: UtcMicros) -> Self {
        let row = &facts.row;
        Self {
            id: row.id.0,
            movie: row.movie.0,
            movie_title: row.movie_title.clone(),
            screen_name: row.screen_name.clone(),
            cinema: row.cinema.0,
            cinema_name: row.cinema_name.clone(),
            date_time: facts.date_time.clone(),
            ends_at: row.ends_at.rfc3339_in(&facts.zone),
            total_seats: row.total_seats,
            available_seats: row.total_seats.saturating_sub(taken),
            on_sale: facts.on_sale(now),
            called_off: row.called_off,
            format: row.format.clone(),
            audio: row.audio.clone(),
            subtitles: row.subtitles.clone(),
            currency: row.currency.clone(),
            prices: facts.prices.0.iter().map(|(kind, price)| (kind.clone(), price.0)).collect(),
        }
    }
}

/// Shows with the number of seats that are free in each at this moment.
pub(super) async fn views(site: &Site, shows: &[Arc<ShowFacts>]) -> Result<Vec<Show>> {
    let now = site.app.clock.now();
    let ids: Vec<ShowId> = shows.iter().map(|show| show.row.id).collect();
    let taken = site.app.bookings.seats(&ids, |seats| seats.taken(now)).await?;
    Ok(shows.iter().zip(taken).map(|(show, taken)| Show::of(show, taken, now)).collect())
}

/// Where a page of shows ended: shows stand in order of time, then number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cursor(i64, i64);

impl Cursor {
    pub(super) fn of(show: &ShowFacts) -> Self {
        Self(show.row.starts_at.0, show.row.id.0)
    }

    pub(super) fn parse(text: &str) -> Result<Self> {
        text.split_once('-')
            .and_then(|(at, id)| Some(Self(at.parse().ok()?, id.parse().ok()?)))
            .ok_or_else(|| Problem::invalid("cursor", "Take the cursor from the Link header of the last page."))
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.0, self.1)
    }
}

/// One show.
#[utoipa::path(
    get, path = "/api/shows/{show_id}/", tag = "Programme",
    params(("show_id" = i64, Path, description = "The show's number", example = 7)),
    responses((status = 200, description = "The show", body = Show), ShowNo)
)]
async fn show(State(site): Web, Path(id): Path<ShowId>) -> Result<Json<Show>> {
    let facts = found(&site, id).await?;
    let mut views = views(&site, &[facts]).await?;
    views.pop().map(Json).ok_or_else(|| Problem::internal("a show without a view"))
}

/// A show, or the refusal that says there is none.
pub(super) async fn found(site: &Site, id: ShowId) -> Result<Arc<ShowFacts>> {
    match site.app.catalogue.show(id).await {
        Err(houselights_app::Error::NotFound(_)) => Err(houselights_domain::Refusal::UnknownShow(id).into()),
        other => Ok(other?),
    }
}
