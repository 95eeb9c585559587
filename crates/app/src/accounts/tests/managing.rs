//! Changing accounts: what must take effect at once, everywhere.

use houselights_domain::Role;

use super::*;
use crate::accounts::Identity;

/// The session is over here, after a restart, and for its refresh token.
async fn is_over(house: &House, pair: &TokenPair) {
    void(house.accounts.authenticate(&pair.access));
    void(house.accounts.refresh(&pair.refresh).await);
    void(house.another().await.authenticate(&pair.access));
}

#[tokio::test]
async fn a_changed_password_ends_every_session_but_the_one_it_opens() {
    let house = House::open().await;
    let (alice, first) = house.guest("alice").await;
    let second = house.log_in("alice").await;
    let (_, bob) = house.guest("bob").await;
    let wrong = house.accounts.change_password(alice, "wrong", "new password").await.unwrap_err();
    assert!(matches!(&wrong, Error::Invalid(problems) if problems[0].0 == "old_password"), "{wrong}");
    let short = house.accounts.change_password(alice, GOOD, "x").await.unwrap_err();
    assert!(matches!(&short, Error::Invalid(problems) if problems[0].0 == "new_password"), "{short}");
    house.accounts.authenticate(&first.access).unwrap();

    // The clock stands still: tokens before and after the change are of the same microsecond.
    let third = house.accounts.change_password(alice, GOOD, "new password").await.unwrap();
    is_over(&house, &first).await;
    is_over(&house, &second).await;
    house.accounts.authenticate(&third.access).unwrap();
    house.another().await.authenticate(&third.access).unwrap();
    house.accounts.authenticate(&bob.access).unwrap();
    assert!(matches!(house.accounts.log_in("alice", GOOD, HERE).await, Err(Error::WrongCredentials)));
    house.accounts.log_in("alice", "new password", HERE).await.unwrap();
}

#[tokio::test]
async fn a_changed_role_ends_sessions_and_only_superusers_change_it() {
    let house = House::open().await;
    let (alice, pair) = house.guest("alice").await;
    let boss = house.superuser("boss").await;
    let by = house.log_in("boss").await.identity;
    assert_eq!((by.user, by.role), (boss.id, Role::Superuser));
    let refused = house.accounts.set_role(&pair.identity, alice, Role::Superuser).await;
    assert!(matches!(refused, Err(Error::NotAllowed)));
    let raised = house.accounts.set_role(&by, alice, Role::Staff).await.unwrap();
    assert_eq!(raised.role, Role::Staff);
    is_over(&house, &pair).await;
    assert_eq!(house.log_in("alice").await.identity.role, Role::Staff);
    let missing = house.accounts.set_role(&by, UserId(999), Role::Staff).await;
    assert!(matches!(missing, Err(Error::NotFound(_))));
}

#[tokio::test]
async fn a_disabled_account_is_out_at_once_and_stays_out() {
    let house = House::open().await;
    let (alice, pair) = house.guest("alice").await;
    house.superuser("boss").await;
    let by = house.log_in("boss").await.identity;
    house.accounts.set_active(&by, alice, false).await.unwrap();
    is_over(&house, &pair).await;
    assert!(matches!(house.accounts.log_in("alice", GOOD, HERE).await, Err(Error::WrongCredentials)));
    house.accounts.set_active(&by, alice, true).await.unwrap();
    void(house.accounts.authenticate(&pair.access));
    house.log_in("alice").await;
}

#[tokio::test]
async fn staff_disable_film_goers_and_nobody_above() {
    let house = House::open().await;
    let (alice, pair) = house.guest("alice").await;
    let boss = house.superuser("boss").await;
    let usher = house.accounts.create_with_role(&Identity::HOUSE, new("usher", GOOD), Role::Staff).await.unwrap();
    let by = house.log_in("usher").await.identity;
    for above in [boss.id, usher.id] {
        assert!(matches!(house.accounts.set_active(&by, above, false).await, Err(Error::NotAllowed)));
    }
    house.accounts.set_active(&by, alice, false).await.unwrap();
    assert!(matches!(house.accounts.set_active(&pair.identity, alice, true).await, Err(Error::NotAllowed)));
    assert!(matches!(house.accounts.list(&pair.identity, None, 10).await, Err(Error::NotAllowed)));
    let page = house.accounts.list(&by, Some(alice), 1).await.unwrap();
    assert_eq!(page.iter().map(|account| account.id).collect::<Vec<_>>(), [boss.id]);
}

#[tokio::test]
async fn the_last_superuser_stays() {
    let house = House::open().await;
    let boss = house.superuser("boss").await.id;
    let demoted = house.accounts.set_role(&Identity::HOUSE, boss, Role::Staff).await;
    assert!(matches!(demoted, Err(Error::Conflict(_))));
    let disabled = house.accounts.set_active(&Identity::HOUSE, boss, false).await;
    assert!(matches!(disabled, Err(Error::Conflict(_))));
    house.superuser("second").await;
    house.accounts.set_role(&Identity::HOUSE, boss, Role::Staff).await.unwrap();
}

#[tokio::test]
async fn a_password_that_was_set_by_others_ends_sessions() {
    let house = House::open().await;
    let (alice, pair) = house.guest("alice").await;
    let refused = house.accounts.set_password(&pair.identity, alice, "another one").await;
    assert!(matches!(refused, Err(Error::NotAllowed)));
    house.accounts.set_password(&Identity::HOUSE, alice, "another one").await.unwrap();
    is_over(&house, &pair).await;
    let pair = house.accounts.log_in("alice", "another one", HERE).await.unwrap();
    house.accounts.log_out_everywhere(alice).await.unwrap();
    is_over(&house, &pair).await;
}

#[tokio::test]
async fn role_and_sign_in_change_together_or_not_at_all() {
    let house = House::open().await;
    let (alice, pair) = house.guest("alice").await;
    let boss = house.superuser("boss").await;
    let by = house.log_in("boss").await.identity;
    let accounts = &house.accounts;
    let refused = accounts.set_standing(&pair.identity, alice, Some(Role::Superuser), None).await;
    assert!(matches!(refused, Err(Error::NotAllowed)));
    let last = accounts.set_standing(&by, boss.id, Some(Role::Superuser), Some(false)).await;
    assert!(matches!(last, Err(Error::Conflict(_))));
    let same = accounts.set_standing(&by, alice, Some(Role::FilmGoer), Some(true)).await.unwrap();
    assert_eq!((same.role, same.active), (Role::FilmGoer, true));
    accounts.authenticate(&pair.access).unwrap();
    let changed = accounts.set_standing(&by, alice, Some(Role::Staff), Some(false)).await.unwrap();
    assert_eq!((changed.role, changed.active), (Role::Staff, false));
    is_over(&house, &pair).await;
    assert!(matches!(accounts.set_standing(&by, UserId(999), None, None).await, Err(Error::NotFound(_))));
}
