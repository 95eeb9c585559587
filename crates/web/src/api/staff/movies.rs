//! Movies.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
};
use houselights_app::catalogue::{self, MovieFilter};
use houselights_domain::{MovieId, UtcMicros, draft::MovieDraft};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::tools::{ALL, How, Listing, Said, created, key, once};
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

const PLACE: &str = "/api/staff/movies/";

problems!(ListNo: Invalid, PermissionDenied);
problems!(AddNo: Invalid, PermissionDenied, InFlight, KeyReused, Throttled);
problems!(OneNo: PermissionDenied, UnknownMovie);
problems!(ChangeNo: Invalid, PermissionDenied, UnknownMovie, Conflict, Throttled);
problems!(RemoveNo: PermissionDenied, UnknownMovie, Conflict, Throttled);

/// A film as it is added.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a body that is read field by field")]
pub(super) struct MovieBody {
    /// Names it for ever in programme files; made from title and year if it is left out.
    #[schema(example = "m1")]
    key: Option<String>,
    #[schema(example = "Metropolis")]
    title: String,
    #[schema(minimum = 1, maximum = 1000, example = 153)]
    duration_minutes: u32,
    /// The age rating.
    #[schema(example = "PG")]
    certificate: Option<String>,
    #[schema(example = json!(["de"]))]
    languages: Option<Vec<String>>,
    #[schema(example = json!(["Science fiction"]))]
    genres: Option<Vec<String>>,
    synopsis: Option<String>,
    /// A file's bare name.
    #[schema(example = "metropolis.webp")]
    poster: Option<String>,
    #[schema(format = Date, example = "1927-01-10")]
    release_date: Option<String>,
}

/// What changes of a film; `null` clears what may be absent.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a body that is read field by field")]
struct MoviePatch {
    #[schema(nullable = false)]
    title: Option<String>,
    #[schema(nullable = false, minimum = 1, maximum = 1000)]
    duration_minutes: Option<u32>,
    certificate: Option<String>,
    languages: Option<Vec<String>>,
    genres: Option<Vec<String>>,
    synopsis: Option<String>,
    poster: Option<String>,
    #[schema(format = Date)]
    release_date: Option<String>,
}

/// A film as it is kept.
#[derive(Serialize, ToSchema)]
struct StaffMovie {
    #[schema(example = 1)]
    id: i64,
    #[schema(example = "m1")]
    key: String,
    #[schema(example = "Metropolis")]
    title: String,
    #[schema(example = 153)]
    duration_minutes: i64,
    #[schema(example = "PG")]
    certificate: Option<String>,
    languages: Vec<String>,
    genres: Vec<String>,
    synopsis: String,
    poster: Option<String>,
    #[schema(format = Date, example = "1927-01-10")]
    release_date: Option<String>,
}

impl From<catalogue::Movie> for StaffMovie {
    fn from(movie: catalogue::Movie) -> Self {
        Self {
            id: movie.id.0,
            key: movie.key,
            title: movie.title,
            duration_minutes: movie.duration_minutes,
            certificate: movie.certificate,
            languages: movie.languages,
            genres: movie.genres,
            synopsis: movie.synopsis,
            poster: movie.poster,
            release_date: movie.release_date,
        }
    }
}

struct Change {
    key: Said<String>,
    title: Said<String>,
    duration_minutes: Said<i64>,
    certificate: Said<Option<String>>,
    languages: Said<Vec<String>>,
    genres: Said<Vec<String>>,
    synopsis: Said<Option<String>>,
    poster: Said<Option<String>>,
    release_date: Said<Option<String>>,
}

impl Change {
    fn read(f: &mut Reader<'_>, how: How) -> Self {
        Self {
            key: key(f),
            title: how.field(f, "title", Reader::text),
            duration_minutes: how.field(f, "duration_minutes", |f, name| f.integer(name, 1..=1000)),
            certificate: how.field(f, "certificate", Reader::optional_text),
            languages: how.field(f, "languages", Reader::texts),
            genres: how.field(f, "genres", Reader::texts),
            synopsis: how.field(f, "synopsis", Reader::optional_text),
            poster: how.field(f, "poster", Reader::optional_text),
            release_date: how.field(f, "release_date", Reader::optional_text),
        }
    }

