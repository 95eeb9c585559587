//! The versions of a screen's layout. A version never changes; a rebuilt screen has a new one.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
};
use houselights_app::office::LayoutVersion;
use houselights_domain::{LayoutId, ScreenId};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    screens::Places,
    tools::{ALL, How, LayoutRow, Listing, created, once, plan},
};
use crate::{
    auth::Staff,
    body::Fields,
    idempotency::{IdempotencyKey, KeyHeader},
    openapi::problems,
    path::{Path, Query},
    problem::{Problem, Result},
    site::{Site, Web},
};

pub(super) fn routes() -> OpenApiRouter<Arc<Site>> {
    OpenApiRouter::new().routes(routes!(list, rebuild)).routes(routes!(one))
}

problems!(ListNo: Invalid, PermissionDenied, NotFound);
problems!(RebuildNo: Invalid, PermissionDenied, NotFound, InFlight, KeyReused, Throttled);
problems!(OneNo: PermissionDenied, NotFound);

/// A screen's seats: exactly one of `layout` and `seats`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a body that is read field by field")]
struct LayoutBody {
    layout: Option<Vec<LayoutRow>>,
    /// A plain hall of so many seats.
    #[schema(minimum = 1, maximum = 20000, example = 120)]
    seats: Option<u32>,
}

/// One version of a screen's seats.
#[derive(Serialize, ToSchema)]
struct StaffLayout {
    #[schema(example = 1)]
    id: i64,
    /// The screen's number.
    #[schema(example = 1)]
    screen: i64,
    /// 1, 2, 3... within the screen.
    #[schema(example = 1)]
    version: i64,
    /// It is the one that new shows get.
    current: bool,
    #[schema(example = 120)]
    total_seats: u32,
    /// Row by row; `null` for a plain hall.
    layout: Option<Vec<LayoutRow>>,
    /// Seats of a plain hall; `null` where there is a `layout`.
    #[schema(example = 120)]
    seats: Option<u32>,
    #[schema(format = DateTime, example = "2026-12-24T12:30:00.000000Z")]
    created_at: String,
}

impl StaffLayout {
    fn of(row: &LayoutVersion, current: LayoutId) -> Result<Self> {
        let (layout, seats) = plan(&row.plan)?;
        Ok(Self {
            id: row.id.0,
            screen: row.screen.0,
            version: row.version,
            current: row.id == current,
            total_seats: row.total_seats,
            layout,
            seats,
            created_at: row.created_at.rfc3339_utc(),
        })
    }
}

/// The versions of a screen's layout, oldest first.
#[utoipa::path(
    get, path = "/api/staff/screens/{screen_id}/layouts/", tag = "Staff", operation_id = "staff_layouts",
    security(("bearerAuth" = [])),
    params(
        ("screen_id" = i64, Path, description = "The screen's number", example = 1),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 500, description = "Items of a page"),
        ("cursor" = Option<String>, Query, description = "Where the last page ended: from its `Link` header"),
    ),
    responses((status = 200, description = "Versions; `Link` names the next page", body = Vec<StaffLayout>), ListNo)
)]
async fn list(State(site): Web, _: Staff, Path(id): Path<ScreenId>, uri: Uri, query: Query) -> Result<Response> {
    let listing = Listing::read(&query, ALL)?;
    let current = site.app.office.screen(id).await?.layout;
    let after = LayoutId(listing.after.unwrap_or(0));
    let mut versions = site.app.office.layouts_of(id, after, listing.limit()).await?;
    let link = listing.cut(&uri, &mut versions, |version| version.id.0);
    let versions = versions.into_iter().map(|row| StaffLayout::of(&row, current)).collect::<Result<Vec<_>>>()?;
    Ok((link, Json(versions)).into_response())
}

