//! Tokens that are not to be believed, and the keys that sign them.

use std::time::Instant;

use houselights_domain::Role;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::*;
use crate::{accounts::Identity, entropy::SystemEntropy};

fn header(keys: &SigningKeys) -> Header {
    Header { kid: Some(keys.kids()[0].clone()), ..Header::new(Algorithm::HS256) }
}

fn claims() -> Value {
    let now = NOON.0 / UtcMicros::SECOND;
    json!({
        "token_type": "access", "user_id": "7", "jti": "x", "exp": now + 60, "iat": now,
        "iss": "houselights", "aud": "houselights", "sid": 9, "role": "staff"
    })
}

fn signed(header: &Header, claims: &Value) -> String {
    encode(header, claims, &EncodingKey::from_secret(SECRET.as_bytes())).unwrap()
}

#[tokio::test]
async fn each_claim_is_checked() {
    let house = House::open().await;
    let header = header(&house.accounts.tokens.keys);
    let good = house.accounts.authenticate(&signed(&header, &claims())).unwrap();
    assert_eq!(good, Identity { user: UserId(7), role: Role::Staff, session: 9 });

    let now = NOON.0 / UtcMicros::SECOND;
    for (claim, value) in [
        ("token_type", json!("refresh")),
        ("token_type", json!("sliding")),
        ("user_id", json!(7)),
        ("user_id", json!("x")),
        ("jti", json!("")),
        ("exp", json!(now)),
        ("exp", json!(i64::MIN)),
        ("exp", json!("never")),
        ("iat", json!("now")),
        ("iss", json!("elsewhere")),
        ("aud", json!("elsewhere")),
        ("sid", Value::Null),
        ("role", json!("king")),
    ] {
        let mut changed = claims();
        changed[claim] = value;
        void(house.accounts.authenticate(&signed(&header, &changed)));
        changed.as_object_mut().unwrap().remove(claim);
        void(house.accounts.authenticate(&signed(&header, &changed)));
    }
}

#[tokio::test]
async fn each_part_of_the_header_is_checked() {
    let house = House::open().await;
    let good = header(&house.accounts.tokens.keys);
    for bad in [
        Header { kid: None, ..good.clone() },
        Header { kid: Some("0123456789abcdef".into()), ..good.clone() },
        Header { typ: None, ..good.clone() },
        Header { typ: Some("at+jwt".into()), ..good.clone() },
        Header { alg: Algorithm::HS384, ..good.clone() },
        Header { alg: Algorithm::HS512, ..good.clone() },
    ] {
        void(house.accounts.authenticate(&signed(&bad, &claims())));
    }
    let token = signed(&good, &claims());
    let (message, signature) = token.rsplit_once('.').unwrap();
    let payload = message.split_once('.').unwrap().1;
    // {"alg":"none","typ":"JWT"}
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    let forged = encode(&good, &claims(), &EncodingKey::from_secret(b"another secret, also long enough!!")).unwrap();
    for bad in [
        format!("{none}.{payload}."),
        format!("{none}.{payload}.{signature}"),
        format!("{message}."),
        message.to_owned(),
        format!("{token}x"),
        format!("{token}.x"),
        format!(" {token}"),
        forged,
        String::new(),
        "..".into(),
    ] {
        void(house.accounts.authenticate(&bad));
    }
}

#[tokio::test]
async fn a_refresh_token_is_no_access_token_and_the_other_way_round() {
    let house = House::open().await;
    let (_, pair) = house.guest("alice").await;
    void(house.accounts.authenticate(&pair.refresh));
    void(house.accounts.refresh(&pair.access).await);
    void(house.accounts.log_out(Some(&pair.access), None).await);
    house.accounts.refresh(&pair.refresh).await.unwrap();
}

#[tokio::test]
async fn an_access_token_expires_to_the_second() {
    let house = House::open().await;
    let (_, pair) = house.guest("alice").await;
    house.clock.advance(pair.access_expires_at.0 - NOON.0 - 1);
    house.accounts.authenticate(&pair.access).unwrap();
    house.clock.advance(1);
    void(house.accounts.authenticate(&pair.access));
}

