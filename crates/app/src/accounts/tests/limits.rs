//! Bounds: on attempts, on hashes at once, on those who wait.

use super::*;
use crate::accounts::Limit;

fn limited(by_address: Option<u32>, by_user: Option<u32>) -> AccountSettings {
    let limit = |attempts: Option<u32>| attempts.map(|attempts| Limit { attempts, per: Duration::from_mins(1) });
    AccountSettings { logins_by_address: limit(by_address), logins_by_user: limit(by_user), ..settings() }
}

async fn attempt(house: &House, name: &str, from: &str) -> Option<Duration> {
    match house.accounts.log_in(name, "wrong", from.parse().unwrap()).await {
        Err(Error::TooMany { retry_after }) => Some(retry_after),
        Err(Error::WrongCredentials) => None,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_address_runs_out_of_attempts_whatever_the_name_and_gets_them_back() {
    let house = House::with(limited(Some(2), None)).await;
    assert_eq!(attempt(&house, "a", "192.0.2.1").await, None);
    assert_eq!(attempt(&house, "b", "192.0.2.1").await, None);
    assert_eq!(attempt(&house, "c", "192.0.2.1").await, Some(Duration::from_secs(30)));
    assert_eq!(attempt(&house, "c", "192.0.2.2").await, None);
    house.clock.advance(30 * UtcMicros::SECOND);
    assert_eq!(attempt(&house, "c", "192.0.2.1").await, None);
    assert!(attempt(&house, "c", "192.0.2.1").await.is_some());
    assert_eq!(attempt(&house, "c", "2001:db8::1").await, None);
    assert_eq!(attempt(&house, "c", "2001:db8::ffff:2").await, None);
    assert!(attempt(&house, "c", "2001:db8::3").await.is_some(), "one network, one count");
}

#[tokio::test]
async fn a_name_runs_out_of_attempts_wherever_they_come_from() {
    let house = House::with(limited(None, Some(2))).await;
    house.sign_up("alice").await;
    assert_eq!(attempt(&house, "alice", "192.0.2.1").await, None);
    assert_eq!(attempt(&house, " alice ", "192.0.2.2").await, None);
    assert!(attempt(&house, "alice", "192.0.2.3").await.is_some());
    assert_eq!(attempt(&house, "bob", "192.0.2.3").await, None);
    let hashes = house.accounts.passwords.hashes();
    assert!(attempt(&house, "alice", "192.0.2.4").await.is_some());
    assert_eq!(house.accounts.passwords.hashes(), hashes, "whoever is turned away costs no hash");
}

#[tokio::test]
async fn a_caller_who_leaves_keeps_the_permit_until_the_hash_is_done_and_waiters_are_few() {
    let house = House::with(AccountSettings { hashing_at_once: 1, hashing_waiters: 1, ..settings() }).await;
    let passwords = &house.accounts.passwords;
    let (release, released) = std::sync::mpsc::channel::<()>();
    let (started, has_started) = tokio::sync::oneshot::channel();
    let slow = passwords.run(move |_| {
        started.send(()).unwrap();
        released.recv().unwrap();
    });
    let mut slow = Box::pin(slow);
    tokio::select! { _ = &mut slow => panic!(), began = has_started => began.unwrap() }
    drop(slow);
    assert_eq!(passwords.permits.available_permits(), 0, "the hash goes on, so its permit is not free");

    let mut waiter = Box::pin(passwords.run(|_| ()));
    assert!(tokio::time::timeout(Duration::from_millis(20), &mut waiter).await.is_err());
    assert!(matches!(passwords.run(|_| ()).await, Err(Error::Busy { .. })));
    assert!(matches!(house.accounts.log_in("alice", GOOD, HERE).await, Err(Error::Busy { .. })));
    release.send(()).unwrap();
    waiter.await.unwrap();
    passwords.run(|_| ()).await.unwrap();
}

#[tokio::test]
async fn a_sign_in_brings_an_old_hash_up_to_date() {
    let house = House::open().await;
    let id = house.sign_up("alice").await.id;
    let hash = async || houselights_store::cold::users::by_id(&house.db, id).await.unwrap().unwrap().password_hash;
    let old = hash().await;
    assert!(old.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{old}");
    house.log_in("alice").await;
    assert_eq!(hash().await, old);
    let dearer = AccountSettings { hash: HashCost { memory_kib: 16, passes: 2, lanes: 1 }, ..settings() };
    let node = node(&house.db, &house.clock, dearer).await;
    node.log_in("alice", GOOD, HERE).await.unwrap();
    assert!(hash().await.starts_with("$argon2id$v=19$m=16,t=2,p=1$"));
    house.log_in("alice").await;
}
