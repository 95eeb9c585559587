//! Sessions and their refresh tokens.

use houselights_domain::{UserId, UtcMicros};
use houselights_store::{
    Db, Result,
    cold::{
        sessions::{self, NewSession, Revoked, Rotation},
        users,
    },
};

use crate::users::make;

async fn open(db: &Db, user: UserId, expires_at: i64) -> i64 {
    let new = NewSession { user, refresh_jti: "j1".into(), now: UtcMicros(1), expires_at: UtcMicros(expires_at) };
    let opened: Result<i64> = db.write(move |tx| Box::pin(async move { sessions::insert(tx, new).await })).await;
    opened.unwrap()
}

async fn rotate(db: &Db, session: i64, user: UserId, jtis: (&str, &str), now: i64) -> bool {
    let (old_jti, new_jti) = (jtis.0.to_owned(), jtis.1.to_owned());
    let rotation = Rotation { session, user, old_jti, new_jti, now: UtcMicros(now), expires_at: UtcMicros(now + 100) };
    let taken: Result<bool> = db.write(move |tx| Box::pin(async move { sessions::rotate(tx, rotation).await })).await;
    taken.unwrap()
}

async fn revoke(db: &Db, session: i64, now: i64) -> bool {
    let revoked: Result<bool> =
        db.write(move |tx| Box::pin(async move { sessions::revoke(tx, session, UtcMicros(now)).await })).await;
    revoked.unwrap()
}

pub(crate) async fn a_refresh_token_is_taken_once(db: &Db) {
    let user = make(db, "alice").await.unwrap();
    let other = make(db, "bob").await.unwrap();
    let session = open(db, user, 100).await;
    assert!(!rotate(db, session, other, ("j1", "j2"), 10).await);
    assert!(rotate(db, session, user, ("j1", "j2"), 10).await);
    assert!(!rotate(db, session, user, ("j1", "j3"), 10).await);
    assert!(!sessions::is_current(db, session, "j1", UtcMicros(10)).await.unwrap());
    assert!(sessions::is_current(db, session, "j2", UtcMicros(109)).await.unwrap());
    assert!(rotate(db, session, user, ("j2", "j3"), 109).await);
    assert!(!rotate(db, session + 1, user, ("j3", "j4"), 109).await);
}

pub(crate) async fn an_expired_session_takes_nothing(db: &Db) {
    let user = make(db, "alice").await.unwrap();
    let session = open(db, user, 100).await;
    assert!(!rotate(db, session, user, ("j1", "j2"), 100).await);
    assert!(!sessions::is_current(db, session, "j1", UtcMicros(100)).await.unwrap());
    assert!(sessions::is_current(db, session, "j1", UtcMicros(99)).await.unwrap());
}

pub(crate) async fn a_revoked_session_takes_nothing(db: &Db) {
    let user = make(db, "alice").await.unwrap();
    let session = open(db, user, 100).await;
    assert!(revoke(db, session, 5).await);
    assert!(!revoke(db, session, 6).await);
    assert!(!revoke(db, session + 1, 6).await);
    assert!(!rotate(db, session, user, ("j1", "j2"), 10).await);
    assert!(!sessions::is_current(db, session, "j1", UtcMicros(10)).await.unwrap());
}

pub(crate) async fn all_sessions_of_one_user_end(db: &Db) {
    let (alice, bob) = (make(db, "alice").await.unwrap(), make(db, "bob").await.unwrap());
    let mine = [open(db, alice, 100).await, open(db, alice, 100).await];
    let ended_before = open(db, alice, 100).await;
    let theirs = open(db, bob, 100).await;
    revoke(db, ended_before, 5).await;
    let ended: Result<Vec<i64>> =
        db.write(move |tx| Box::pin(async move { sessions::revoke_all(tx, alice, UtcMicros(9)).await })).await;
    let mut ended = ended.unwrap();
    ended.sort_unstable();
    assert_eq!(ended, mine);
    assert!(sessions::is_current(db, theirs, "j1", UtcMicros(10)).await.unwrap());
}

