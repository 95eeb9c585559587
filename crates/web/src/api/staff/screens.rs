//! Screens.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
};
use houselights_app::office::ScreenRow;
use houselights_domain::{
    CinemaId, ScreenId,
    draft::{MAX_CLEANING_MINUTES, ScreenDraft},
    layout::RowPlan,
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::tools::{ALL, How, LayoutRow, Listing, Said, created, key, once, plan};
use crate::{
    auth::Staff,
    body::{Fields, Reader},
    idempotency::{IdempotencyKey, KeyHeader},
    openapi::problems,
    path::{Path, Query},
    problem::{Problem, Result},
    site::{Site, Web},
};

pub(super) fn routes() -> OpenApiRouter<Arc<Site>> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(one, replace, change, remove))
}

problems!(ListNo: Invalid, PermissionDenied);
problems!(AddNo: Invalid, PermissionDenied, InFlight, KeyReused, Throttled);
problems!(OneNo: PermissionDenied, NotFound);
problems!(ChangeNo: Invalid, PermissionDenied, NotFound, Conflict, Throttled);
problems!(RemoveNo: PermissionDenied, NotFound, Conflict, Throttled);

/// A screen within its cinema: with exactly one of `layout` and `seats`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a body that is read field by field")]
pub(super) struct ScreenFields {
    /// Names it for ever within its cinema.
    #[schema(example = "1")]
    key: String,
    #[schema(example = "Screen 1")]
    name: String,
    /// Minutes between two films; 15 if it is left out.
    #[schema(minimum = 0, maximum = 600, example = 15)]
    cleaning_minutes: Option<u32>,
    layout: Option<Vec<LayoutRow>>,
    /// A plain hall of so many seats.
    #[schema(minimum = 1, maximum = 20000, example = 120)]
    seats: Option<u32>,
}

/// A screen as it is added: with exactly one of `layout` and `seats`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a body that is read field by field")]
struct ScreenBody {
    /// The cinema's number, or its key.
    #[schema(example = "rex")]
    cinema: String,
    #[schema(example = "1")]
    key: String,
    #[schema(example = "Screen 1")]
    name: String,
    #[schema(minimum = 0, maximum = 600, example = 15)]
    cleaning_minutes: Option<u32>,
    layout: Option<Vec<LayoutRow>>,
    #[schema(minimum = 1, maximum = 20000, example = 120)]
    seats: Option<u32>,
}

/// What replaces a screen, but for its cinema and its key.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a body that is read field by field")]
struct ScreenWhole {
    #[schema(example = "Screen 1")]
    name: String,
    #[schema(minimum = 0, maximum = 600, example = 15)]
    cleaning_minutes: Option<u32>,
    layout: Option<Vec<LayoutRow>>,
    #[schema(minimum = 1, maximum = 20000, example = 120)]
    seats: Option<u32>,
}

/// What changes of a screen; without `cleaning_minutes` (`null`) it is 15.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a body that is read field by field")]
struct ScreenPatch {
    #[schema(nullable = false)]
    name: Option<String>,
    #[schema(minimum = 0, maximum = 600)]
    cleaning_minutes: Option<u32>,
    /// Replaces `seats` too.
    layout: Option<Vec<LayoutRow>>,
    /// Replaces `layout` too.
    #[schema(minimum = 1, maximum = 20000)]
    seats: Option<u32>,
}

/// A screen as it is kept.
#[derive(Serialize, ToSchema)]
struct StaffScreen {
    #[schema(example = 1)]
    id: i64,
    /// The cinema's number.
    #[schema(example = 1)]
    cinema: i64,
    #[schema(example = "rex")]
    cinema_key: String,
    #[schema(example = "1")]
    key: String,
    /// What shows call it.
    #[schema(example = "rex/1")]
    path: String,
    #[schema(example = "Screen 1")]
    name: String,
    #[schema(example = 15)]
    cleaning_minutes: u32,
    /// The number of its layout of now: see `layouts/`.
    #[schema(example = 1)]
    layout_id: i64,
    #[schema(example = 120)]
    total_seats: u32,
    /// Row by row; `null` for a plain hall.
    layout: Option<Vec<LayoutRow>>,
    /// Seats of a plain hall; `null` where there is a `layout`.
    #[schema(example = 120)]
    seats: Option<u32>,
    #[schema(example = "Europe/London")]
    timezone: String,
    #[schema(example = "GBP")]
    currency: String,
}

