//! Signing up, in and out, and tokens, as a client of Django REST Framework and `SimpleJWT` does it.

use houselights_domain::UtcMicros;
use houselights_testkit::{Client, House, PASSWORD, Plan};
use houselights_web::{WebSettings, settings::LimitSettings};
use serde_json::{Value, json};

/// Signs in; the refresh token and the access token.
async fn pair(visitor: &Client, name: &str) -> (String, String) {
    let answer = visitor.post("/api/login/", json!({"username": name, "password": PASSWORD})).await.expect(200).json();
    assert_eq!(answer.as_object().unwrap().len(), 2, "{answer}");
    let of = |name: &str| answer[name].as_str().unwrap().to_owned();
    (of("refresh"), of("access"))
}

#[tokio::test]
async fn signing_up_answers_the_account_without_its_password() {
    let house = House::open().await;
    let visitor = house.visitor();
    let ann = json!({"username": "ann", "password": PASSWORD, "email": "ann@example.com"});
    let made = visitor.post("/api/signup/", ann).await.expect(201);
    assert_eq!(made.json(), json!({"id": 1, "username": "ann", "email": "ann@example.com"}));
    let made = visitor.post("/api/signup/", json!({"username": "bob", "password": PASSWORD})).await.expect(201);
    assert_eq!(made.json(), json!({"id": 2, "username": "bob", "email": ""}));
}

#[tokio::test]
async fn every_fault_of_a_sign_up_is_named_by_its_field() {
    let house = House::open().await;
    _ = house.customer("taken").await;
    let visitor = house.visitor();
    let long = "x".repeat(151);
    let cases = [
        (json!({}), &["password", "username"][..]),
        (json!({"username": "", "password": ""}), &["password", "username"]),
        (json!({"username": null, "password": null}), &["password", "username"]),
        (json!({"username": "", "email": "ann"}), &["email", "password", "username"]),
        (json!({"username": ["a"], "password": {}}), &["password", "username"]),
        (json!({"username": "taken", "password": PASSWORD}), &["username"]),
        (json!({"username": long, "password": PASSWORD}), &["username"]),
        (json!({"username": "a b", "password": PASSWORD}), &["username"]),
        (json!({"username": "ann", "password": "short"}), &["password"]),
        (json!({"username": "ann", "password": "password123"}), &["password"]),
        (json!({"username": "ann", "password": "x".repeat(129)}), &["password"]),
        (json!({"username": "ann", "password": PASSWORD, "email": "ann"}), &["email"]),
        (json!({"username": "a b", "password": "short", "email": "ann"}), &["email", "password", "username"]),
    ];
    for (body, fields) in cases {
        let answer = visitor.post("/api/signup/", body.clone()).await;
        assert_eq!(answer.no(), (400, "invalid".into()), "{body}");
        let mut named: Vec<String> = answer.field("errors").as_object().unwrap().keys().cloned().collect();
        named.sort();
        assert_eq!(named, fields, "{body}");
    }
}

#[tokio::test]
async fn a_wrong_pair_is_refused_without_saying_which_half() {
    let house = House::open().await;
    _ = house.customer("ann").await;
    let visitor = house.visitor();
    let wrong = visitor.post("/api/login/", json!({"username": "ann", "password": "wrong horse"})).await;
    let nobody = visitor.post("/api/login/", json!({"username": "nobody", "password": "wrong horse"})).await;
    assert_eq!(wrong.no(), (401, "no_active_account".into()));
    assert_eq!(wrong.text(), nobody.text());
}

#[tokio::test]
async fn an_access_token_says_what_simplejwt_clients_read() {
    let house = House::open().await;
    _ = house.customer("ann").await;
    let (refresh, access) = pair(&house.visitor(), "ann").await;
    for (token, kind) in [(&access, "access"), (&refresh, "refresh")] {
        let claims = claims(token);
        assert_eq!((&claims["token_type"], &claims["user_id"]), (&json!(kind), &json!("1")), "{claims}");
        assert!(claims["jti"].is_string() && claims["iat"].is_i64() && claims["exp"].is_i64(), "{claims}");
    }
}

/// A token's middle part, read as any client may.
fn claims(token: &str) -> Value {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (mut bits, mut held, mut bytes) = (0_u32, 0, Vec::new());
    for digit in token.split('.').nth(1).unwrap().bytes() {
        let value = DIGITS.iter().position(|known| *known == digit).unwrap();
        bits = bits << 6 | u32::try_from(value).unwrap();
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).unwrap());
        }
    }
    serde_json::from_slice(&bytes).unwrap()
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_a_second_use_ends_the_family() {
    let house = House::open().await;
    _ = house.customer("ann").await;
    let visitor = house.visitor();
    let (first, _) = pair(&visitor, "ann").await;
    let next = visitor.post("/api/token/refresh/", json!({"refresh": first})).await.expect(200).json();
    let signed_in = visitor.bearing(next["access"].as_str().unwrap());
    _ = signed_in.get("/api/me/").await.expect(200);

    let again = visitor.post("/api/token/refresh/", json!({"refresh": first})).await;
    assert_eq!(again.no(), (401, "token_not_valid".into()));
    assert_eq!(signed_in.get("/api/me/").await.no(), (401, "token_not_valid".into()));
    let stolen = visitor.post("/api/token/refresh/", json!({"refresh": next["refresh"]})).await;
    assert_eq!(stolen.no(), (401, "token_not_valid".into()));
}

