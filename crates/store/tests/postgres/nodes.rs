//! Nodes that start and work beside each other.

use std::sync::Arc;

use houselights_store::{Access, Db, Error, Query, Result, SchemaState, cold::turns, params};
use houselights_testpg::shared;
use tokio::sync::Notify;

use crate::kit;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_start_at_once_make_the_schema_once() {
    let database = shared().empty().unwrap();
    let starts: Vec<_> =
        (0..4).map(|_| tokio::spawn(Db::open_postgres(kit::patient(&database.url()), Access::Serve))).collect();
    for start in starts {
        let db = start.await.unwrap().unwrap();
        assert!(matches!(db.schema(), SchemaState::Current(_)), "{:?}", db.schema());
    }
    let db = Db::open_postgres(kit::patient(&database.url()), Access::Read).await.unwrap();
    let SchemaState::Current(version) = db.schema() else { panic!("{:?}", db.schema()) };
    let steps = db.rows("SELECT version FROM refinery_schema_history", params![]).await.unwrap();
    assert_eq!(u32::try_from(steps.len()).unwrap(), version);
}

#[tokio::test]
async fn who_looks_makes_nothing_and_a_newer_schema_is_refused() {
    let database = shared().empty().unwrap();
    let db = Db::open_postgres(kit::patient(&database.url()), Access::Read).await.unwrap();
    assert!(matches!(db.schema(), SchemaState::Behind { at: 0, .. }));
    assert!(db.rows("SELECT 1 FROM cinemas", params![]).await.is_err());
    let db = Db::open_postgres(kit::patient(&database.url()), Access::Maintain).await.unwrap();
    let newer = db.write(|tx| {
        Box::pin(async move {
            let history = "INSERT INTO refinery_schema_history SELECT 999, name, applied_on, checksum
                           FROM refinery_schema_history LIMIT 1";
            tx.rows(history, params![]).await?;
            tx.rows("UPDATE meta SET value = '999' WHERE name = 'works_with'", params![]).await.map(drop)
        })
    });
    newer.await.unwrap();
    for access in [Access::Serve, Access::Maintain, Access::Read] {
        let why = Db::open_postgres(kit::patient(&database.url()), access).await.unwrap_err();
        assert!(matches!(&why, Error::Setup(said) if said.contains("newer Houselights")), "{why:?}");
    }
}

async fn take_accounts(db: &Db) {
    let taken: Result<()> = db.write(|tx| Box::pin(turns::accounts(tx))).await;
    taken.unwrap();
}

async fn take_programme(db: &Db) {
    let taken: Result<()> = db.write(|tx| Box::pin(async move { turns::programme(tx).await.map(drop) })).await;
    taken.unwrap();
}

#[tokio::test]
async fn a_change_of_the_programme_is_noticed_on_the_other_node_once() {
    let database = kit::postgres();
    let (one, other) = (kit::open(&database).await, kit::open(&database).await);
    assert!(!other.changed_elsewhere().await.unwrap());
    take_accounts(&one).await;
    assert!(!other.changed_elsewhere().await.unwrap());
    take_programme(&one).await;
    assert!(other.changed_elsewhere().await.unwrap());
    assert!(!other.changed_elsewhere().await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_takes_a_turn_has_the_matter_alone() {
    let database = kit::postgres();
    let db = kit::open(&database).await;
    let (has_it, let_go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let first = tokio::spawn({
        let (db, has_it, let_go) = (db.clone(), Arc::clone(&has_it), Arc::clone(&let_go));
        async move {
            let held = db.write::<_, Error, _>(move |tx| {
                Box::pin(async move {
                    turns::programme(tx).await?;
                    has_it.notify_one();
                    let_go.notified().await;
                    Ok(())
                })
            });
            held.await.unwrap();
        }
    });
    has_it.notified().await;
    take_accounts(&db).await;
    let second = tokio::spawn({
        let db = db.clone();
        async move { take_programme(&db).await }
    });
    let waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while db.rows(waiting, params![]).await.unwrap().is_empty() {
        assert!(!second.is_finished());
    }
    let_go.notify_one();
    first.await.unwrap();
    second.await.unwrap();
}
