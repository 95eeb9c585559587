//! Cinemas.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
};
use houselights_app::office::CinemaRow;
use houselights_domain::{
    CinemaId,
    draft::{CinemaDraft, ScreenDraft},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    screens::ScreenFields,
    tools::{ALL, How, Listing, Said, created, key, once},
};
use crate::{
    auth::Staff,
    body::{Fields, Reader},
    idempotency::{IdempotencyKey, KeyHeader},
    openapi::problems,
    path::{Path, Query},
    problem::Result,
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

/// A cinema as it is opened.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a body that is read field by field")]
pub(super) struct CinemaBody {
    /// Names it for ever, in programme files and in `cinema/screen`.
    #[schema(example = "rex")]
    key: String,
    #[schema(example = "Rex")]
    name: String,
    /// IANA name.
    #[schema(example = "Europe/London")]
    timezone: String,
    /// ISO 4217 code.
    #[schema(example = "GBP")]
    currency: String,
    /// Its screens; later ones are added at `/api/staff/screens/`.
    screens: Option<Vec<ScreenFields>>,
}

/// What replaces a cinema's fields; its screens and its key stay.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a body that is read field by field")]
struct CinemaWhole {
    #[schema(example = "Rex")]
    name: String,
    #[schema(example = "Europe/London")]
    timezone: String,
    #[schema(example = "GBP")]
    currency: String,
}

/// What changes of a cinema.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a body that is read field by field")]
struct CinemaPatch {
    #[schema(nullable = false)]
    name: Option<String>,
    #[schema(nullable = false)]
    timezone: Option<String>,
    #[schema(nullable = false)]
    currency: Option<String>,
}

/// A cinema as it is kept.
#[derive(Serialize, ToSchema)]
struct StaffCinema {
    #[schema(example = 1)]
    id: i64,
    #[schema(example = "rex")]
    key: String,
    #[schema(example = "Rex")]
    name: String,
    #[schema(example = "Europe/London")]
    timezone: String,
    #[schema(example = "GBP")]
    currency: String,
}

impl From<CinemaRow> for StaffCinema {
    fn from(row: CinemaRow) -> Self {
        Self { id: row.id.0, key: row.key, name: row.name, timezone: row.timezone, currency: row.currency }
    }
}

struct Change {
    key: Said<String>,
    name: Said<String>,
    timezone: Said<String>,
    currency: Said<String>,
}

impl Change {
    fn read(f: &mut Reader<'_>, how: How) -> Self {
        Self {
            key: key(f),
            name: how.field(f, "name", Reader::text),
            timezone: how.field(f, "timezone", Reader::text),
            currency: how.field(f, "currency", Reader::text),
        }
    }

    fn apply(self, draft: &mut CinemaDraft) {
        self.key.put(&mut draft.key);
        self.name.put(&mut draft.name);
        self.timezone.put(&mut draft.timezone);
        self.currency.put(&mut draft.currency);
    }
}

fn draft(f: &mut Reader<'_>) -> CinemaDraft {
    CinemaDraft {
        key: f.text("key"),
        name: f.text("name"),
        timezone: f.text("timezone"),
        currency: f.text("currency"),
        screens: f.optional_shaped::<Vec<ScreenDraft>>("screens").unwrap_or_default(),
    }
}

/// All cinemas, by number.
#[utoipa::path(
    get, path = "/api/staff/cinemas/", tag = "Staff", operation_id = "staff_cinemas", security(("bearerAuth" = [])),
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 500, description = "Items of a page"),
        ("cursor" = Option<String>, Query, description = "Where the last page ended: from its `Link` header"),
    ),
    responses((status = 200, description = "Cinemas; `Link` names the next page", body = Vec<StaffCinema>), ListNo)
)]
async fn list(State(site): Web, _: Staff, uri: Uri, query: Query) -> Result<Response> {
    let listing = Listing::read(&query, ALL)?;
    let mut cinemas = site.app.office.cinemas(CinemaId(listing.after.unwrap_or(0)), listing.limit()).await?;
    let link = listing.cut(&uri, &mut cinemas, |cinema| cinema.id.0);
    let cinemas: Vec<StaffCinema> = cinemas.into_iter().map(StaffCinema::from).collect();
    Ok((link, Json(cinemas)).into_response())
}