    fn apply(self, draft: &mut MovieDraft) {
        self.key.put(&mut draft.key);
        self.title.put(&mut draft.title);
        self.duration_minutes.put(&mut draft.duration_minutes);
        self.certificate.put(&mut draft.certificate);
        self.languages.put(&mut draft.languages);
        self.genres.put(&mut draft.genres);
        self.synopsis.put(&mut draft.synopsis);
        self.poster.put(&mut draft.poster);
        self.release_date.put(&mut draft.release_date);
    }
}

/// All movies, by number.
#[utoipa::path(
    get, path = "/api/staff/movies/", tag = "Staff", operation_id = "staff_movies", security(("bearerAuth" = [])),
    params(
        ("search" = Option<String>, Query, description = "A part of the title"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 500, description = "Items of a page"),
        ("cursor" = Option<String>, Query, description = "Where the last page ended: from its `Link` header"),
    ),
    responses((status = 200, description = "Movies; `Link` names the next page", body = Vec<StaffMovie>), ListNo)
)]
async fn list(State(site): Web, _: Staff, uri: Uri, query: Query) -> Result<Response> {
    let listing = Listing::read(&query, ALL)?;
    let filter = MovieFilter {
        search: query.read(|q| q.optional_text("search"))?.unwrap_or_default(),
        from: UtcMicros::BEGINNING,
        to: UtcMicros::NEVER,
        bounded: false,
        after: MovieId(listing.after.unwrap_or(0)),
        limit: i64::from(listing.limit()),
    };
    let mut movies = site.app.catalogue.movies(filter).await?;
    let link = listing.cut(&uri, &mut movies, |movie| movie.id.0);
    let movies: Vec<StaffMovie> = movies.into_iter().map(StaffMovie::from).collect();
    Ok((link, Json(movies)).into_response())
}

/// Add a movie.
#[utoipa::path(
    post, path = "/api/staff/movies/", tag = "Staff", operation_id = "staff_add_movie", security(("bearerAuth" = [])),
    params(KeyHeader),
    request_body(content = MovieBody, example = json!({"title": "Metropolis", "duration_minutes": 153})),
    responses((status = 201, description = "Added; `Location` is its address", body = StaffMovie), AddNo)
)]
async fn add(State(site): Web, staff: Staff, key: IdempotencyKey, fields: Fields) -> Result<Response> {
    once(&site, staff.0, ("POST /api/staff/movies/", key), &fields, async || {
        let mut draft = MovieDraft::default();
        fields.read(|f| Change::read(f, How::Whole))?.apply(&mut draft);
        let movie = site.app.office.add_movie(draft).await?;
        Ok(created(PLACE, movie.id.0, StaffMovie::from(movie)))
    })
    .await
}

/// One movie.
#[utoipa::path(
    get, path = "/api/staff/movies/{movie_id}/", tag = "Staff", operation_id = "staff_movie",
    security(("bearerAuth" = [])),
    params(("movie_id" = i64, Path, description = "The movie's number", example = 1)),
    responses((status = 200, description = "The movie", body = StaffMovie), OneNo)
)]
async fn one(State(site): Web, _: Staff, Path(id): Path<MovieId>) -> Result<Json<StaffMovie>> {
    Ok(Json(site.app.catalogue.movie(id).await?.into()))
}

/// Replace a movie, but for its key. A new running time moves the ends of its coming shows.
#[utoipa::path(
    put, path = "/api/staff/movies/{movie_id}/", tag = "Staff", operation_id = "staff_replace_movie",
    security(("bearerAuth" = [])),
    params(("movie_id" = i64, Path, description = "The movie's number", example = 1)),
    request_body(content = MovieBody, example = json!({"title": "Metropolis", "duration_minutes": 153})),
    responses((status = 200, description = "Replaced", body = StaffMovie), ChangeNo)
)]
async fn replace(State(site): Web, by: Staff, Path(id): Path<MovieId>, fields: Fields) -> Result<Json<StaffMovie>> {
    changed(&site, by, id, (How::Whole, &fields)).await
}

