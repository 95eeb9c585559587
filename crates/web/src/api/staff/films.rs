//! Bare lists of films.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, extract::State, response::Response};
use houselights_app::{
    Error,
    programme::{ListFormat, MoviesReport},
};
use houselights_domain::{Problem as Fault, films::Mapping};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::Staff,
    body::WholeBody,
    idempotency::{IdempotencyKey, KeyHeader, fingerprint, with_key},
    openapi::problems,
    path::Query,
    problem::{Code, Problem, Result},
    site::{Site, Web},
};

pub(super) fn routes() -> OpenApiRouter<Arc<Site>> {
    OpenApiRouter::new().routes(routes!(import))
}

const ROUTE: &str = "POST /api/staff/movies/import/";

problems!(ImportNo: Invalid, PermissionDenied, InFlight, KeyReused, Throttled);

/// A row that was not taken.
#[derive(Serialize, ToSchema)]
struct RefusedRow {
    /// Counted from 1, without the line of column names.
    #[schema(example = 7)]
    row: usize,
    /// The fields that stand in the way, with the reasons of each; `row` for the row itself.
    #[schema(example = json!({"title": ["is missing"]}))]
    errors: BTreeMap<String, Vec<String>>,
}

/// What became of a list.
#[derive(Serialize, ToSchema)]
struct FilmsReport {
    /// Films that were not there before.
    #[schema(example = 3190)]
    added: usize,
    /// Films that were there; they were left as they are.
    #[schema(example = 0)]
    unchanged: usize,
    refused: Vec<RefusedRow>,
}

impl From<MoviesReport> for FilmsReport {
    fn from(report: MoviesReport) -> Self {
        let refused = report.refused.into_iter().map(|(row, faults)| RefusedRow { row, errors: by_field(faults) });
        Self { added: report.added, unchanged: report.unchanged, refused: refused.collect() }
    }
}

fn by_field(faults: Vec<Fault>) -> BTreeMap<String, Vec<String>> {
    let mut errors: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for Fault { path, reason } in faults {
        let field = if path.is_empty() { "row".to_owned() } else { path };
        errors.entry(field).or_default().push(reason);
    }
    errors
}

/// What a command line calls `--map` is `map` in a query string.
fn as_query(faults: impl IntoIterator<Item = (String, String)>) -> Problem {
    Problem::fields(faults.into_iter().map(|(path, reason)| (path.trim_start_matches("--").to_owned(), reason)))
}

/// Import a list of films of up to 16 MiB: a JSON array of objects, or CSV with a line of column names.
///
/// A row that cannot be taken is reported with its number and its reasons; the others go in. Films that are there stay
/// as they are.
#[utoipa::path(
    post, path = "/api/staff/movies/import/", tag = "Staff", operation_id = "staff_import_movies",
    security(("bearerAuth" = [])),
    params(
        ("map" = Option<Vec<String>>, Query, description = "`field=column`, for columns that are not called like \
            their fields; may be there several times", example = json!(["title=Title"])),
        ("default" = Option<Vec<String>>, Query, description = "`field=value`, for gaps; may be there several times",
            example = json!(["duration_minutes=110"])),
        KeyHeader,
    ),
    request_body(
        content(
            (Vec<serde_json::Map<String, serde_json::Value>> = "application/json",
             example = json!([{"Title": "Metropolis", "Running Time min": 153}])),
            (String = "text/csv", example = json!("Title,Running Time min\nMetropolis,153\n"))
        )
    ),
    responses((status = 200, description = "What became of it", body = FilmsReport), ImportNo)
)]
async fn import(
    State(site): Web,
    staff: Staff,
    query: Query,
    key: IdempotencyKey,
    body: WholeBody,
) -> Result<Response> {
    let WholeBody { kind, fields } = body;
    let format = match kind.as_str() {
        "application/json" => ListFormat::Json,
        "text/csv" | "text/tab-separated-values" => ListFormat::Csv,
        _ => return Err(Problem::new(Code::UnsupportedMediaType, "Send the list as application/json or text/csv.")),
    };
    let (map, defaults) = query.read(|q| (q.texts("map"), q.texts("default")))?;
    site.limits.change(staff.0.user)?;
    // The same list with another mapping is another request.
    let asked = fingerprint(&format!("{ROUTE} {map:?} {defaults:?}"), &fields);
    with_key(&site, staff.0.user, (ROUTE, key), asked, async || {
        let mapping = Mapping::parse(&map, &defaults);
        let mapping = mapping.map_err(|faults| as_query(faults.into_iter().map(|fault| (fault.path, fault.reason))))?;
        let list = fields.raw().to_vec();
        match site.app.office.import_movies(list, format, &mapping, &mut |_, _| {}).await {
            Ok(report) => Ok(Json(FilmsReport::from(report))),
            Err(Error::Invalid(faults)) => Err(as_query(faults)),
            Err(other) => Err(other.into()),
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{api::staff::testing::Desk, testing::Answer};

    async fn send(desk: &Desk, query: &str, kind: &str, body: &str) -> Answer {
        let headers = [("authorization", desk.staff.as_str()), ("content-type", kind)];
        desk.house.send("POST", &format!("/api/staff/movies/import/{query}"), &headers, body).await
    }

    #[tokio::test]
    async fn lists_are_taken_row_by_row() {
        let desk = Desk::open().await;
        let query = "?map=title=Title&map=duration_minutes=Running+Time+min&default=duration_minutes=110";
        let rows = json!([{"Title": "A", "Running Time min": 90}, {"Title": null}, {"Title": 300}, 7]).to_string();
        let answer = send(&desk, query, "application/json", &rows).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["added"]), (200, &json!(2)), "{answer:?}");
        let refused = answer.json()["refused"].clone();
        assert_eq!((&refused[0]["row"], &refused[1]["row"]), (&json!(2), &json!(4)));
        assert!(refused[0]["errors"]["title"].is_array() && refused[1]["errors"]["row"].is_array());
        let again = send(&desk, query, "application/json", &rows).await.json();
        assert_eq!((&again["added"], &again["unchanged"]), (&json!(0), &json!(2)));
        let keyed = async |query: &str| {
            let headers = [
                ("authorization", desk.staff.as_str()),
                ("content-type", "application/json"),
                ("idempotency-key", "k"),
            ];
            desk.house.send("POST", &format!("/api/staff/movies/import/{query}"), &headers, &rows).await.status.as_u16()
        };
        assert_eq!((keyed(query).await, keyed(query).await, keyed("?map=title=Title").await), (200, 200, 422));
        let csv = send(&desk, "?map=title=Name", "text/csv; charset=utf-8", "Name;duration_minutes\nB;95\n").await;
        assert_eq!(csv.json(), json!({"added": 1, "unchanged": 0, "refused": []}));
        assert_eq!(desk.house.get("/api/movies/?search=300").await.json()[0]["duration_minutes"], 110);
    }

    #[tokio::test]
    async fn a_list_or_a_mapping_that_cannot_be_read_is_told() {
        let desk = Desk::open().await;
        for (query, kind, body, status) in [
            ("", "text/plain", "x", 415),
            ("", "application/json", "{", 400),
            ("?map=titel=Title", "application/json", "[]", 400),
            ("?default=x", "application/json", "[]", 400),
            ("?map=title=Titel", "text/csv", "Title\nA\n", 400),
        ] {
            assert_eq!(send(&desk, query, kind, body).await.no().0, status, "{query} {kind} {body}");
        }
        let answer = send(&desk, "?map=title=Titel", "text/csv", "Title\nA\n").await;
        assert!(answer.json()["errors"]["map title"].is_array());
    }
}
