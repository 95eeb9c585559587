//! A show's seats: the map, what has turned since, and the live feed.

mod feed;
mod map;

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::Response,
};
use houselights_app::live::Position;
use houselights_domain::ShowId;
use quick_cache::sync::Cache;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{movies::rendered_one, shows::found};
use crate::{
    body::Reader,
    etag::Cached,
    openapi::problems,
    path::{Path, Query},
    problem::Result,
    serve::endless::Endless,
    site::{Site, Web},
};
use map::{SeatMap, Seats, TurnedSeats};

pub(super) fn routes() -> OpenApiRouter<Arc<Site>> {
    OpenApiRouter::new().routes(routes!(seats)).routes(routes!(live))
}

problems!(SeatsNo: Invalid, UnknownShow);
problems!(LiveNo: Invalid, UnknownShow);

/// Maps kept.
const MOST: usize = 2_000;
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream");

/// Maps as they were sent last, each good for a position and a generation of the catalogue.
#[derive(Debug)]
pub(crate) struct Maps(Cache<ShowId, (Position, u64, Arc<Cached>)>);

impl Default for Maps {
    fn default() -> Self {
        Self(Cache::new(MOST))
    }
}

/// The position that a client has come to, as it says.
fn since(query: &mut Reader<'_>) -> Option<String> {
    query.optional_text("since").filter(|text| !text.is_empty())
}

/// A show's seats, each with its state.
///
/// `position` names the moment. Asked with it as `since`, the answer holds only the seats that have turned since then,
/// or the whole map if that is too long ago; a whole map has `rows`.
#[utoipa::path(
    get, path = "/api/shows/{show_id}/seats/", tag = "Programme",
    params(
        ("show_id" = i64, Path, description = "The show's number", example = 7),
        ("since" = Option<String>, Query, description = "The `position` of an earlier answer: only what has turned since"),
    ),
    responses((status = 200, description = "The hall, or what has turned in it", body = Seats), SeatsNo)
)]
async fn seats(State(site): Web, Path(id): Path<ShowId>, query: Query, headers: HeaderMap) -> Result<Response> {
    let since = query.read(since)?.and_then(|text| text.parse().ok());
    let generation = site.app.catalogue.generation();
    let facts = found(&site, id).await?;
    let maps = &site.app.seat_maps;
    if let Some(since) = since
        && let Some(turned) = maps.turned_since(id, since).await?
    {
        return Ok(rendered_one(&TurnedSeats::new(&facts, &turned))?.answer(&headers));
    }
    let position = maps.position(id).await?;
    if let Some((known, made_at, cached)) = site.seat_maps.0.get(&id)
        && (known, made_at) == (position, generation)
    {
        return Ok(cached.answer(&headers));
    }
    let map = maps.map(id, facts.row.total_seats).await?;
    let cached = Arc::new(rendered_one(&SeatMap::new(&facts, &map))?);
    site.seat_maps.0.insert(id, (map.position, generation, Arc::clone(&cached)));
    Ok(cached.answer(&headers))
}

/// A show's seats, live.
///
/// Server-sent events: `taken`, `held` and `freed` say which seats have turned, `data` is `{"seats": [5, 6]}`. What
/// happens at once is told at once: the last event of it carries the position as `id`. Begin with the `position` of the
/// map as `since`; a browser's `EventSource` comes back with `Last-Event-ID` by itself, which goes before `since`.
/// Without either, the feed begins now. `reset` means that the position is unknown or too old: read the map again and
/// listen on. Seats are told as they are, so it does no harm to hear of one twice. A comment comes every 20 s.
#[utoipa::path(
    get, path = "/api/shows/{show_id}/live/", tag = "Programme",
    params(
        ("show_id" = i64, Path, description = "The show's number", example = 7),
        ("since" = Option<String>, Query, description = "The `position` of a map: what has turned since comes first"),
        ("Last-Event-ID" = Option<String>, Header, description = "The `id` of the last event that was received"),
    ),
    responses(
        (status = 200, description = "Events, without end", content_type = "text/event-stream", body = String,
            example = json!("retry: 2000\nid: 9f3c51e2a07b4d18-41\n\nevent: taken\nid: 9f3c51e2a07b4d18-43\ndata: {\"seats\":[5,6]}\n\n")),
        LiveNo
    )
)]
async fn live(State(site): Web, Path(id): Path<ShowId>, query: Query, headers: HeaderMap) -> Result<Response> {
    let asked = query.read(since)?;
    let last = headers.get(LAST_EVENT_ID).map(|id| id.to_str().unwrap_or_default().to_owned());
    _ = found(&site, id).await?;
    let feed = feed::Feed::open(&site.app.seat_maps, id, last.or(asked).as_deref()).await?;
    let mut response = Response::new(axum::body::Body::new(feed));
    response.extensions_mut().insert(Endless);
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, EVENT_STREAM);
    // A proxy that collects an answer before it passes it on would make the feed useless.
    out.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}
