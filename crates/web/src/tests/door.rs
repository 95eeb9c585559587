use crate::{WebSettings, testing::House};

#[tokio::test]
async fn what_is_not_there_and_what_is_not_possible() {
    let house = House::open(WebSettings::default()).await;
    for path in ["/nothing", "/api/nothing/", "/api/movies/999999999999999999999999/", "/swagger/nothing.js"] {
        assert_eq!(house.get(path).await.no().0, 404, "{path}");
    }
    let answer = house.get("/api/login").await;
    assert_eq!(answer.no(), (405, "method_not_allowed".into()));
    assert_eq!(answer.header("allow"), "POST");
}

#[tokio::test]
async fn slashes_do_not_matter() {
    let house = House::open(WebSettings::default()).await;
    for path in ["/api", "/api/", "/swagger", "/swagger/", "/redoc", "/healthz", "/readyz/", "/api/openapi.json"] {
        assert_eq!(house.get(path).await.status, 200, "{path}");
    }
    assert_eq!(house.send("HEAD", "/api", &[], "").await.status, 200);
}

#[tokio::test]
async fn every_answer_has_a_name_and_safe_headers() {
    let house = House::open(WebSettings::default()).await;
    let answer = house.send("GET", "/nothing", &[("x-request-id", "abc")], "").await;
    assert_eq!(answer.header("x-request-id"), "abc");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(house.get("/api/").await.header("x-request-id").len(), 29);
    let page = house.get("/").await;
    assert_eq!((page.header("x-frame-options"), page.header("referrer-policy")), ("DENY", "same-origin"));
    assert!(
        page.header("content-security-policy").starts_with("default-src 'none'; script-src 'self'; style-src 'self';")
    );
    assert!(page.header("permissions-policy").contains("camera=()"));
    assert_eq!(page.header("cross-origin-opener-policy"), "same-origin");
    assert!(String::from_utf8(page.body.to_vec()).unwrap().contains("/swagger/"));
    // Swagger UI and the reference keep the policies that they need.
    assert!(
        house.get("/swagger/").await.header("content-security-policy").contains("style-src 'self' 'unsafe-inline'")
    );
}

#[tokio::test]
async fn long_answers_are_compressed_for_who_asks() {
    let house = House::open(WebSettings::default()).await;
    let of = async |accepts: &str| house.send("GET", "/api/openapi.json", &[("accept-encoding", accepts)], "").await;
    let plain = house.get("/api/openapi.json").await;
    for encoding in ["gzip", "br"] {
        let answer = of(encoding).await;
        assert_eq!(answer.header("content-encoding"), encoding);
        assert!(answer.body.len() * 3 < plain.body.len() && answer.header("vary").contains("accept-encoding"));
    }
    for open in ["identity;q=0", "identity", "zstd"] {
        let answer = of(open).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-encoding")), (200, ""), "{open}");
    }
}

#[tokio::test]
async fn the_document_is_not_sent_twice() {
    let house = House::open(WebSettings::default()).await;
    let first = house.get("/api/openapi.json").await;
    let tag = first.header("etag");
    let again = house.send("GET", "/api/openapi.json", &[("if-none-match", tag)], "").await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    assert!(first.json()["paths"]["/api/login/"].is_object());
    let script = house.get("/swagger/swagger-initializer.js").await;
    let script = String::from_utf8(script.body.to_vec()).unwrap();
    assert!(script.contains("/api/openapi.json") && script.contains("persistAuthorization"), "{script}");
    let page = String::from_utf8(house.get("/redoc/").await.body.to_vec()).unwrap();
    assert!(page.contains("problem-seat_taken") && !page.contains("<script"));
}

#[tokio::test]
async fn figures_are_for_who_has_the_token() {
    let metrics: Option<crate::settings::MetricsPage> = Some(std::sync::Arc::new(|| "a 1\n".to_owned()));
    let settings = WebSettings { metrics, metrics_token: Some("secret".into()), ..WebSettings::default() };
    let house = House::open(settings).await;
    assert_eq!(house.get("/metrics").await.no().0, 401);
    let right = house.send("GET", "/metrics", &[("authorization", "Bearer secret")], "").await;
    assert_eq!(&right.body[..], b"a 1\n");
    assert_eq!(House::open(WebSettings::default()).await.get("/metrics").await.no().0, 404);
}

#[tokio::test]
async fn listed_origins_may_call_and_others_may_not() {
    let settings = WebSettings { cors_origins: vec!["https://cinema.example".into()], ..WebSettings::default() };
    let house = House::open(settings).await;
    let ask = async |origin: &str| {
        let headers = [("origin", origin), ("access-control-request-method", "POST")];
        house.send("OPTIONS", "/api/login", &headers, "").await
    };
    let listed = ask("https://cinema.example").await;
    assert_eq!(listed.status, 200);
    assert_eq!(listed.header("access-control-allow-origin"), "https://cinema.example");
    assert!(listed.header("access-control-allow-headers").contains("idempotency-key"));
    assert_eq!(ask("https://evil.example").await.header("access-control-allow-origin"), "");
    let answer = house.send("GET", "/api/", &[("origin", "https://cinema.example")], "").await;
    assert_eq!(answer.header("access-control-allow-origin"), "https://cinema.example");
}

/// Run it with `--release -- --ignored --nocapture`: what the front door costs above the router.
#[tokio::test]
#[ignore = "a measurement, not a check"]
async fn the_door_is_cheap() {
    const ROUNDS: u32 = 100_000;
    let house = House::open(WebSettings::default()).await;
    let request = || axum::http::Request::get("/healthz/").body(axum::body::Body::empty()).unwrap();
    let started = std::time::Instant::now();
    for _ in 0..ROUNDS {
        std::hint::black_box(house.front.handle(request()).await);
    }
    let whole = started.elapsed() / ROUNDS;
    let started = std::time::Instant::now();
    for _ in 0..ROUNDS {
        std::hint::black_box(house.front.router_alone(request()).await);
    }
    println!("door and router: {whole:?} a request; router alone: {:?}", started.elapsed() / ROUNDS);
}