/// Open a cinema, with its screens if they are known.
#[utoipa::path(
    post, path = "/api/staff/cinemas/", tag = "Staff", operation_id = "staff_add_cinema",
    security(("bearerAuth" = [])),
    params(KeyHeader),
    request_body(content = CinemaBody, example = json!({
        "key": "rex", "name": "Rex", "timezone": "Europe/London", "currency": "GBP",
        "screens": [{"key": "1", "name": "Screen 1", "seats": 120}]
    })),
    responses((status = 201, description = "Opened; `Location` is its address", body = StaffCinema), AddNo)
)]
async fn add(State(site): Web, staff: Staff, key: IdempotencyKey, fields: Fields) -> Result<Response> {
    once(&site, staff.0, ("POST /api/staff/cinemas/", key), &fields, async || {
        let cinema = site.app.office.add_cinema(fields.read(draft)?).await?;
        Ok(created("/api/staff/cinemas/", cinema.id.0, StaffCinema::from(cinema)))
    })
    .await
}

/// One cinema.
#[utoipa::path(
    get, path = "/api/staff/cinemas/{cinema_id}/", tag = "Staff", operation_id = "staff_cinema",
    security(("bearerAuth" = [])),
    params(("cinema_id" = i64, Path, description = "The cinema's number", example = 1)),
    responses((status = 200, description = "The cinema", body = StaffCinema), OneNo)
)]
async fn one(State(site): Web, _: Staff, Path(id): Path<CinemaId>) -> Result<Json<StaffCinema>> {
    Ok(Json(site.app.office.cinema(id).await?.into()))
}

/// Replace a cinema's fields, but for its key. Its screens are changed one by one.
#[utoipa::path(
    put, path = "/api/staff/cinemas/{cinema_id}/", tag = "Staff", operation_id = "staff_replace_cinema",
    security(("bearerAuth" = [])),
    params(("cinema_id" = i64, Path, description = "The cinema's number", example = 1)),
    request_body(content = CinemaWhole, example = json!({
        "name": "Rex", "timezone": "Europe/London", "currency": "GBP"
    })),
    responses((status = 200, description = "Replaced", body = StaffCinema), ChangeNo)
)]
async fn replace(State(site): Web, by: Staff, Path(id): Path<CinemaId>, fields: Fields) -> Result<Json<StaffCinema>> {
    changed(&site, by, id, (How::Whole, &fields)).await
}

/// Change a cinema. Zone and currency stay once tickets were sold.
#[utoipa::path(
    patch, path = "/api/staff/cinemas/{cinema_id}/", tag = "Staff", operation_id = "staff_change_cinema",
    security(("bearerAuth" = [])),
    params(("cinema_id" = i64, Path, description = "The cinema's number", example = 1)),
    request_body(content = CinemaPatch, example = json!({"name": "The Rex"})),
    responses((status = 200, description = "Changed", body = StaffCinema), ChangeNo)
)]
async fn change(State(site): Web, by: Staff, Path(id): Path<CinemaId>, fields: Fields) -> Result<Json<StaffCinema>> {
    changed(&site, by, id, (How::Part, &fields)).await
}

async fn changed(site: &Site, by: Staff, id: CinemaId, (how, fields): (How, &Fields)) -> Result<Json<StaffCinema>> {
    site.limits.change(by.0.user)?;
    let change = fields.read(|f| Change::read(f, how))?;
    Ok(Json(site.app.office.change_cinema(id, move |draft| change.apply(draft)).await?.into()))
}

