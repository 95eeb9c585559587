//! Movies, shows and seat maps: lists, filters, pages, and answers that are not sent twice.

use houselights_domain::programme::Programme;
use houselights_testkit::{House, programme::*};
use serde_json::json;

use crate::my_bookings::{all_pages, next};

#[tokio::test]
async fn movies_and_shows_as_they_are_told() {
    let house = House::open().await;
    let visitor = house.visitor();
    insta::assert_snapshot!("movies", visitor.get("/api/movies/").await.shown());
    insta::assert_snapshot!("movie", visitor.get("/api/movies/1/").await.shown());
    insta::assert_snapshot!("show", visitor.get("/api/shows/1/").await.shown());
    let map = visitor.get(&format!("/api/shows/{LOUNGE}/seats/")).await.expect(200).json();
    assert_eq!(map["seats"].as_array().unwrap().len(), 12);
    insta::assert_snapshot!("seat", serde_json::to_string_pretty(&map["seats"][0]).unwrap());
}

#[tokio::test]
async fn shows_are_told_soonest_first() {
    let house = House::open().await;
    let visitor = house.visitor();
    let shows = visitor.get("/api/movies/1/shows/").await.expect(200);
    assert_eq!(shows.column("id"), [EVENING, STUDIO, TOMORROW, NOT_YET]);
    assert_eq!(visitor.get(&format!("/api/movies/{SUNRISE}/shows/")).await.expect(200).json(), json!([]));
    assert_eq!(shows.json()[0], visitor.get("/api/shows/1/").await.json());
}

#[tokio::test]
async fn filters_are_opt_in() {
    let house = House::open().await;
    let visitor = house.visitor();
    let movies = async |query: &str| visitor.get(&format!("/api/movies/?{query}")).await.expect(200).column("id");
    let all = [METROPOLIS, NOSFERATU, SUNRISE];
    assert_eq!(movies("").await, all);
    assert_eq!(movies("search=METRO").await, [METROPOLIS]);
    assert_eq!(movies("search=o").await, all);
    assert_eq!(movies("search=%25").await, Vec::<i64>::new(), "a percent sign is no wildcard");
    assert_eq!(movies("search=_").await, Vec::<i64>::new(), "an underscore is no wildcard");
    assert_eq!(movies("search=").await, all);
    assert_eq!(movies("unknown=1").await, all);
    assert_eq!(movies("from=2027-02-01T00:00:00Z").await, [METROPOLIS]);
    assert_eq!(movies("to=2027-01-15T12:00:00Z").await, [NOSFERATU]);
    assert_eq!(movies("from=2027-01-16T00:00:00Z&to=2027-01-17T00:00:00Z").await, [METROPOLIS, NOSFERATU]);

    let shows =
        async |query: &str| visitor.get(&format!("/api/movies/1/shows/?{query}")).await.expect(200).column("id");
    assert_eq!(shows("from=2027-01-16T18:00:00Z").await, [STUDIO, TOMORROW, NOT_YET], "the beginning is inside");
    assert_eq!(shows("to=2027-01-16T18:00:00Z").await, [EVENING], "the end is outside");
    assert_eq!(shows("from=2027-01-16T19:00:00%2B01:00&to=2027-01-17T00:00:00Z").await, [STUDIO, TOMORROW]);
}

#[tokio::test]
async fn bad_filters_are_400_and_named() {
    let house = House::open().await;
    let visitor = house.visitor();
    for path in ["/api/movies/", "/api/movies/1/shows/"] {
        for (field, value) in [
            ("from", "tomorrow"),
            ("from", "2027-01-16"),
            ("to", "2027-13-01T00:00:00Z"),
            ("to", "5"),
            ("limit", "0"),
            ("limit", "501"),
            ("limit", "many"),
            ("cursor", "here"),
        ] {
            let answer = visitor.get(&format!("{path}?{field}={value}")).await;
            assert_eq!(answer.no(), (400, "invalid".into()), "{path} {field}={value}");
            assert!(answer.field("errors")[field].is_array(), "{path} {field}={value}");
        }
    }
}

