//! Signing up, in and out; refresh tokens.

use super::*;
use crate::accounts::Identity;

#[tokio::test]
async fn an_account_is_made_once_and_signs_in() {
    let house = House::open().await;
    let made = house
        .accounts
        .sign_up(NewAccount { email: Some("Alice@Example.ORG".into()), ..new("alice", GOOD) })
        .await
        .unwrap();
    assert_eq!((made.username.as_str(), made.email.as_str()), ("alice", "Alice@example.org"));
    let taken = house.accounts.sign_up(new("alice", GOOD)).await.unwrap_err();
    let Error::Invalid(problems) = taken else { panic!("{taken}") };
    assert_eq!(problems, [("username".to_owned(), "A user with that username already exists.".to_owned())]);

    let pair = house.log_in("alice").await;
    let identity = house.accounts.authenticate(&pair.access).unwrap();
    assert_eq!((identity, identity.user), (pair.identity, made.id));
    assert_eq!(house.accounts.me(made.id).await.unwrap().last_login_at, Some(NOON));
}

#[tokio::test]
async fn all_faults_of_a_sign_up_are_named() {
    let house = House::open().await;
    let bad = NewAccount { username: "a b".into(), password: "x".into(), email: Some("nowhere".into()) };
    let Err(Error::Invalid(problems)) = house.accounts.sign_up(bad).await else { panic!() };
    let fields: Vec<&str> = problems.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["username", "email", "password"]);
}

#[tokio::test]
async fn unknown_wrong_and_disabled_are_one_answer_and_one_hash_each() {
    let house = House::open().await;
    house.sign_up("alice").await;
    let bob = house.sign_up("bob").await;
    house.accounts.set_active(&Identity::HOUSE, bob.id, false).await.unwrap();
    let before = house.accounts.passwords.hashes();
    for (name, password) in [("nobody", GOOD), ("alice", "wrong"), ("bob", GOOD), ("a b\0", GOOD), ("", "")] {
        let refused = house.accounts.log_in(name, password, HERE).await.unwrap_err();
        assert!(matches!(refused, Error::WrongCredentials), "{name:?}: {refused}");
    }
    assert_eq!(house.accounts.passwords.hashes() - before, 5, "each attempt costs one hash, with a user or without");
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_its_second_use_ends_the_family() {
    let house = House::open().await;
    let (_, first) = house.guest("alice").await;
    let other = house.log_in("alice").await;
    let second = house.accounts.refresh(&first.refresh).await.unwrap();
    assert_eq!(second.identity, first.identity);
    house.accounts.verify(&second.refresh).await.unwrap();
    void(house.accounts.verify(&first.refresh).await);
    house.accounts.authenticate(&second.access).unwrap();

    void(house.accounts.refresh(&first.refresh).await);
    void(house.accounts.authenticate(&second.access));
    void(house.accounts.authenticate(&first.access));
    void(house.accounts.refresh(&second.refresh).await);
    void(house.another().await.authenticate(&second.access));
    house.accounts.authenticate(&other.access).unwrap();
    house.accounts.refresh(&other.refresh).await.unwrap();
}

#[tokio::test]
async fn of_two_uses_at_once_at_most_one_wins() {
    let house = House::open().await;
    let (_, pair) = house.guest("alice").await;
    let (one, two) = tokio::join!(house.accounts.refresh(&pair.refresh), house.accounts.refresh(&pair.refresh));
    assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1);
}

#[tokio::test]
async fn a_refresh_token_ends_with_its_lifetime_and_use_prolongs_it() {
    let house = House::open().await;
    let (_, pair) = house.guest("alice").await;
    let six_days = 6 * 24 * 60 * UtcMicros::MINUTE;
    house.clock.advance(six_days);
    let next = house.accounts.refresh(&pair.refresh).await.unwrap();
    house.clock.advance(six_days);
    let last = house.accounts.refresh(&next.refresh).await.unwrap();
    house.clock.advance(six_days + six_days);
    void(house.accounts.refresh(&last.refresh).await);
    void(house.accounts.verify(&last.refresh).await);
}

#[tokio::test]
async fn logging_out_ends_one_session_here_and_after_a_restart() {
    let house = House::open().await;
    let (_, pair) = house.guest("alice").await;
    let other = house.log_in("alice").await;
    house.accounts.log_out(Some(&pair.refresh), None).await.unwrap();
    house.accounts.log_out(Some(&pair.refresh), None).await.unwrap();
    let restarted = house.another().await;
    for accounts in [&house.accounts, &restarted] {
        void(accounts.authenticate(&pair.access));
        void(accounts.verify(&pair.access).await);
        void(accounts.refresh(&pair.refresh).await);
        accounts.authenticate(&other.access).unwrap();
    }
    house.accounts.log_out(None, Some(&other.identity)).await.unwrap();
    void(house.accounts.authenticate(&other.access));
    void(house.accounts.log_out(None, None).await);
    void(house.accounts.log_out(Some("rubbish"), None).await);
}

#[tokio::test]
async fn another_process_learns_of_a_logout_at_its_next_poll() {
    let house = House::open().await;
    let (_, pair) = house.guest("alice").await;
    let other = house.another().await;
    house.clock.advance(UtcMicros::SECOND);
    house.accounts.log_out(Some(&pair.refresh), None).await.unwrap();
    other.authenticate(&pair.access).unwrap();
    other.poll_revocations().await.unwrap();
    void(other.authenticate(&pair.access));
}

#[tokio::test]
async fn the_upkeep_polls_and_stops() {
    let house = House::open().await;
    let (_, pair) = house.guest("alice").await;
    let other = house.another().await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let task = other.spawn_upkeep(stopped);
    house.accounts.log_out(Some(&pair.refresh), None).await.unwrap();
    let learnt = async {
        while other.authenticate(&pair.access).is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), learnt).await.unwrap();
    stop.send(true).unwrap();
    tokio::time::timeout(Duration::from_secs(5), task).await.unwrap().unwrap();
}

#[tokio::test]
async fn memory_and_table_forget_what_no_token_names_any_more() {
    let house = House::open().await;
    let (_, pair) = house.guest("alice").await;
    house.accounts.log_out(Some(&pair.refresh), None).await.unwrap();
    house.accounts.poll_revocations().await.unwrap();
    assert_eq!(house.accounts.revoked.len(), 1);
    house.clock.advance(20 * UtcMicros::MINUTE);
    house.accounts.poll_revocations().await.unwrap();
    assert_eq!(house.accounts.revoked.len(), 0);
    void(house.accounts.authenticate(&pair.access));
    assert!(!house.accounts.purge_sessions().await.unwrap());
    house.clock.advance(9 * 24 * 60 * UtcMicros::MINUTE);
    assert!(houselights_store::cold::sessions::any_expired(&house.db, house.clock_now()).await.unwrap());
    house.accounts.purge_sessions().await.unwrap();
    assert!(!houselights_store::cold::sessions::any_expired(&house.db, house.clock_now()).await.unwrap());
}

impl House {
    fn clock_now(&self) -> UtcMicros {
        crate::Clock::now(&*self.clock)
    }
}