/// Close a cinema that has no screens.
#[utoipa::path(
    delete, path = "/api/staff/cinemas/{cinema_id}/", tag = "Staff", operation_id = "staff_delete_cinema",
    security(("bearerAuth" = [])),
    params(("cinema_id" = i64, Path, description = "The cinema's number", example = 1)),
    responses((status = 204, description = "Closed"), RemoveNo)
)]
async fn remove(State(site): Web, by: Staff, Path(id): Path<CinemaId>) -> Result<StatusCode> {
    site.limits.change(by.0.user)?;
    site.app.office.delete_cinema(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::staff::testing::Desk;

    #[tokio::test]
    async fn a_cinema_from_its_opening_to_its_closing() {
        let desk = Desk::open().await;
        let max = json!({"key": "max", "name": "Max", "timezone": "europe/berlin", "currency": "EUR"});
        let made = desk.staff("POST", "/api/staff/cinemas/", &max).await;
        assert_eq!((made.status.as_u16(), made.header("location")), (201, "/api/staff/cinemas/2/"));
        assert_eq!(made.json()["timezone"], "Europe/Berlin");
        let at = "/api/staff/cinemas/2/";
        let renamed = desk.staff("PATCH", at, &json!({"name": "Maxim"})).await.json();
        assert_eq!((&renamed["name"], &renamed["currency"]), (&json!("Maxim"), &json!("EUR")));
        let whole = json!({"name": "Max", "timezone": "Europe/Rome", "currency": "EUR"});
        let replaced = desk.staff("PUT", at, &whole).await.json();
        assert_eq!(replaced["timezone"], "Europe/Rome");
        assert_eq!(desk.staff("GET", at, &json!({})).await.json(), replaced);
        let page = desk.staff("GET", "/api/staff/cinemas/?limit=1", &json!({})).await;
        assert_eq!((&page.json()[0]["key"], page.header("link").is_empty()), (&json!("rex"), false));
        assert_eq!(desk.staff("DELETE", at, &json!({})).await.status, 204);
        assert_eq!(desk.staff("GET", at, &json!({})).await.no(), (404, "not_found".into()));
    }

    #[tokio::test]
    async fn what_stands_in_the_way_is_named() {
        let desk = Desk::open().await;
        let faults = |answer: crate::testing::Answer| {
            assert_eq!(answer.no(), (400, "invalid".into()));
            answer.json()["errors"].as_object().unwrap().keys().cloned().collect::<Vec<_>>()
        };
        let path = "/api/staff/cinemas/";
        assert_eq!(faults(desk.staff("POST", path, &json!({})).await), ["currency", "key", "name", "timezone"]);
        let bad = json!({"key": "x", "name": "X", "timezone": "Mars", "currency": "GBP",
                         "screens": [{"key": "1", "name": "One", "layout": [{"row": "A", "seats": "s?"}]}]});
        assert_eq!(faults(desk.staff("POST", path, &bad).await), ["screens[0].layout", "timezone"]);
        let bad = json!({"key": "x", "name": "X", "timezone": "UTC", "currency": "GBP", "screens": 7});
        assert_eq!(faults(desk.staff("POST", path, &bad).await), ["screens"]);
        assert_eq!(faults(desk.staff("PATCH", "/api/staff/cinemas/1/", &json!({"key": "max"})).await), ["key"]);
        let used = desk.staff("DELETE", "/api/staff/cinemas/1/", &json!({})).await;
        assert_eq!(used.no(), (409, "conflict".into()));
        assert!(used.json()["detail"].as_str().unwrap().ends_with("delete them first."));
        let show = desk.show("2027-02-01T19:00:00").await;
        desk.book(show, 5).await;
        let sold = desk.staff("PATCH", "/api/staff/cinemas/1/", &json!({"currency": "EUR"})).await;
        assert_eq!(sold.no(), (409, "conflict".into()));
    }

    #[tokio::test]
    async fn the_public_shows_tell_a_new_name_at_once() {
        let desk = Desk::open().await;
        desk.show("2027-02-01T19:00:00").await;
        let path = "/api/movies/1/shows/";
        let before = desk.house.get(path).await;
        desk.staff("PATCH", "/api/staff/cinemas/1/", &json!({"name": "The Rex"})).await;
        let after = desk.house.send("GET", path, &[("if-none-match", before.header("etag"))], "").await;
        assert_eq!((after.status.as_u16(), &after.json()[0]["cinema_name"]), (200, &json!("The Rex")));
    }
}
