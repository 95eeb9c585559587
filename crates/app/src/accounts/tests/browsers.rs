//! Browsers that are signed in.

use super::*;
use crate::accounts::{BrowserSession, Guest, Identity};

const MINUTE: i64 = UtcMicros::MINUTE;
const DAY: i64 = 24 * 60 * MINUTE;

impl House {
    async fn browser(&self, name: &str, before: Option<&Guest>) -> BrowserSession {
        self.accounts.open_browser(name, GOOD, HERE, before).await.unwrap()
    }

    async fn seen(&self, session: &BrowserSession) -> Option<Guest> {
        self.accounts.guest(&session.secret).await.unwrap()
    }
}

#[tokio::test]
async fn a_browser_is_known_by_its_secret_and_by_nothing_else() {
    let house = House::open().await;
    let alice = house.sign_up("alice").await;
    let session = house.browser("alice", None).await;
    let guest = house.seen(&session).await.unwrap();
    assert_eq!((guest.identity.user, guest.username.as_str(), guest.prolonged), (alice.id, "alice", false));
    assert_eq!(house.seen(&session).await, Some(guest.clone()), "and again, from memory");

    let (number, secret) = session.secret.split_once('.').unwrap();
    assert_eq!(secret.len(), 64);
    let other = house.browser("alice", None).await;
    let (other_number, _) = other.secret.split_once('.').unwrap();
    for wrong in [
        String::new(),
        secret.to_owned(),
        format!("{number}."),
        format!("{number}.{}", "0".repeat(64)),
        format!("{number}.{secret}0"),
        format!("{other_number}.{secret}"),
        format!("-{number}.{secret}"),
        format!("{number}.{}", "é".repeat(32)),
    ] {
        assert_eq!(house.accounts.guest(&wrong).await.unwrap(), None, "{wrong}");
    }
    // Neither of the two kinds of sessions can be taken for the other.
    let pair = house.log_in("alice").await;
    assert_eq!(house.accounts.guest(&format!("{}.{}", pair.identity.session, "a".repeat(64))).await.unwrap(), None);
    assert!(!format!("{session:?}").contains(secret));
}

#[tokio::test]
async fn what_ends_sessions_ends_those_of_browsers_at_once() {
    let house = House::open().await;
    let alice = house.sign_up("alice").await;
    let first = house.browser("alice", None).await;
    let guest = house.seen(&first).await.unwrap();
    house.accounts.log_out(None, Some(&guest.identity)).await.unwrap();
    assert_eq!(house.seen(&first).await, None);

    let second = house.browser("alice", None).await;
    assert!(house.seen(&second).await.is_some());
    house.accounts.change_password(alice.id, GOOD, "another horse").await.unwrap();
    assert_eq!(house.seen(&second).await, None);
    house.accounts.set_password(&Identity::HOUSE, alice.id, GOOD).await.unwrap();

    let third = house.browser("alice", None).await;
    assert!(house.seen(&third).await.is_some());
    house.accounts.set_active(&Identity::HOUSE, alice.id, false).await.unwrap();
    assert_eq!(house.seen(&third).await, None);
    let refused = house.accounts.open_browser("alice", GOOD, HERE, None).await.unwrap_err();
    assert!(matches!(refused, Error::WrongCredentials), "{refused}");
}

#[tokio::test]
async fn signing_in_again_gives_a_new_secret_and_ends_the_old_session() {
    let house = House::open().await;
    house.sign_up("alice").await;
    let first = house.browser("alice", None).await;
    let guest = house.seen(&first).await.unwrap();
    let second = house.browser("alice", Some(&guest)).await;
    assert_ne!(first.secret, second.secret);
    assert_eq!(house.seen(&first).await, None);
    assert!(house.seen(&second).await.is_some());
}

#[tokio::test]
async fn a_session_that_is_used_lives_on_and_one_that_is_not_ends() {
    let house = House::open().await;
    house.sign_up("alice").await;
    let used = house.browser("alice", None).await;
    let unused = house.browser("alice", None).await;
    house.clock.advance(6 * DAY);
    assert!(house.seen(&used).await.unwrap().prolonged);
    assert!(!house.seen(&used).await.unwrap().prolonged, "once is enough");
    house.clock.advance(2 * DAY);
    assert!(house.seen(&used).await.is_some());
    assert_eq!(house.seen(&unused).await, None);
    house.clock.advance(8 * DAY);
    assert_eq!(house.seen(&used).await, None);
}

#[tokio::test]
async fn another_node_learns_of_the_end_of_a_session() {
    let house = House::open().await;
    house.sign_up("alice").await;
    let session = house.browser("alice", None).await;
    let elsewhere = house.another().await;
    let guest = elsewhere.guest(&session.secret).await.unwrap().unwrap();
    house.accounts.log_out(None, Some(&guest.identity)).await.unwrap();
    elsewhere.poll_revocations().await.unwrap();
    assert_eq!(elsewhere.guest(&session.secret).await.unwrap(), None);
}
