use crate::{WebSettings, settings::LimitSettings, testing::House};

const ANN: &str = r#"{"username": "ann", "password": "correct horse", "email": "ann@example.com"}"#;

#[tokio::test]
async fn an_account_from_sign_up_to_sign_out() {
    let house = House::open(WebSettings::default()).await;
    let made = house.post("/api/signup/", ANN).await;
    assert_eq!(made.status, 201);
    assert_eq!(made.json(), serde_json::json!({"id": 1, "username": "ann", "email": "ann@example.com"}));
    assert_eq!(house.post("/api/signup/", ANN).await.no(), (400, "invalid".into()));

    let tokens = house.post("/api/login", ANN).await;
    assert_eq!(tokens.status, 200);
    let (access, refresh) = (tokens.json()["access"].clone(), tokens.json()["refresh"].clone());
    let bearer = format!("BEARER {}", access.as_str().unwrap());
    let me = house.send("GET", "/api/me/", &[("authorization", &bearer)], "").await;
    assert_eq!((me.json()["username"].as_str(), me.json()["role"].as_str()), (Some("ann"), Some("film_goer")));

    let verified = house.post("/api/token/verify/", &serde_json::json!({"token": access}).to_string()).await;
    assert_eq!((verified.status.as_u16(), verified.json()), (200, serde_json::json!({})));
    let next = house.post("/api/token/refresh/", &serde_json::json!({"refresh": refresh}).to_string()).await;
    assert_eq!(next.status, 200);
    let out = house.send("POST", "/api/logout/", &[("authorization", &bearer)], "").await;
    assert_eq!(out.status, 200);
    let after = house.send("GET", "/api/me/", &[("authorization", &bearer)], "").await;
    assert_eq!(after.no(), (401, "token_not_valid".into()));
    assert_eq!(after.header("www-authenticate"), "Bearer");
}

#[tokio::test]
async fn forms_are_taken_like_json() {
    let house = House::open(WebSettings::default()).await;
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let made = house.send("POST", "/api/signup", &form, "username=bob&password=correct+horse").await;
    assert_eq!(made.status, 201, "{made:?}");
    let parts = "--x\r\nContent-Disposition: form-data; name=\"username\"\r\n\r\nbob\r\n--x\r\n\
                 Content-Disposition: form-data; name=\"password\"\r\n\r\ncorrect horse\r\n--x--\r\n";
    let multipart = [("content-type", "multipart/form-data; boundary=x")];
    assert_eq!(house.send("POST", "/api/login/", &multipart, parts).await.status, 200);
    assert_eq!(house.send("POST", "/api/login/", &multipart, "--y").await.no(), (400, "parse_error".into()));
}

#[tokio::test]
async fn wrong_bodies_get_clear_answers() {
    let house = House::open(WebSettings::default()).await;
    let cases = [
        ("application/json", "{", 400, "parse_error"),
        ("application/json", "[]", 400, "invalid"),
        ("application/json", "\"x\"", 400, "invalid"),
        ("application/json", "{}", 400, "invalid"),
        ("application/json", "", 400, "invalid"),
        ("application/json", r#"{"username": "\ud800", "password": "x"}"#, 400, "parse_error"),
        ("application/json", r#"{"username": "a\u0000", "password": "x"}"#, 400, "invalid"),
        ("text/plain", "hello", 415, "unsupported_media_type"),
        ("", "hello", 415, "unsupported_media_type"),
        ("multipart/form-data", "hello", 400, "parse_error"),
        (
            "application/json; charset=utf-8",
            r#"{"username": "nobody", "password": "wrong one"}"#,
            401,
            "no_active_account",
        ),
    ];
    for (kind, body, status, code) in cases {
        let headers = if kind.is_empty() { vec![] } else { vec![("content-type", kind)] };
        let answer = house.send("POST", "/api/login/", &headers, body).await;
        assert_eq!(answer.no(), (status, code.into()), "{kind} {body}");
    }
    let long = format!("{{\"username\": \"{}\"}}", "x".repeat(1 << 20));
    assert_eq!(house.post("/api/login/", &long).await.no(), (413, "body_too_large".into()));
}

#[tokio::test]
async fn too_many_sign_ups_from_one_address_wait() {
    let limits = LimitSettings { sign_in_per_minute: 2, ..LimitSettings::default() };
    let house = House::open(WebSettings { limits, ..WebSettings::default() }).await;
    for _ in 0..2 {
        assert_eq!(house.post("/api/signup/", "{}").await.status, 400);
    }
    let answer = house.post("/api/signup/", "{}").await;
    assert_eq!(answer.no(), (429, "throttled".into()));
    assert!(!answer.header("retry-after").is_empty());
}