pub(crate) async fn revocations_are_read_page_by_page(db: &Db) {
    let user = make(db, "alice").await.unwrap();
    let mut revoked = Vec::new();
    let row = |session, at, used| Revoked { session, at: UtcMicros(at), last_used_at: UtcMicros(used) };
    // The third clock stands still and the fourth is wrong; they come after the others all the same.
    for (now, at) in [(5, 5), (7, 7), (7, 8), (2, 9)] {
        let session = open(db, user, 100).await;
        revoke(db, session, now).await;
        revoked.push(row(session, at, 1));
    }
    // Their last tokens are from a clock that is ahead, and the first node's is not.
    for _ in 0..2 {
        let session = open(db, user, 100).await;
        assert!(rotate(db, session, user, ("j1", "j2"), 50).await);
        assert!(rotate(db, session, user, ("j2", "j3"), 20).await);
        revoked.push(row(session, 50, 50));
    }
    let all: Result<Vec<i64>> =
        db.write(move |tx| Box::pin(async move { sessions::revoke_all(tx, user, UtcMicros(10)).await })).await;
    assert_eq!(all.unwrap().len(), 2);
    open(db, user, 100).await;
    let first = sessions::revoked_since(db, UtcMicros(5), i64::MAX, 1).await.unwrap();
    assert_eq!(first, revoked[1..2]);
    assert_eq!(sessions::revoked_since(db, first[0].at, first[0].session, 10).await.unwrap(), revoked[2..]);
    assert_eq!(sessions::revoked_since(db, UtcMicros(50), revoked[4].session, 10).await.unwrap(), revoked[5..]);
}

pub(crate) async fn a_purge_takes_a_slice_of_the_expired(db: &Db) {
    let user = make(db, "alice").await.unwrap();
    for end in [10, 20, 30, 90] {
        open(db, user, end).await;
    }
    let purge = || db.write(|tx| Box::pin(async move { sessions::purge_expired(tx, UtcMicros(50), 2).await }));
    assert!(sessions::any_expired(db, UtcMicros(50)).await.unwrap());
    let first: Result<usize> = purge().await;
    assert_eq!(first.unwrap(), 2);
    assert_eq!(purge().await.unwrap(), 1);
    assert!(!sessions::any_expired(db, UtcMicros(50)).await.unwrap());
    assert!(sessions::any_expired(db, UtcMicros(91)).await.unwrap());
}

pub(crate) async fn a_browser_s_session_is_found_by_its_proof_and_prolonged(db: &Db) {
    let alice = make(db, "alice").await.unwrap();
    let session = open(db, alice, 100).await;
    let found = async |session, proof, now| sessions::browser(db, session, proof, UtcMicros(now)).await.unwrap();
    let row = found(session, "j1", 99).await.unwrap();
    assert_eq!((row.user, row.username.as_str(), row.expires_at), (alice, "alice", UtcMicros(100)));
    for (other, proof, now) in [(session, "j2", 10), (session + 1, "j1", 10), (session, "j1", 100)] {
        assert_eq!(found(other, proof, now).await, None);
    }

    let prolong = async |now| {
        let (now, until) = (UtcMicros(now), UtcMicros(now + 100));
        let done: Result<bool> =
            db.write(move |tx| Box::pin(async move { sessions::prolong(tx, session, now, until).await })).await;
        done.unwrap()
    };
    assert!(prolong(60).await);
    let row = found(session, "j1", 120).await.unwrap();
    assert_eq!((row.last_used_at, row.expires_at), (UtcMicros(60), UtcMicros(160)));
    assert!(!prolong(160).await, "it has ended by itself");
    revoke(db, session, 130).await;
    assert_eq!(found(session, "j1", 131).await, None);
    assert!(!prolong(131).await, "it was ended");

    let another = open(db, alice, 100).await;
    let disabled: Result<bool> =
        db.write(move |tx| Box::pin(async move { users::set_active(tx, alice, false).await })).await;
    assert!(disabled.unwrap());
    assert_eq!(found(another, "j1", 10).await, None);
}
