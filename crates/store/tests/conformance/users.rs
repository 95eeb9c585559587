//! Accounts.

use houselights_domain::{Role, UserId, UtcMicros};
use houselights_store::{
    Db, Error, Result,
    cold::users::{self, NewUser},
};

pub(crate) async fn make(db: &Db, username: &str) -> Result<UserId> {
    let user = NewUser {
        username: username.into(),
        email: "a@example.org".into(),
        password_hash: "hash".into(),
        role: Role::FilmGoer,
        created_at: UtcMicros(1),
    };
    db.write(move |tx| Box::pin(async move { users::insert(tx, user).await })).await
}

pub(crate) async fn a_user_is_stored_and_found(db: &Db) {
    let id = make(db, "Ádám").await.unwrap();
    let user = users::by_username(db, "Ádám").await.unwrap().unwrap();
    assert_eq!((user.id, user.email.as_str(), user.password_hash.as_str()), (id, "a@example.org", "hash"));
    assert_eq!((user.role, user.active, user.created_at), (Role::FilmGoer, true, UtcMicros(1)));
    assert_eq!(user.last_login_at, None);
    assert_eq!(users::by_id(db, id).await.unwrap(), Some(user));
    assert_eq!(users::by_username(db, "ádám").await.unwrap(), None);
    assert_eq!(users::by_id(db, UserId(999)).await.unwrap(), None);
}

pub(crate) async fn a_name_is_given_once(db: &Db) {
    make(db, "alice").await.unwrap();
    assert!(matches!(make(db, "alice").await, Err(Error::Taken(_))));
    make(db, "Alice").await.unwrap();
}

pub(crate) async fn pages_follow_each_other(db: &Db) {
    for name in ["a", "b", "c"] {
        make(db, name).await.unwrap();
    }
    let first = users::list(db, UserId(0), 2).await.unwrap();
    let second = users::list(db, first[1].id, 2).await.unwrap();
    let names: Vec<&str> = first.iter().chain(&second).map(|user| user.username.as_str()).collect();
    assert_eq!(names, ["a", "b", "c"]);
}

pub(crate) async fn changes_are_kept(db: &Db) {
    let id = make(db, "alice").await.unwrap();
    let changed = |user: UserId| {
        db.write(move |tx| {
            Box::pin(async move {
                let role = users::set_role(tx, user, Role::Superuser).await?;
                let hash = users::set_password_hash(tx, user, "new").await?;
                Ok::<_, Error>((role, hash))
            })
        })
    };
    assert_eq!(changed(id).await.unwrap(), (true, true));
    assert_eq!(changed(UserId(999)).await.unwrap(), (false, false));
    assert_eq!(users::count_active(db, Role::Superuser).await.unwrap(), 1);
    let disable = |user: UserId| db.write(move |tx| Box::pin(async move { users::set_active(tx, user, false).await }));
    assert!(disable(id).await.unwrap());
    let missing: Result<bool> = disable(UserId(999)).await;
    assert!(!missing.unwrap());
    assert_eq!(users::count_active(db, Role::Superuser).await.unwrap(), 0);
    let user = users::by_id(db, id).await.unwrap().unwrap();
    assert_eq!((user.role, user.active, user.password_hash.as_str()), (Role::Superuser, false, "new"));
}

pub(crate) async fn a_hash_is_replaced_only_if_it_is_the_one_expected(db: &Db) {
    let id = make(db, "alice").await.unwrap();
    for (old, new, replaced) in [("hash", "second", true), ("hash", "third", false)] {
        let result: Result<bool> =
            db.write(move |tx| Box::pin(async move { users::replace_password_hash(tx, id, old, new).await })).await;
        assert_eq!(result.unwrap(), replaced);
    }
    assert_eq!(users::by_id(db, id).await.unwrap().unwrap().password_hash, "second");
}

pub(crate) async fn a_login_counts_only_for_the_password_that_was_checked(db: &Db) {
    let id = make(db, "alice").await.unwrap();
    let mark = |hash: &'static str| {
        db.write(move |tx| Box::pin(async move { users::mark_login(tx, id, hash, UtcMicros(5)).await }))
    };
    let wrong: Result<Option<Role>> = mark("other").await;
    assert_eq!(wrong.unwrap(), None);
    assert_eq!(mark("hash").await.unwrap(), Some(Role::FilmGoer));
    assert_eq!(users::by_id(db, id).await.unwrap().unwrap().last_login_at, Some(UtcMicros(5)));
    let disabled: Result<bool> =
        db.write(move |tx| Box::pin(async move { users::set_active(tx, id, false).await })).await;
    assert!(disabled.unwrap());
    assert_eq!(mark("hash").await.unwrap(), None);
}