/// Rebuild a screen: give it a new version of its layout.
///
/// Its coming shows without live tickets get the new seats; shows with live tickets keep the seats they were sold for.
/// Seats that are as they were make no new version: the answer is 200 with the version of now.
#[utoipa::path(
    post, path = "/api/staff/screens/{screen_id}/layouts/", tag = "Staff", operation_id = "staff_rebuild_screen",
    security(("bearerAuth" = [])),
    params(
        ("screen_id" = i64, Path, description = "The screen's number", example = 1),
        KeyHeader,
    ),
    request_body(content = LayoutBody, example = json!({
        "layout": [{"row": "A", "seats": "__sss_ssss_sss__"}, {"row": "B", "seats": "__wc__ppppp_(())"}]
    })),
    responses(
        (status = 200, description = "The seats are as they were", body = StaffLayout),
        (status = 201, description = "Rebuilt; `Location` is the version's address", body = StaffLayout),
        RebuildNo
    )
)]
async fn rebuild(
    State(site): Web,
    staff: Staff,
    Path(id): Path<ScreenId>,
    key: IdempotencyKey,
    fields: Fields,
) -> Result<Response> {
    let place = format!("/api/staff/screens/{id}/layouts/");
    once(&site, staff.0, (&format!("POST {place}"), key), &fields, async || {
        let places = fields.read(|f| Places::read(f, How::Whole))?;
        let before = site.app.office.screen(id).await?.layout;
        let screen = site.app.office.change_screen(id, move |draft| places.apply(draft)).await?;
        let layout = site.app.office.layout(screen.layout).await;
        let layout =
            layout.map_err(|unread| Problem::from(unread).after_change(format_args!("The layout of screen {id}")))?;
        let version = StaffLayout::of(&layout, screen.layout)?;
        if screen.layout == before {
            return Ok((StatusCode::OK, Json(version)).into_response());
        }
        Ok(created(&place, screen.layout.0, version))
    })
    .await
}

/// One version of a screen's layout.
#[utoipa::path(
    get, path = "/api/staff/screens/{screen_id}/layouts/{layout_id}/", tag = "Staff", operation_id = "staff_layout",
    security(("bearerAuth" = [])),
    params(
        ("screen_id" = i64, Path, description = "The screen's number", example = 1),
        ("layout_id" = i64, Path, description = "The layout's number", example = 1),
    ),
    responses((status = 200, description = "The version", body = StaffLayout), OneNo)
)]
async fn one(State(site): Web, _: Staff, Path((screen, id)): Path<(ScreenId, LayoutId)>) -> Result<Json<StaffLayout>> {
    let current = site.app.office.screen(screen).await?.layout;
    let version = site.app.office.layout(id).await?;
    if version.screen != screen {
        return Err(Problem::not_found());
    }
    Ok(Json(StaffLayout::of(&version, current)?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::staff::testing::Desk;

    #[tokio::test]
    async fn a_rebuilt_screen_has_a_new_version_and_sold_shows_keep_theirs() {
        let desk = Desk::open().await;
        let (sold, empty) = (desk.show("2027-02-01T19:00:00").await, desk.show("2027-02-02T19:00:00").await);
        desk.book(sold, 10).await;
        let place = "/api/staff/screens/1/layouts/";
        let same = desk.staff("POST", place, &json!({"seats": 10})).await;
        assert_eq!((same.status.as_u16(), &same.json()["version"]), (200, &json!(1)));
        let rows = json!([{"row": "A", "seats": "sss_ss"}]);
        let made = desk.staff("POST", place, &json!({"layout": rows})).await;
        assert_eq!((made.status.as_u16(), made.header("location")), (201, "/api/staff/screens/1/layouts/2/"));
        assert_eq!(desk.staff("GET", made.header("location"), &json!({})).await.json(), made.json());
        let all = desk.staff("GET", place, &json!({})).await.json();
        assert_eq!((all.as_array().unwrap().len(), &all[0]["current"], &all[1]["layout"]), (2, &json!(false), &rows));
        let page = desk.staff("GET", &format!("{place}?limit=1"), &json!({})).await;
        assert!(page.header("link").contains("cursor=1"));
        for (show, seats, version) in [(sold, 10, 1), (empty, 5, 2)] {
            let public = desk.house.get(&format!("/api/shows/{show}/")).await.json();
            assert_eq!(public["total_seats"], json!(seats));
            let own = desk.staff("GET", &format!("/api/staff/shows/{show}/"), &json!({})).await.json();
            assert_eq!(own["layout_version"], json!(version));
        }
    }

    #[tokio::test]
    async fn what_cannot_be_built_is_told() {
        let desk = Desk::open().await;
        for body in [json!({}), json!({"seats": 5, "layout": [{"row": "A", "seats": "s"}]}), json!({"layout": []})] {
            let answer = desk.staff("POST", "/api/staff/screens/1/layouts/", &body).await;
            assert_eq!(answer.no(), (400, "invalid".into()), "{body}");
            assert!(answer.json()["errors"]["layout"].is_array());
        }
        for path in
            ["/api/staff/screens/9/layouts/", "/api/staff/screens/1/layouts/9/", "/api/staff/screens/9/layouts/1/"]
        {
            assert_eq!(desk.staff("GET", path, &json!({})).await.no(), (404, "not_found".into()));
        }
        let nowhere = desk.staff("POST", "/api/staff/screens/9/layouts/", &json!({"seats": 5})).await;
        assert_eq!(nowhere.no().0, 404);
    }
}