#[tokio::test]
async fn pages_hold_everything_once_and_keep_the_filter() {
    let house = House::open().await;
    let visitor = house.visitor();
    for limit in 1..=5 {
        let (movies, _) = all_pages(&visitor, &format!("/api/movies/?limit={limit}"), "id").await;
        assert_eq!(movies, [METROPOLIS, NOSFERATU, SUNRISE], "{limit}");
        let (shows, _) = all_pages(&visitor, &format!("/api/movies/1/shows/?limit={limit}"), "id").await;
        assert_eq!(shows, [EVENING, STUDIO, TOMORROW, NOT_YET], "{limit}");
    }
    let (shows, pages) = all_pages(&visitor, "/api/movies/1/shows?limit=1&from=2027-01-16T00:00:00Z", "id").await;
    assert_eq!((shows, pages), (vec![STUDIO.into(), TOMORROW.into(), NOT_YET.into()], 3));
    assert_eq!(next(&visitor.get("/api/movies/?limit=3").await), None);
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    for path in ["/api/movies/", "/api/movies/?search=metro", "/api/movies/1/shows/", "/api/shows/1/seats/"] {
        let first = ann.get(path).await.expect(200);
        let tag = first.header("etag").to_owned();
        assert!(!tag.is_empty(), "{path}");
        let again = ann.with("if-none-match", &tag).get(path).await;
        assert_eq!((again.code(), again.body.len(), again.header("etag")), (304, 0, tag.as_str()), "{path}");
        assert_eq!(ann.with("if-none-match", "W/\"other\"").get(path).await.code(), 200, "{path}");
    }
    let first = ann.get("/api/movies/1/shows/").await;
    let known = ann.with("if-none-match", first.header("etag"));
    _ = ann.book(EVENING, 5).await.expect(201);
    let changed = known.get("/api/movies/1/shows/").await.expect(200);
    assert_eq!(changed.json()[0]["available_seats"], 119);
}

#[tokio::test]
async fn what_staff_change_is_seen_at_once() {
    let house = House::open().await;
    let visitor = house.visitor();
    let (movies, shows) = (visitor.get("/api/movies/").await, visitor.get("/api/movies/1/shows/").await);
    _ = visitor.get("/api/shows/1/").await.expect(200);
    let mut more = programme();
    more.movies[0].title = "Metropolis (restored)".into();
    more.movies.push(movie("wings", "Wings", 144));
    house.import(&more).await;
    let seen = visitor.with("if-none-match", movies.header("etag")).get("/api/movies/").await.expect(200);
    assert_eq!(seen.column("title")[0], "Metropolis (restored)");
    assert_eq!(seen.column("title")[3], "Wings");
    let seen = visitor.with("if-none-match", shows.header("etag")).get("/api/movies/1/shows/").await.expect(200);
    assert_eq!(seen.column("movie_title")[0], "Metropolis (restored)");
    assert_eq!(visitor.get("/api/shows/1/").await.field("movie_title"), "Metropolis (restored)");
    assert_eq!(visitor.get("/api/movies/1/").await.field("title"), "Metropolis (restored)");

    let new = Programme { shows: vec![show("new", "wings", "studio", "2027-01-20T19:30:00")], ..Programme::default() };
    assert_eq!(visitor.get("/api/movies/4/shows/").await.json(), json!([]));
    house.import(&new).await;
    assert_eq!(visitor.get("/api/movies/4/shows/").await.column("screen_name"), ["Studio"]);
}

#[tokio::test]
async fn lists_are_bare_arrays() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    for path in ["/api/movies/", "/api/movies/?limit=1", "/api/movies/1/shows/", "/api/my-bookings/"] {
        assert!(ann.get(path).await.expect(200).json().is_array(), "{path}");
    }
}
