//! The whole programme as a file, in and out.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue},
    response::Response,
};
use houselights_app::programme::{Counts, ImportReport};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{cinemas::CinemaBody, movies::MovieBody, shows::ShowBody, tools::once};
use crate::{
    auth::Staff,
    body::{Fields, WholeBody},
    etag::Cached,
    idempotency::{IdempotencyKey, KeyHeader},
    openapi::problems,
    problem::{Code, Problem, Result},
    site::{Site, Web},
};

pub(super) fn routes() -> OpenApiRouter<Arc<Site>> {
    OpenApiRouter::new().routes(routes!(export, import))
}

problems!(ExportNo: PermissionDenied);
problems!(ImportNo: Invalid, PermissionDenied, InFlight, KeyReused, Throttled);

/// A programme file. Every part may be left out; movies and screens are named by their keys.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a body that is read as a whole")]
struct ProgrammeFile {
    cinemas: Option<Vec<CinemaBody>>,
    movies: Option<Vec<MovieBody>>,
    shows: Option<Vec<ShowBody>>,
}

/// What became of the parts of one kind.
#[derive(Serialize, ToSchema)]
struct PartCounts {
    #[schema(example = 1)]
    created: usize,
    #[schema(example = 0)]
    changed: usize,
    #[schema(example = 2)]
    unchanged: usize,
}

/// What an import has done.
#[derive(Serialize, ToSchema)]
struct Report {
    /// Whether anything is different now.
    changed: bool,
    cinemas: PartCounts,
    screens: PartCounts,
    movies: PartCounts,
    shows: PartCounts,
}

impl From<Counts> for PartCounts {
    fn from(counts: Counts) -> Self {
        Self { created: counts.created, changed: counts.changed, unchanged: counts.unchanged }
    }
}

impl From<ImportReport> for Report {
    fn from(report: ImportReport) -> Self {
        Self {
            changed: report.changed(),
            cinemas: report.cinemas.into(),
            screens: report.screens.into(),
            movies: report.movies.into(),
            shows: report.shows.into(),
        }
    }
}

/// The whole programme as a file that can be imported again. Shows that were called off are left out.
#[utoipa::path(
    get, path = "/api/staff/programme/", tag = "Staff", operation_id = "staff_export_programme",
    security(("bearerAuth" = [])),
    responses((status = 200, description = "The file", body = ProgrammeFile), ExportNo)
)]
async fn export(State(site): Web, _: Staff, headers: HeaderMap) -> Result<Response> {
    let file = site.app.office.export().await?;
    Ok(Cached::new(file, HeaderValue::from_static("application/json")).answer(&headers))
}

/// Import a programme file of up to 16 MiB: all of it, or nothing.
///
/// Rows are matched by `key`, and importing the same file again changes nothing. Where something cannot be taken,
/// `errors` maps each place in the file (`shows[3].starts_at`, or `line 3, column 7`) to its reasons.
#[utoipa::path(
    post, path = "/api/staff/programme/", tag = "Staff", operation_id = "staff_import_programme",
    security(("bearerAuth" = [])),
    params(KeyHeader),
    request_body(content = ProgrammeFile, content_type = "application/json", example = json!({
        "movies": [{"key": "m1", "title": "Metropolis", "duration_minutes": 153}],
        "shows": [{"key": "s1", "movie": "m1", "screen": "rex/1", "starts_at": "2027-01-01T19:30:00",
                   "prices": {"standard": 1200}}]
    })),
    responses((status = 200, description = "What it has done", body = Report), ImportNo)
)]
async fn import(State(site): Web, staff: Staff, key: IdempotencyKey, body: WholeBody) -> Result<Response> {
    let WholeBody { kind, fields } = body;
    if kind != "application/json" {
        return Err(Problem::new(Code::UnsupportedMediaType, "Send the programme file as application/json."));
    }
    once(&site, staff.0, ("POST /api/staff/programme/", key), &fields, async || {
        let report = site.app.office.import(text(&fields)?, &mut |_, _| {}).await?;
        Ok(Json(Report::from(report)))
    })
    .await
}

