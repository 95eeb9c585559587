//! Shows.

mod views;

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    extract::State,
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
};
use houselights_app::Error;
use houselights_domain::{MovieId, ScreenId, ShowId, draft::ShowDraft};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::tools::{ALL, How, Listing, Said, created, key, once};
use crate::{
    auth::Staff,
    body::{Fields, Reader},
    idempotency::{IdempotencyKey, KeyHeader},
    openapi::problems,
    path::{Path, Query},
    problem::{Problem, Result},
    site::{Site, Web},
};
pub(super) use views::ShowBody;
use views::{ShowPatch, StaffShow};

pub(super) fn routes() -> OpenApiRouter<Arc<Site>> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(one, replace, change, remove))
        .routes(routes!(call_off))
}

const PLACE: &str = "/api/staff/shows/";

problems!(ListNo: Invalid, PermissionDenied);
problems!(AddNo: Invalid, PermissionDenied, Conflict, InFlight, KeyReused, Throttled);
problems!(OneNo: PermissionDenied, UnknownShow);
problems!(ChangeNo: Invalid, PermissionDenied, UnknownShow, Conflict, Throttled);
problems!(CallOffNo: Invalid, PermissionDenied, UnknownShow, InFlight, KeyReused, Throttled);
problems!(RemoveNo: PermissionDenied, UnknownShow, Conflict, Throttled);

struct Change {
    key: Said<String>,
    movie: Said<String>,
    screen: Said<String>,
    starts_at: Said<String>,
    format: Said<Option<String>>,
    audio: Said<Option<String>>,
    subtitles: Said<Option<String>>,
    prices: Said<BTreeMap<String, i64>>,
    sales_open_at: Said<Option<String>>,
    sales_close_at: Said<Option<String>>,
}

impl Change {
    fn read(f: &mut Reader<'_>, how: How) -> Self {
        Self {
            key: key(f),
            movie: how.field(f, "movie", Reader::text),
            screen: how.field(f, "screen", Reader::text),
            starts_at: how.field(f, "starts_at", Reader::text),
            format: how.field(f, "format", Reader::optional_text),
            audio: how.field(f, "audio", Reader::optional_text),
            subtitles: how.field(f, "subtitles", Reader::optional_text),
            prices: how.field(f, "prices", |f, name| f.optional_shaped(name).unwrap_or_default()),
            sales_open_at: how.field(f, "sales_open_at", Reader::optional_text),
            sales_close_at: how.field(f, "sales_close_at", Reader::optional_text),
        }
    }

    /// Puts keys where numbers stand: a key names a row for ever, so that nothing can change in between.
    async fn named(mut self, site: &Site) -> Result<Self> {
        if let Said::This(movie) = &mut self.movie
            && let Ok(id) = movie.parse()
        {
            *movie = known("movie", movie, site.app.catalogue.movie(MovieId(id)).await)?.key;
        }
        if let Said::This(screen) = &mut self.screen
            && let Ok(id) = screen.parse()
        {
            let row = known("screen", screen, site.app.office.screen(ScreenId(id)).await)?;
            *screen = format!("{}/{}", row.cinema_key, row.key);
        }
        Ok(self)
    }

    fn apply(self, draft: &mut ShowDraft) {
        self.key.put(&mut draft.key);
        self.movie.put(&mut draft.movie);
        self.screen.put(&mut draft.screen);
        self.starts_at.put(&mut draft.starts_at);
        self.format.put(&mut draft.format);
        self.audio.put(&mut draft.audio);
        self.subtitles.put(&mut draft.subtitles);
        self.prices.put(&mut draft.prices);
        self.sales_open_at.put(&mut draft.sales_open_at);
        self.sales_close_at.put(&mut draft.sales_close_at);
    }
}

/// What a body's field refers to; that there is none is a fault of the field, not of the address.
fn known<T>(field: &'static str, number: &str, found: houselights_app::Result<T>) -> Result<T> {
    match found {
        Err(Error::NotFound(_)) => Err(Problem::invalid(field, format!("There is no {field} {number}."))),
        other => Ok(other?),
    }
}

/// All shows, by number.
#[utoipa::path(
    get, path = "/api/staff/shows/", tag = "Staff", operation_id = "staff_shows", security(("bearerAuth" = [])),
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 500, description = "Items of a page"),
        ("cursor" = Option<String>, Query, description = "Where the last page ended: from its `Link` header"),
    ),
    responses((status = 200, description = "Shows; `Link` names the next page", body = Vec<StaffShow>), ListNo)
)]
async fn list(State(site): Web, _: Staff, uri: Uri, query: Query) -> Result<Response> {
    let listing = Listing::read(&query, ALL)?;
    let mut shows = site.app.office.shows(ShowId(listing.after.unwrap_or(0)), listing.limit()).await?;
    let link = listing.cut(&uri, &mut shows, |show| show.id.0);
    Ok((link, Json(StaffShow::all(&site, shows).await?)).into_response())
}