/// Change a movie. A new running time moves the ends of its coming shows.
#[utoipa::path(
    patch, path = "/api/staff/movies/{movie_id}/", tag = "Staff", operation_id = "staff_change_movie",
    security(("bearerAuth" = [])),
    params(("movie_id" = i64, Path, description = "The movie's number", example = 1)),
    request_body(content = MoviePatch, example = json!({"certificate": "PG", "poster": null})),
    responses((status = 200, description = "Changed", body = StaffMovie), ChangeNo)
)]
async fn change(State(site): Web, by: Staff, Path(id): Path<MovieId>, fields: Fields) -> Result<Json<StaffMovie>> {
    changed(&site, by, id, (How::Part, &fields)).await
}

async fn changed(site: &Site, by: Staff, id: MovieId, (how, fields): (How, &Fields)) -> Result<Json<StaffMovie>> {
    site.limits.change(by.0.user)?;
    let change = fields.read(|f| Change::read(f, how))?;
    Ok(Json(site.app.office.change_movie(id, move |draft| change.apply(draft)).await?.into()))
}

/// Delete a movie that never had a show.
#[utoipa::path(
    delete, path = "/api/staff/movies/{movie_id}/", tag = "Staff", operation_id = "staff_delete_movie",
    security(("bearerAuth" = [])),
    params(("movie_id" = i64, Path, description = "The movie's number", example = 1)),
    responses((status = 204, description = "Deleted"), RemoveNo)
)]
async fn remove(State(site): Web, by: Staff, Path(id): Path<MovieId>) -> Result<StatusCode> {
    site.limits.change(by.0.user)?;
    site.app.office.delete_movie(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::staff::testing::Desk;

    #[tokio::test]
    async fn a_movie_from_its_first_line_to_its_deletion() {
        let desk = Desk::open().await;
        let made = desk.staff("POST", "/api/staff/movies/", &json!({"title": "Dawn", "duration_minutes": "94"})).await;
        assert_eq!((made.status.as_u16(), made.header("location")), (201, "/api/staff/movies/2/"), "{made:?}");
        assert_eq!((&made.json()["title"], &made.json()["duration_minutes"]), (&json!("Dawn"), &json!(94)));
        let at = "/api/staff/movies/2/";

        let some = json!({"certificate": "PG", "poster": "dawn.webp", "languages": ["de", "en"]});
        let changed = desk.staff("PATCH", at, &some).await.json();
        assert_eq!((&changed["certificate"], &changed["title"]), (&json!("PG"), &json!("Dawn")));
        let cleared = desk.staff("PATCH", at, &json!({"certificate": null})).await.json();
        assert_eq!((&cleared["certificate"], &cleared["poster"]), (&json!(null), &json!("dawn.webp")));
        let whole = desk.staff("PUT", at, &json!({"title": "Dusk", "duration_minutes": 90})).await.json();
        assert_eq!(
            (&whole["poster"], &whole["languages"], &whole["key"]),
            (&json!(null), &json!([]), &made.json()["key"])
        );
        assert_eq!(desk.staff("GET", at, &json!({})).await.json(), whole);
        assert_eq!(desk.staff("DELETE", at, &json!({})).await.status, 204);
        assert_eq!(desk.staff("GET", at, &json!({})).await.no(), (404, "unknown_movie".into()));
        assert_eq!(desk.staff("DELETE", at, &json!({})).await.no(), (404, "unknown_movie".into()));
    }

    #[tokio::test]
    async fn forms_are_taken_and_a_repeated_post_adds_nothing() {
        let desk = Desk::open().await;
        let headers = [
            ("authorization", desk.staff.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
            ("idempotency-key", "k1"),
        ];
        let body = "title=Dawn&duration_minutes=94&languages=de&languages=en";
        let first = desk.house.send("POST", "/api/staff/movies/", &headers, body).await;
        assert_eq!((first.status.as_u16(), &first.json()["languages"]), (201, &json!(["de", "en"])));
        let again = desk.house.send("POST", "/api/staff/movies/", &headers, body).await;
        assert_eq!((again.status.as_u16(), again.body), (201, first.body));
        let other = desk.house.send("POST", "/api/staff/movies/", &headers, "title=X&duration_minutes=1").await;
        assert_eq!(other.no(), (422, "key_reused".into()));
        assert_eq!(desk.staff("GET", "/api/staff/movies/", &json!({})).await.json().as_array().unwrap().len(), 2);
    }

    #[tokio::test]
    async fn what_cannot_be_taken_is_told_by_its_path() {
        let desk = Desk::open().await;
        let path = "/api/staff/movies/";
        let faults = |answer: crate::testing::Answer| {
            assert_eq!(answer.no(), (400, "invalid".into()));
            answer.json()["errors"].as_object().unwrap().keys().cloned().collect::<Vec<_>>()
        };
        assert_eq!(faults(desk.staff("POST", path, &json!({})).await), ["duration_minutes", "title"]);
        let bad = json!({"title": "X", "duration_minutes": 0, "genres": ["a", 5, true], "languages": "de"});
        assert_eq!(faults(desk.staff("POST", path, &bad).await), ["duration_minutes", "genres[2]", "languages"]);
        let bad = json!({"title": "X", "duration_minutes": 5, "release_date": "soon", "poster": "../x"});
        assert_eq!(faults(desk.staff("POST", path, &bad).await), ["poster", "release_date"]);
        let twice = json!({"key": "m1", "title": "X", "duration_minutes": 5});
        assert_eq!(faults(desk.staff("POST", path, &twice).await), ["key"]);
        assert_eq!(faults(desk.staff("PATCH", "/api/staff/movies/1/", &json!({"title": null})).await), ["title"]);
        assert_eq!(faults(desk.staff("PATCH", "/api/staff/movies/1/", &json!({"key": "m2"})).await), ["key"]);
        assert_eq!(desk.staff("PATCH", "/api/staff/movies/9/", &json!({})).await.no().0, 404);
    }

    #[tokio::test]
    async fn what_has_shows_stays_and_a_longer_film_must_fit() {
        let desk = Desk::open().await;
        desk.show("2027-02-01T19:00:00").await;
        desk.show("2027-02-01T21:00:00").await;
        let used = desk.staff("DELETE", "/api/staff/movies/1/", &json!({})).await;
        assert_eq!(used.no(), (409, "conflict".into()));
        assert!(used.json()["detail"].as_str().unwrap().contains("2 shows"));
        let longer = desk.staff("PATCH", "/api/staff/movies/1/", &json!({"duration_minutes": 130})).await;
        assert_eq!(longer.no(), (409, "conflict".into()));
        assert!(longer.json()["detail"].as_str().unwrap().contains("overlaps"));
    }

    #[tokio::test]
    async fn the_public_list_shows_a_change_at_once() {
        let desk = Desk::open().await;
        let before = desk.house.get("/api/movies/").await;
        desk.staff("PATCH", "/api/staff/movies/1/", &json!({"title": "Sunset"})).await;
        let after = desk.house.send("GET", "/api/movies/", &[("if-none-match", before.header("etag"))], "").await;
        assert_eq!((after.status.as_u16(), &after.json()[0]["title"]), (200, &json!("Sunset")));
        assert_ne!(before.header("etag"), after.header("etag"));
    }

    #[tokio::test]
    async fn pages_follow_each_other() {
        let desk = Desk::open().await;
        for title in ["A", "B"] {
            desk.staff("POST", "/api/staff/movies/", &json!({"title": title, "duration_minutes": 90})).await;
        }
        let first = desk.staff("GET", "/api/staff/movies/?limit=2", &json!({})).await;
        assert_eq!(first.json().as_array().unwrap().len(), 2);
        assert_eq!(first.header("link"), "</api/staff/movies/?limit=2&cursor=2>; rel=\"next\"");
        let last = desk.staff("GET", "/api/staff/movies/?limit=2&cursor=2", &json!({})).await;
        assert_eq!((&last.json()[0]["title"], last.header("link")), (&json!("B"), ""));
        assert_eq!(desk.staff("GET", "/api/staff/movies/?limit=0", &json!({})).await.no().0, 400);
    }
}
