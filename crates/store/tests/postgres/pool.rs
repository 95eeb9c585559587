//! The pool and transactions: bounded in number and in time, and nobody inherits what another left behind.

use std::time::Duration;

use houselights_store::{Access, Db, Error, PostgresOptions, Query, Result, params};
use houselights_testpg::Database;

use crate::kit;

const BRIEF: Duration = Duration::from_millis(300);

/// One connection, so that whatever is left on it is met by the next.
async fn narrow(database: &Database) -> Db {
    let options = PostgresOptions { connections: 1, limit: BRIEF, ..kit::patient(&database.url()) };
    Db::open_postgres(options, Access::Serve).await.unwrap()
}

async fn mark(db: &Db, name: &'static str) -> Result<()> {
    let insert = "INSERT INTO meta (name, value) VALUES ($1, '')";
    db.write(move |tx| Box::pin(async move { tx.rows(insert, params![name]).await.map(drop) })).await
}

async fn marks(db: &Db) -> Vec<String> {
    let mut rows = db.rows("SELECT name FROM meta WHERE name LIKE 'm%' ORDER BY name", params![]).await.unwrap();
    rows.iter_mut().map(|row| row.next().unwrap()).collect()
}

#[tokio::test]
async fn what_fails_or_panics_leaves_no_trace() {
    let database = kit::postgres();
    let db = narrow(&database).await;
    mark(&db, "m1").await.unwrap();
    let insert = "INSERT INTO meta (name, value) VALUES ('m2', '')";
    let refused: Result<()> = db
        .write(move |tx| {
            Box::pin(async move {
                tx.rows(insert, params![]).await?;
                Err(Error::Bug("no".into()))
            })
        })
        .await;
    assert!(matches!(refused, Err(Error::Bug(_))));
    let panicked: Result<()> = db
        .write(move |tx| {
            Box::pin(async move {
                tx.rows(insert, params![]).await?;
                panic!("in the middle")
            })
        })
        .await;
    assert!(matches!(&panicked, Err(Error::Bug(said)) if said.contains("panicked")), "{panicked:?}");
    assert!(matches!(mark(&db, "m1").await, Err(Error::Taken(_))));
    assert_eq!(marks(&db).await, ["m1"]);
    mark(&db, "m3").await.unwrap();
    assert_eq!(marks(&db).await, ["m1", "m3"]);
}

#[tokio::test]
async fn what_takes_too_long_is_ended_and_the_next_one_served() {
    let database = kit::postgres();
    let db = narrow(&database).await;
    let slow = db.rows("SELECT CAST(pg_sleep(60) AS TEXT)", params![]).await;
    assert!(matches!(slow, Err(Error::Unavailable(_))), "{slow:?}");
    let slow: Result<()> = db
        .write(|tx| Box::pin(async move { tx.rows("SELECT CAST(pg_sleep(60) AS TEXT)", params![]).await.map(drop) }))
        .await;
    assert!(matches!(slow, Err(Error::Unavailable(_))), "{slow:?}");
    mark(&db, "m1").await.unwrap();
    assert_eq!(marks(&db).await, ["m1"]);
}

#[tokio::test]
async fn who_finds_no_free_connection_waits_a_bounded_time() {
    let database = kit::postgres();
    let options = PostgresOptions { connections: 1, wait: BRIEF, ..kit::patient(&database.url()) };
    let db = Db::open_postgres(options, Access::Serve).await.unwrap();
    let other = db.clone();
    let inside: Result<()> = db
        .write(move |_| {
            Box::pin(async move {
                let none = other.rows("SELECT 1", params![]).await;
                assert!(matches!(&none, Err(Error::Unavailable(said)) if said.contains("no connection")), "{none:?}");
                Ok(())
            })
        })
        .await;
    inside.unwrap();
    assert_eq!(db.rows("SELECT 1", params![]).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_caller_who_goes_away_does_not_cut_a_transaction_off() {
    let database = kit::postgres();
    let db = narrow(&database).await;
    tokio::select! {
        biased;
        done = mark(&db, "m1") => panic!("it never waited: {done:?}"),
        () = std::future::ready(()) => {}
    }
    // Once it has begun, the only connection is free again when that transaction has ended.
    tokio::task::yield_now().await;
    assert_eq!(marks(&db).await, ["m1"]);
}

#[tokio::test]
async fn a_statement_by_itself_cannot_write_and_no_setting_outlives_a_transaction() {
    let database = kit::postgres();
    let db = narrow(&database).await;
    let written = db.rows("INSERT INTO meta (name, value) VALUES ('m1', '') RETURNING name", params![]).await;
    assert!(written.is_err());
    mark(&db, "m2").await.unwrap();
    assert_eq!(marks(&db).await, ["m2"]);
    let mut left = db.rows("SELECT current_setting('lock_timeout')", params![]).await.unwrap();
    assert_eq!(left[0].next::<String>().unwrap(), "0");
}

#[tokio::test]
async fn a_snapshot_sees_one_state_and_writes_nothing() {
    let database = kit::postgres();
    let db = kit::open(&database).await;
    let other = db.clone();
    let seen: Result<(usize, usize)> = db
        .snapshot(move |tx| {
            Box::pin(async move {
                let count = "SELECT name FROM meta WHERE name LIKE 'm%'";
                let before = tx.rows(count, params![]).await?.len();
                mark(&other, "m1").await?;
                Ok((before, tx.rows(count, params![]).await?.len()))
            })
        })
        .await;
    assert_eq!(seen.unwrap(), (0, 0));
    let deleted: Result<()> =
        db.snapshot(|tx| Box::pin(async move { tx.rows("DELETE FROM meta", params![]).await.map(drop) })).await;
    assert!(deleted.is_err());
    assert_eq!(marks(&db).await, ["m1"]);
}

#[tokio::test]
async fn a_transaction_that_hides_a_fault_is_not_said_to_have_been_carried_out() {
    let database = kit::postgres();
    let db = narrow(&database).await;
    let hidden: Result<()> = db
        .write(|tx| {
            Box::pin(async move {
                tx.rows("INSERT INTO meta (name, value) VALUES ('m1', '')", params![]).await?;
                assert!(tx.rows("SELECT nothing", params![]).await.is_err());
                Ok(())
            })
        })
        .await;
    assert!(hidden.is_err());
    assert!(marks(&db).await.is_empty());
}