/// Add a show. Its screen must be free from its beginning to the end of the cleaning.
#[utoipa::path(
    post, path = "/api/staff/shows/", tag = "Staff", operation_id = "staff_add_show", security(("bearerAuth" = [])),
    params(KeyHeader),
    request_body(content = ShowBody, example = json!({
        "movie": 1, "screen": "rex/1", "starts_at": "2027-01-01T19:30:00", "prices": {"standard": 1200, "premium": 1500}
    })),
    responses((status = 201, description = "Added; `Location` is its address", body = StaffShow), AddNo)
)]
async fn add(State(site): Web, staff: Staff, key: IdempotencyKey, fields: Fields) -> Result<Response> {
    once(&site, staff.0, ("POST /api/staff/shows/", key), &fields, async || {
        let mut draft = ShowDraft::default();
        fields.read(|f| Change::read(f, How::Whole))?.named(&site).await?.apply(&mut draft);
        let show = site.app.office.add_show(draft).await?;
        Ok(created(PLACE, show.id.0, StaffShow::changed(&site, show).await?))
    })
    .await
}

/// One show.
#[utoipa::path(
    get, path = "/api/staff/shows/{show_id}/", tag = "Staff", operation_id = "staff_show",
    security(("bearerAuth" = [])),
    params(("show_id" = i64, Path, description = "The show's number", example = 7)),
    responses((status = 200, description = "The show", body = StaffShow), OneNo)
)]
async fn one(State(site): Web, _: Staff, Path(id): Path<ShowId>) -> Result<Json<StaffShow>> {
    let show = site.app.office.show(id).await?;
    Ok(Json(StaffShow::one(&site, show).await?))
}

/// Replace a show, but for its key. What people hold live tickets for stays what, where and when it is.
#[utoipa::path(
    put, path = "/api/staff/shows/{show_id}/", tag = "Staff", operation_id = "staff_replace_show",
    security(("bearerAuth" = [])),
    params(("show_id" = i64, Path, description = "The show's number", example = 7)),
    request_body(content = ShowBody, example = json!({
        "movie": 1, "screen": "rex/1", "starts_at": "2027-01-01T19:30:00", "prices": {"standard": 1200}
    })),
    responses((status = 200, description = "Replaced", body = StaffShow), ChangeNo)
)]
async fn replace(State(site): Web, by: Staff, Path(id): Path<ShowId>, fields: Fields) -> Result<Json<StaffShow>> {
    changed(&site, by, id, (How::Whole, &fields)).await
}

/// Change a show. What people hold live tickets for stays what, where and when it is.
#[utoipa::path(
    patch, path = "/api/staff/shows/{show_id}/", tag = "Staff", operation_id = "staff_change_show",
    security(("bearerAuth" = [])),
    params(("show_id" = i64, Path, description = "The show's number", example = 7)),
    request_body(content = ShowPatch, example = json!({"starts_at": "2027-01-01T20:00:00", "subtitles": null})),
    responses((status = 200, description = "Changed", body = StaffShow), ChangeNo)
)]
async fn change(State(site): Web, by: Staff, Path(id): Path<ShowId>, fields: Fields) -> Result<Json<StaffShow>> {
    changed(&site, by, id, (How::Part, &fields)).await
}

async fn changed(site: &Site, by: Staff, id: ShowId, (how, fields): (How, &Fields)) -> Result<Json<StaffShow>> {
    site.limits.change(by.0.user)?;
    let change = fields.read(|f| Change::read(f, how))?.named(site).await?;
    let show = site.app.office.change_show(id, move |draft| change.apply(draft)).await?;
    Ok(Json(StaffShow::changed(site, show).await?))
}

/// Call a show off: nothing more is sold, and its screen is free for another. It cannot be undone.
///
/// Tickets that were sold stay as they are; cancel them at `/api/staff/bookings/`.
#[utoipa::path(
    post, path = "/api/staff/shows/{show_id}/call-off/", tag = "Staff", operation_id = "staff_call_off_show",
    security(("bearerAuth" = [])),
    params(
        ("show_id" = i64, Path, description = "The show's number", example = 7),
        KeyHeader,
    ),
    responses((status = 200, description = "Called off", body = StaffShow), CallOffNo)
)]
async fn call_off(
    State(site): Web,
    staff: Staff,
    Path(id): Path<ShowId>,
    key: IdempotencyKey,
    fields: Fields,
) -> Result<Response> {
    once(&site, staff.0, (&format!("POST {PLACE}{id}/call-off/"), key), &fields, async || {
        let show = site.app.office.call_off(id).await?;
        Ok(Json(StaffShow::changed(&site, show).await?))
    })
    .await
}

/// Delete a show of which no seat was ever sold or held.
#[utoipa::path(
    delete, path = "/api/staff/shows/{show_id}/", tag = "Staff", operation_id = "staff_delete_show",
    security(("bearerAuth" = [])),
    params(("show_id" = i64, Path, description = "The show's number", example = 7)),
    responses((status = 204, description = "Deleted"), RemoveNo)
)]
async fn remove(State(site): Web, by: Staff, Path(id): Path<ShowId>) -> Result<StatusCode> {
    site.limits.change(by.0.user)?;
    site.app.office.delete_show(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests;
