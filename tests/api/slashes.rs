//! Every path works with and without its slash, for every method, without a redirect; other methods are 405.

use houselights_testkit::House;
use serde_json::json;

/// Every path of the API and the methods that it takes, but for the live feed, which has no end: see `live.rs`.
const PATHS: [(&str, &str); 16] = [
    ("/api/", "GET,HEAD"),
    ("/api/signup/", "POST"),
    ("/api/login/", "POST"),
    ("/api/logout/", "POST"),
    ("/api/token/refresh/", "POST"),
    ("/api/token/verify/", "POST"),
    ("/api/me/", "GET,HEAD"),
    ("/api/movies/", "GET,HEAD"),
    ("/api/movies/1/", "GET,HEAD"),
    ("/api/movies/1/shows/", "GET,HEAD"),
    ("/api/shows/1/", "GET,HEAD"),
    ("/api/shows/1/seats/", "GET,HEAD"),
    ("/api/shows/1/book/", "POST"),
    ("/api/my-bookings/", "GET,HEAD"),
    ("/api/bookings/1/", "GET,HEAD"),
    ("/api/bookings/1/cancel/", "POST"),
];

#[tokio::test]
async fn both_spellings_answer_the_same() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    _ = ann.book(1, 5).await.expect(201);
    for (path, methods) in PATHS {
        let bare = path.trim_end_matches('/');
        if methods == "POST" {
            let (with, without) = (ann.post(path, json!({})).await, ann.post(bare, json!({})).await);
            assert!(with.code() < 500 && !(300..400).contains(&without.code()), "{path} {without:?}");
            let cancelled = path.ends_with("cancel/") || path.ends_with("logout/");
            assert!(cancelled || with.code() == without.code(), "{path} {with:?} {without:?}");
        }
    }
    let ann = house.signed_in("ann").await;
    for (path, methods) in PATHS.into_iter().filter(|(_, methods)| *methods != "POST") {
        let bare = path.trim_end_matches('/');
        let (with, without) = (ann.get(path).await.expect(200), ann.get(bare).await.expect(200));
        assert_eq!(with.body, without.body, "{methods} {path}");
        let head = ann.send("HEAD", bare, "", "").await;
        assert_eq!((head.code(), head.body.len()), (200, 0), "{path}");
    }
    _ = ann.get("/api/movies?search=metro").await.expect(200);
    _ = ann.get("/swagger").await.expect(200);
    _ = ann.get("/swagger/").await.expect(200);
    _ = ann.get("/redoc").await.expect(200);
}

#[tokio::test]
async fn other_methods_are_405_with_allow() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    for (path, methods) in PATHS {
        for path in [path, path.trim_end_matches('/')] {
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"] {
                if methods.split(',').any(|known| known == method) {
                    continue;
                }
                let answer = ann.send(method, path, "", "").await;
                assert_eq!(answer.no(), (405, "method_not_allowed".into()), "{method} {path}");
                assert_eq!(answer.header("allow"), methods, "{method} {path}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_not_there_is_404() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    let cases = [
        ("/api/nothing", "not_found"),
        ("/api/movies/99/", "unknown_movie"),
        ("/api/movies/99/shows/", "unknown_movie"),
        ("/api/movies/0/shows/", "unknown_movie"),
        ("/api/movies/-1/shows/", "unknown_movie"),
        ("/api/movies/x/shows/", "not_found"),
        ("/api/movies/99999999999999999999/shows/", "not_found"),
        ("/api/shows/99/", "unknown_show"),
        ("/api/shows/99/seats/", "unknown_show"),
        ("/api/shows/1.5/", "not_found"),
        ("/api/bookings/99/", "unknown_booking"),
    ];
    for (path, code) in cases {
        assert_eq!(ann.get(path).await.no(), (404, code.into()), "{path}");
    }
    assert_eq!(ann.book(99, 5).await.no(), (404, "unknown_show".into()));
    assert_eq!(ann.cancel(99).await.no(), (404, "unknown_booking".into()));
    assert_eq!(ann.post("/api/shows/x/book/", json!({"seat_number": 5})).await.no(), (404, "not_found".into()));
}