impl StaffScreen {
    fn of(row: ScreenRow) -> Result<Self> {
        let (layout, seats) = plan(&row.plan)?;
        Ok(Self {
            id: row.id.0,
            cinema: row.cinema.0,
            path: format!("{}/{}", row.cinema_key, row.key),
            cinema_key: row.cinema_key,
            key: row.key,
            name: row.name,
            cleaning_minutes: row.cleaning_minutes,
            layout_id: row.layout.0,
            total_seats: row.total_seats,
            layout,
            seats,
            timezone: row.timezone,
            currency: row.currency,
        })
    }
}

/// The seats of a screen, as a body speaks of them.
pub(super) struct Places {
    how: How,
    layout: Said<Option<Vec<RowPlan>>>,
    seats: Said<Option<i64>>,
}

impl Places {
    pub(super) fn read(f: &mut Reader<'_>, how: How) -> Self {
        let layout = how.field(f, "layout", Reader::optional_shaped::<Vec<RowPlan>>);
        let seats = how.field(f, "seats", |f, name| f.optional_integer(name, 1..=20_000));
        Self { how, layout, seats }
    }

    /// Whoever gives one of the two replaces both; `null` alone clears one.
    pub(super) fn apply(self, draft: &mut ScreenDraft) {
        let given = matches!(self.layout, Said::This(Some(_))) || matches!(self.seats, Said::This(Some(_)));
        if given || self.how == How::Whole {
            (draft.layout, draft.seats) = (None, None);
        }
        self.layout.put(&mut draft.layout);
        self.seats.put(&mut draft.seats);
    }
}

struct Change {
    key: Said<String>,
    name: Said<String>,
    cleaning_minutes: Said<Option<i64>>,
    places: Places,
}

impl Change {
    fn read(f: &mut Reader<'_>, how: How) -> Self {
        let cleaning = 0..=i64::from(MAX_CLEANING_MINUTES);
        Self {
            key: key(f),
            name: how.field(f, "name", Reader::text),
            cleaning_minutes: how.field(f, "cleaning_minutes", |f, name| f.optional_integer(name, cleaning)),
            places: Places::read(f, how),
        }
    }

    fn apply(self, draft: &mut ScreenDraft) {
        self.key.put(&mut draft.key);
        self.name.put(&mut draft.name);
        self.cleaning_minutes.put(&mut draft.cleaning_minutes);
        self.places.apply(draft);
    }
}

/// A cinema by its number or its key.
async fn cinema(site: &Site, named: &str) -> Result<CinemaId> {
    let all = site.app.office.cinemas(CinemaId(0), u32::MAX).await?;
    let number = named.parse().ok().map(CinemaId);
    let found = all.iter().find(|cinema| number.map_or(cinema.key == named, |id| cinema.id == id));
    found.map(|cinema| cinema.id).ok_or_else(|| Problem::invalid("cinema", format!("There is no cinema {named:?}.")))
}

/// All screens, by number.
#[utoipa::path(
    get, path = "/api/staff/screens/", tag = "Staff", operation_id = "staff_screens", security(("bearerAuth" = [])),
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 500, description = "Items of a page"),
        ("cursor" = Option<String>, Query, description = "Where the last page ended: from its `Link` header"),
    ),
    responses((status = 200, description = "Screens; `Link` names the next page", body = Vec<StaffScreen>), ListNo)
)]
async fn list(State(site): Web, _: Staff, uri: Uri, query: Query) -> Result<Response> {
    let listing = Listing::read(&query, ALL)?;
    let mut screens = site.app.office.screens(ScreenId(listing.after.unwrap_or(0)), listing.limit()).await?;
    let link = listing.cut(&uri, &mut screens, |screen| screen.id.0);
    let screens = screens.into_iter().map(StaffScreen::of).collect::<Result<Vec<_>>>()?;
    Ok((link, Json(screens)).into_response())
}

