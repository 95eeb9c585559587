//! Bodies that cannot be read, and kinds of bodies.

use houselights_testkit::{House, PASSWORD, programme::EVENING};

/// Every route that reads a body, and whether it needs one.
const POSTS: [&str; 6] =
    ["/api/signup/", "/api/login/", "/api/token/refresh/", "/api/token/verify/", "/api/logout/", "/api/shows/1/book/"];

#[tokio::test]
async fn what_is_not_json_is_400() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    for path in POSTS {
        for text in ["{", "not json", "{\"a\": 1,}", "{'a': 1}", "\u{feff}{", "{\"a\": \"\\ud800\"}"] {
            assert_eq!(ann.post_text(path, text).await.no(), (400, "parse_error".into()), "{path} {text}");
        }
        for text in ["[]", "null", "5", "\"x\"", "true"] {
            assert_eq!(ann.post_text(path, text).await.no(), (400, "invalid".into()), "{path} {text}");
        }
        let broken = ann.send("POST", path, "application/json", vec![b'{', 0xff, b'}']).await;
        assert_eq!(broken.no(), (400, "parse_error".into()), "{path}");
    }
}

#[tokio::test]
async fn other_kinds_are_415_and_long_ones_413() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    for path in POSTS.into_iter().chain(["/api/bookings/1/cancel/"]) {
        for kind in ["", "text/plain", "application/xml", "application/jsonx"] {
            let answer = ann.send("POST", path, kind, "seat_number=5").await;
            assert_eq!(answer.no(), (415, "unsupported_media_type".into()), "{path} {kind:?}");
        }
        let long = format!("{{\"username\": \"{}\"}}", "x".repeat(1 << 20));
        assert_eq!(ann.post_text(path, &long).await.no(), (413, "body_too_large".into()), "{path}");
    }
}

#[tokio::test]
async fn json_may_name_its_character_set_and_nest_deeply_in_vain() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    let kind = "application/json; charset=utf-8";
    _ = ann.send("POST", "/api/shows/1/book/", kind, "{\"seat_number\": 5}").await.expect(201);
    _ = ann.send("POST", "/api/shows/1/book/", "APPLICATION/JSON", "{\"seat_number\": 6}").await.expect(201);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(ann.post_text("/api/shows/1/book/", &deep).await.no(), (400, "parse_error".into()));
}

#[tokio::test]
async fn a_whole_visit_by_forms() {
    let house = House::open().await;
    let visitor = house.visitor();
    let ann = [("username", "ann"), ("password", PASSWORD), ("email", "ann@example.com")];
    _ = visitor.post_form("/api/signup/", &ann).await.expect(201);
    let pair = visitor.post_multipart("/api/login/", &ann[..2]).await.expect(200);
    let (access, refresh) = (pair.field("access"), pair.field("refresh"));
    let signed_in = visitor.bearing(access.as_str().unwrap());
    let booking = signed_in.post_form("/api/shows/1/book/", &[("seat_number", "5")]).await.expect(201);
    assert_eq!(booking.number("show"), EVENING);
    let path = format!("/api/bookings/{}/cancel/", booking.number("id"));
    _ = signed_in.post_form(&path, &[]).await.expect(200);
    _ = visitor.post_form("/api/token/verify/", &[("token", access.as_str().unwrap())]).await.expect(200);
    let next = visitor.post_form("/api/token/refresh/", &[("refresh", refresh.as_str().unwrap())]).await.expect(200);
    let refresh = next.field("refresh");
    _ = visitor.post_multipart("/api/logout/", &[("refresh", refresh.as_str().unwrap())]).await.expect(200);
}