#[tokio::test]
async fn a_token_is_verified_whichever_kind_it_is() {
    let house = House::open().await;
    _ = house.customer("ann").await;
    let visitor = house.visitor();
    let (refresh, access) = pair(&visitor, "ann").await;
    let verify = async |token: Value| visitor.post("/api/token/verify/", json!({ "token": token })).await;
    for token in [&refresh, &access] {
        assert_eq!(verify(json!(token)).await.expect(200).json(), json!({}));
    }
    let mut forged = access.clone();
    forged.replace_range(forged.len() - 4.., "AAAA");
    for bad in ["x", "a.b.c", &forged] {
        assert_eq!(verify(json!(bad)).await.no(), (401, "token_not_valid".into()), "{bad}");
    }
    assert_eq!(verify(Value::Null).await.no(), (400, "invalid".into()));
    house.clock.advance(16 * UtcMicros::MINUTE);
    assert_eq!(verify(json!(access)).await.no().0, 401);
    assert_eq!(verify(json!(refresh)).await.code(), 200);
}

#[tokio::test]
async fn logging_out_ends_both_tokens() {
    let house = House::open().await;
    _ = house.customer("ann").await;
    let visitor = house.visitor();
    let (refresh, access) = pair(&visitor, "ann").await;
    let other = visitor.bearing(&pair(&visitor, "ann").await.1);
    assert_eq!(visitor.post("/api/logout/", json!({"refresh": refresh})).await.expect(200).json(), json!({}));
    assert_eq!(visitor.bearing(&access).get("/api/me/").await.no(), (401, "token_not_valid".into()));
    assert_eq!(visitor.post("/api/token/refresh/", json!({"refresh": refresh})).await.no().0, 401);
    _ = other.get("/api/me/").await.expect(200);
    _ = other.post_nothing("/api/logout").await.expect(200);
    assert_eq!(other.get("/api/me/").await.no().0, 401);
    assert_eq!(visitor.post_nothing("/api/logout/").await.no(), (400, "invalid".into()));
    assert_eq!(visitor.post("/api/logout/", json!({"refresh": "x"})).await.no(), (401, "token_not_valid".into()));
}

#[tokio::test]
async fn who_is_signed_in_is_told_about_themselves() {
    let house = House::open().await;
    let me = house.customer("ann").await.get("/api/me/").await.expect(200);
    insta::assert_snapshot!(me.shown());
    let boss = house.with_role("boss", houselights_domain::Role::Superuser).await.get("/api/me").await.expect(200);
    assert_eq!((boss.field("role"), boss.field("is_staff")), (json!("superuser"), json!(true)));
}

#[tokio::test]
async fn a_401_says_how_to_sign_in() {
    let house = House::open().await;
    _ = house.customer("ann").await;
    let visitor = house.visitor();
    let (refresh, access) = pair(&visitor, "ann").await;
    let cases = [
        (String::new(), "not_authenticated"),
        ("Bearer".into(), "not_authenticated"),
        ("Basic YTpi".into(), "not_authenticated"),
        (access.clone(), "not_authenticated"),
        ("Bearer x".into(), "token_not_valid"),
        (format!("Bearer {refresh}"), "token_not_valid"),
        (format!("Bearer {access}x"), "token_not_valid"),
    ];
    for (header, code) in cases {
        let client = if header.is_empty() { visitor.clone() } else { visitor.with("authorization", &header) };
        for answer in [
            client.get("/api/me/").await,
            client.get("/api/my-bookings/").await,
            client.get("/api/bookings/1/").await,
            client.book(1, 5).await,
            client.cancel(1).await,
        ] {
            assert_eq!(answer.no(), (401, code.into()), "{header}");
        }
    }
    house.clock.advance(16 * UtcMicros::MINUTE);
    assert_eq!(visitor.bearing(&access).get("/api/me/").await.no(), (401, "token_not_valid".into()));
}

#[tokio::test]
async fn too_many_attempts_are_told_when_to_come_again() {
    let limits = LimitSettings { sign_in_per_minute: 3, ..LimitSettings::default() };
    let plan = Plan { web: WebSettings { limits, ..WebSettings::default() }, ..Plan::default() };
    let visitor = House::planned(plan).await;
    let visitor = visitor.visitor();
    let wrong = json!({"username": "ann", "password": "wrong horse"});
    for _ in 0..3 {
        assert_eq!(visitor.post("/api/login/", wrong.clone()).await.no().0, 401);
    }
    for path in ["/api/login/", "/api/signup/", "/api/token/refresh/"] {
        assert_eq!(visitor.post(path, wrong.clone()).await.no(), (429, "throttled".into()), "{path}");
    }
}