/// Add a screen to a cinema.
#[utoipa::path(
    post, path = "/api/staff/screens/", tag = "Staff", operation_id = "staff_add_screen",
    security(("bearerAuth" = [])),
    params(KeyHeader),
    request_body(content = ScreenBody, example = json!({"cinema": "rex", "key": "2", "name": "Screen 2", "seats": 120})),
    responses((status = 201, description = "Added; `Location` is its address", body = StaffScreen), AddNo)
)]
async fn add(State(site): Web, staff: Staff, key: IdempotencyKey, fields: Fields) -> Result<Response> {
    once(&site, staff.0, ("POST /api/staff/screens/", key), &fields, async || {
        let (named, key, change) = fields.read(|f| (f.text("cinema"), f.text("key"), Change::read(f, How::Whole)))?;
        let mut draft = ScreenDraft { key, name: String::new(), cleaning_minutes: None, layout: None, seats: None };
        change.apply(&mut draft);
        let screen = site.app.office.add_screen(cinema(&site, &named).await?, draft).await?;
        Ok(created("/api/staff/screens/", screen.id.0, StaffScreen::of(screen)?))
    })
    .await
}

/// One screen.
#[utoipa::path(
    get, path = "/api/staff/screens/{screen_id}/", tag = "Staff", operation_id = "staff_screen",
    security(("bearerAuth" = [])),
    params(("screen_id" = i64, Path, description = "The screen's number", example = 1)),
    responses((status = 200, description = "The screen", body = StaffScreen), OneNo)
)]
async fn one(State(site): Web, _: Staff, Path(id): Path<ScreenId>) -> Result<Json<StaffScreen>> {
    Ok(Json(StaffScreen::of(site.app.office.screen(id).await?)?))
}

/// Replace a screen, but for its cinema and its key. Other seats are a new version of its layout.
#[utoipa::path(
    put, path = "/api/staff/screens/{screen_id}/", tag = "Staff", operation_id = "staff_replace_screen",
    security(("bearerAuth" = [])),
    params(("screen_id" = i64, Path, description = "The screen's number", example = 1)),
    request_body(content = ScreenWhole, example = json!({"name": "Screen 1", "cleaning_minutes": 15, "seats": 120})),
    responses((status = 200, description = "Replaced", body = StaffScreen), ChangeNo)
)]
async fn replace(State(site): Web, by: Staff, Path(id): Path<ScreenId>, fields: Fields) -> Result<Json<StaffScreen>> {
    changed(&site, by, id, (How::Whole, &fields)).await
}

/// Change a screen. Other seats are a new version of its layout: shows with live tickets keep the one they have.
#[utoipa::path(
    patch, path = "/api/staff/screens/{screen_id}/", tag = "Staff", operation_id = "staff_change_screen",
    security(("bearerAuth" = [])),
    params(("screen_id" = i64, Path, description = "The screen's number", example = 1)),
    request_body(content = ScreenPatch, example = json!({"cleaning_minutes": 20})),
    responses((status = 200, description = "Changed", body = StaffScreen), ChangeNo)
)]
async fn change(State(site): Web, by: Staff, Path(id): Path<ScreenId>, fields: Fields) -> Result<Json<StaffScreen>> {
    changed(&site, by, id, (How::Part, &fields)).await
}

async fn changed(site: &Site, by: Staff, id: ScreenId, (how, fields): (How, &Fields)) -> Result<Json<StaffScreen>> {
    site.limits.change(by.0.user)?;
    let (named, change) = fields.read(|f| {
        let named = f.has("cinema").then(|| f.text("cinema"));
        (named, Change::read(f, how))
    })?;
    let before = site.app.office.screen(id).await?;
    if let Some(named) = named
        && cinema(site, &named).await? != before.cinema
    {
        return Err(Problem::invalid("cinema", "A screen stays in its cinema. Add a new screen to the other one."));
    }
    let screen = site.app.office.change_screen(id, move |draft| change.apply(draft)).await?;
    Ok(Json(StaffScreen::of(screen)?))
}

/// Delete a screen that never had a show.
#[utoipa::path(
    delete, path = "/api/staff/screens/{screen_id}/", tag = "Staff", operation_id = "staff_delete_screen",
    security(("bearerAuth" = [])),
    params(("screen_id" = i64, Path, description = "The screen's number", example = 1)),
    responses((status = 204, description = "Deleted"), RemoveNo)
)]
async fn remove(State(site): Web, by: Staff, Path(id): Path<ScreenId>) -> Result<StatusCode> {
    site.limits.change(by.0.user)?;
    site.app.office.delete_screen(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests;