#[test]
fn keys_are_made_once_kept_private_and_rotated() {
    let folder = tempfile::tempdir().unwrap();
    let entropy = SystemEntropy::default();
    let first = SigningKeys::load_or_create(folder.path(), NOON, &entropy).unwrap();
    let second = SigningKeys::load_or_create(folder.path(), NOON, &entropy).unwrap();
    assert_eq!(first.kids(), second.kids());
    let token = first.sign(&claims()).unwrap();
    assert!(second.verify(&token));

    let week = Duration::from_hours(7 * 24);
    second.rotate(NOON.plus(1), &entropy, week).unwrap();
    assert_eq!(second.kids().len(), 2);
    assert!(second.verify(&token), "nobody is logged out");
    let newer = second.sign(&claims()).unwrap();
    assert!(!first.verify(&newer));
    first.reload().unwrap();
    assert!(first.verify(&newer) && first.verify(&token));
    second.rotate(NOON.plus(1 + 8 * 24 * 60 * UtcMicros::MINUTE), &entropy, week).unwrap();
    assert!(second.verify(&newer), "it signed until a moment ago");
    assert!(!second.verify(&token), "it last signed over a week ago");
    assert!(!format!("{second:?}").contains("secret"));
}

#[cfg(unix)]
#[test]
fn a_key_file_that_others_can_read_is_refused() {
    use std::{fs, os::unix::fs::PermissionsExt};
    let folder = tempfile::tempdir().unwrap();
    SigningKeys::load_or_create(folder.path(), NOON, &SystemEntropy::default()).unwrap();
    let file = folder.path().join("signing-keys.json");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    for mode in [0o640, 0o604, 0o660] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let refused = SigningKeys::load_or_create(folder.path(), NOON, &SystemEntropy::default()).unwrap_err();
        assert!(refused.to_string().contains("chmod 600"), "{refused}");
    }
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&file, "{\"keys\":[]}").unwrap();
    let refused = SigningKeys::load_or_create(folder.path(), NOON, &SystemEntropy::default()).unwrap_err();
    assert!(refused.to_string().contains("is damaged"), "{refused}");
}

#[test]
fn a_configured_key_is_long_and_never_printed() {
    assert!(SigningKeys::from_secret(&"x".repeat(31)).unwrap_err().to_string().contains("32"));
    let old = SigningKeys::from_secret(SECRET).unwrap();
    let both = SigningKeys::from_secrets(&"y".repeat(32), &[SECRET.to_owned()]).unwrap();
    assert!(both.verify(&old.sign(&claims()).unwrap()) && !old.verify(&both.sign(&claims()).unwrap()));
    assert!(both.rotate(NOON, &SystemEntropy::default(), Duration::ZERO).is_err());
    let printed = format!("{both:?} {:?}", new("alice", "hunter22"));
    assert!(!printed.contains(SECRET) && !printed.contains("yyyy") && !printed.contains("hunter22"));
}

/// `cargo test --release -p houselights-app what_authenticate_costs -- --ignored --nocapture`
#[tokio::test]
#[ignore = "a measurement"]
async fn what_authenticate_costs() {
    let house = House::open().await;
    let (_, pair) = house.guest("alice").await;
    let rounds = 200_000;
    let start = Instant::now();
    for _ in 0..rounds {
        std::hint::black_box(house.accounts.authenticate(std::hint::black_box(&pair.access))).unwrap();
    }
    println!("authenticate: {:?} each", start.elapsed() / rounds);
}

#[tokio::test]
async fn a_token_that_was_good_a_moment_ago_is_asked_what_may_have_changed() {
    let house = House::open().await;
    let keys = &house.accounts.tokens.keys;
    let token = signed(&header(keys), &claims());
    let identity = house.accounts.authenticate(&token).unwrap();
    assert_eq!(house.accounts.authenticate(&token).unwrap(), identity, "the second time from memory");

    house.clock.advance(UtcMicros::MINUTE);
    void(house.accounts.authenticate(&token));
    house.clock.advance(-UtcMicros::MINUTE);
    house.accounts.authenticate(&token).unwrap();

    keys.replace(Vec::new());
    void(house.accounts.authenticate(&token));
}