fn text(fields: &Fields) -> Result<String> {
    String::from_utf8(fields.raw().to_vec()).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        Problem::new(Code::ParseError, format!("The file is not in UTF-8: see its byte {place}."))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::api::staff::testing::Desk;

    const PATH: &str = "/api/staff/programme/";

    fn file() -> Value {
        json!({
            "cinemas": [{"key": "max", "name": "Max", "timezone": "Europe/Berlin", "currency": "EUR", "screens": [
                {"key": "1", "name": "Eins", "layout": [{"row": "A", "seats": "ss_()"}]}]}],
            "movies": [{"key": "m2", "title": "Metropolis", "duration_minutes": 153}],
            "shows": [{"key": "s1", "movie": "m2", "screen": "max/1", "starts_at": "2027-02-01T19:30:00"}],
        })
    }

    #[tokio::test]
    async fn what_is_exported_is_imported_and_changes_nothing() {
        let desk = Desk::open().await;
        let first = desk.staff("POST", PATH, &file()).await;
        assert_eq!(first.status, 200, "{first:?}");
        assert_eq!(first.json()["shows"], json!({"created": 1, "changed": 0, "unchanged": 0}));
        let exported = desk.staff("GET", PATH, &json!({})).await;
        assert_eq!((exported.status.as_u16(), &exported.json()["shows"][0]["key"]), (200, &json!("s1")));
        let again = desk.staff("POST", PATH, &exported.json()).await.json();
        assert_eq!((&again["changed"], &again["cinemas"]["unchanged"]), (&json!(false), &json!(2)));
        assert_eq!(desk.staff("GET", PATH, &json!({})).await.body, exported.body);

        let elsewhere = Desk::open().await;
        elsewhere.staff("POST", PATH, &exported.json()).await;
        assert_eq!(elsewhere.staff("GET", PATH, &json!({})).await.json(), exported.json());
        let shows = elsewhere.house.get("/api/movies/2/shows/").await.json();
        assert_eq!(shows[0]["date_time"], "2027-02-01T19:30:00+01:00");
    }

    #[tokio::test]
    async fn all_problems_are_told_by_their_paths_and_nothing_is_taken() {
        let desk = Desk::open().await;
        let mut bad = file();
        bad["movies"][0]["duration_minutes"] = json!(0);
        bad["shows"][0]["screen"] = json!("max/7");
        let answer = desk.staff("POST", PATH, &bad).await;
        assert_eq!(answer.no(), (400, "invalid".into()));
        let places: Vec<String> = answer.json()["errors"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(places, ["movies[0].duration_minutes", "shows[0].screen"]);
        assert_eq!(desk.staff("GET", "/api/staff/cinemas/", &json!({})).await.json().as_array().unwrap().len(), 1);
        let headers = [("authorization", desk.staff.as_str()), ("content-type", "application/json")];
        let broken = desk.house.send("POST", PATH, &headers, "{\n  \"shows\": 7}").await;
        assert_eq!(broken.no().0, 400);
        assert!(broken.json()["errors"].as_object().unwrap().keys().next().unwrap().starts_with("line 2"));

        let id = desk.show("2027-02-01T19:00:00").await;
        desk.book(id, 5).await;
        let mut moved = desk.staff("GET", PATH, &json!({})).await.json();
        moved["shows"][0]["starts_at"] = json!("2027-02-01T20:00:00");
        let refused = desk.staff("POST", PATH, &moved).await;
        assert_eq!(refused.no().0, 400);
        assert!(refused.json()["errors"]["shows[0].starts_at"][0].as_str().unwrap().contains("1 live ticket"));
    }

    #[tokio::test]
    async fn a_file_may_be_larger_than_other_bodies_but_not_endless() {
        let desk = Desk::open().await;
        let send = async |kind: &str, body: &str| {
            let headers = [("authorization", desk.staff.as_str()), ("content-type", kind)];
            desk.house.send("POST", PATH, &headers, body).await
        };
        let blanks = " ".repeat(2 << 20);
        assert_eq!(send("application/json", &format!("{{}}{blanks}")).await.status, 200);
        assert_eq!(send("application/json", &" ".repeat((16 << 20) + 1)).await.no(), (413, "body_too_large".into()));
        assert_eq!(send("text/csv", "{}").await.no(), (415, "unsupported_media_type".into()));
    }
}
