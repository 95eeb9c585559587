//! What is on: movies and their shows.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, Uri, header},
    response::Response,
};
use houselights_app::catalogue::{self, MovieFilter};
use houselights_domain::{MovieId, UtcMicros};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::shows::{self, Show};
use crate::{
    etag::Cached,
    openapi::problems,
    page::{self, Page},
    path::{Path, Query},
    problem::{Problem, Result},
    site::{Site, Web},
};

pub(super) fn routes() -> OpenApiRouter<Arc<Site>> {
    OpenApiRouter::new().routes(routes!(movies)).routes(routes!(movie)).routes(routes!(shows_of_movie))
}

problems!(ListNo: Invalid);
problems!(MovieNo: UnknownMovie);
problems!(ShowsNo: Invalid, UnknownMovie);

/// How many items an answer has where the client asks for no pages.
const ALL: u32 = 100_000;
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A film.
#[derive(Serialize, ToSchema)]
pub(super) struct Movie {
    #[schema(example = 1)]
    id: i64,
    #[schema(example = "Metropolis")]
    title: String,
    #[schema(example = 153)]
    duration_minutes: i64,
    /// `YYYY-MM-DD`.
    #[schema(example = "1927-01-10")]
    release_date: Option<String>,
    /// The age rating.
    #[schema(example = "PG")]
    certificate: Option<String>,
    /// Codes of the languages spoken in it.
    #[schema(example = json!(["de"]))]
    languages: Vec<String>,
    #[schema(example = json!(["Drama"]))]
    genres: Vec<String>,
    #[schema(example = "The son of a city's master falls in love below the streets.")]
    synopsis: String,
    /// The poster's file name.
    #[schema(example = "metropolis.jpg")]
    poster: Option<String>,
}

impl From<catalogue::Movie> for Movie {
    fn from(movie: catalogue::Movie) -> Self {
        Self {
            id: movie.id.0,
            title: movie.title,
            duration_minutes: movie.duration_minutes,
            release_date: movie.release_date,
            certificate: movie.certificate,
            languages: movie.languages,
            genres: movie.genres,
            synopsis: movie.synopsis,
            poster: movie.poster,
        }
    }
}

/// An answer with its tag.
pub(super) fn rendered_one<T: Serialize + ?Sized>(body: &T) -> Result<Cached> {
    let body = serde_json::to_vec(body).map_err(|error| Problem::internal(error.to_string()))?;
    Ok(Cached::new(body, JSON))
}

/// A list with its tag and the address of its next page.
fn rendered<T: Serialize>(list: &[T], next: Option<HeaderMap>) -> Result<Cached> {
    let link = next.and_then(|mut headers| headers.remove(header::LINK));
    Ok(rendered_one(list)?.linked(link))
}

/// The first address of a window of time and the first after it.
fn window(query: &Query) -> Result<Option<(UtcMicros, UtcMicros)>> {
    let (from, to) = query.read(|q| (q.optional_time("from"), q.optional_time("to")))?;
    Ok((from.is_some() || to.is_some()).then(|| (from.unwrap_or(UtcMicros(i64::MIN)), to.unwrap_or(UtcMicros::NEVER))))
}

/// What is on.
///
/// All movies in order of their number; with `from` or `to` those with a show that begins in that time.
#[utoipa::path(
    get, path = "/api/movies/", tag = "Programme",
    params(
        ("search" = Option<String>, Query, description = "A part of the title"),
        ("from" = Option<String>, Query, pattern = r"^(|\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2}))$", description = "Only movies with a show that begins from then on; RFC 3339 with its offset"),
        ("to" = Option<String>, Query, pattern = r"^(|\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2}))$", description = "Only movies with a show that begins before then; RFC 3339 with its offset"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 500, description = "Items of a page"),
        ("cursor" = Option<String>, Query, description = "Where the last page ended: from its `Link` header"),
    ),
    responses((status = 200, description = "Movies; `Link` names the next page", body = Vec<Movie>), ListNo)
)]
async fn movies(State(site): Web, uri: Uri, query: Query, headers: HeaderMap) -> Result<Response> {
    let address = uri.path_and_query().map_or("", |whole| whole.as_str());
    let generation = site.app.catalogue.generation();
    Ok(site.rendered.at(address, generation, list(&site, &uri, &query)).await?.answer(&headers))
}

async fn list(site: &Site, uri: &Uri, query: &Query) -> Result<Cached> {
    let window = window(query)?;
    let (search, (page, after)) = query.read(|q| (q.optional_text("search"), Page::read_by_id(q, ALL)))?;
    let filter = MovieFilter {
        search: search.unwrap_or_default(),
        from: window.map_or(UtcMicros::BEGINNING, |(from, _)| from),
        to: window.map_or(UtcMicros::BEGINNING, |(_, to)| to),
        bounded: window.is_some(),
        after: MovieId(after.unwrap_or(0)),
        limit: i64::from(page.limit) + 1,
    };
    let mut movies: Vec<Movie> = site.app.catalogue.movies(filter).await?.into_iter().map(Movie::from).collect();
    let more = page.cut(&mut movies);
    let next = movies.last().filter(|_| more).map(|last| page::next(uri, &last.id));
    rendered(&movies, next)
}

/// One movie.
#[utoipa::path(
    get, path = "/api/movies/{movie_id}/", tag = "Programme",
    params(("movie_id" = i64, Path, description = "The movie's number", example = 1)),
    responses((status = 200, description = "The movie", body = Movie), MovieNo)
)]
async fn movie(State(site): Web, Path(id): Path<MovieId>) -> Result<Json<Movie>> {
    Ok(Json(site.app.catalogue.movie(id).await?.into()))
}

/// A movie's shows, soonest first.
#[utoipa::path(
    get, path = "/api/movies/{movie_id}/shows/", tag = "Programme",
    params(
        ("movie_id" = i64, Path, description = "The movie's number", example = 1),
        ("from" = Option<String>, Query, pattern = r"^(|\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2}))$", description = "Only shows that begin from then on; RFC 3339 with its offset"),
        ("to" = Option<String>, Query, pattern = r"^(|\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2}))$", description = "Only shows that begin before then; RFC 3339 with its offset"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 500, description = "Items of a page"),
        ("cursor" = Option<String>, Query, description = "Where the last page ended: from its `Link` header"),
    ),
    responses((status = 200, description = "Shows; `Link` names the next page", body = Vec<Show>), ShowsNo)
)]
async fn shows_of_movie(
    State(site): Web,
    Path(id): Path<MovieId>,
    uri: Uri,
    query: Query,
    headers: HeaderMap,
) -> Result<Response> {
    let (from, to) = window(&query)?.unwrap_or((UtcMicros(i64::MIN), UtcMicros::NEVER));
    let page = query.read(|q| Page::read(q, ALL))?;
    let after = page.cursor.as_deref().map(shows::Cursor::parse).transpose()?;
    let all = site.app.catalogue.shows_of(id).await?;
    let mut wanted: Vec<_> = all
        .iter()
        .filter(|show| show.row.starts_at >= from && show.row.starts_at < to)
        .filter(|show| after.is_none_or(|after| shows::Cursor::of(show) > after))
        .take(page.limit as usize + 1)
        .map(Arc::clone)
        .collect();
    let more = page.cut(&mut wanted);
    let next = wanted.last().filter(|_| more).map(|last| page::next(&uri, &shows::Cursor::of(last)));
    let views = shows::views(&site, &wanted).await?;
    Ok(rendered(&views, next)?.answer(&headers))
}
