//! Nodes that wake each other; only PostgreSQL has any.

use std::time::Duration;

use houselights_store::{Bell, Query};

use crate::kit;

const PATIENCE: Duration = Duration::from_secs(30);

async fn hears(bell: &Bell) {
    tokio::time::timeout(PATIENCE, bell.heard()).await.unwrap();
}

#[tokio::test]
async fn who_rings_is_heard_by_others_and_after_a_cut_again() {
    let database = kit::postgres();
    let (here, there) = (kit::open(&database).await, kit::open(&database).await);
    let (mine, yours) = (here.bell().unwrap(), there.bell().unwrap());
    // Whoever begins to listen is to look: there may be news already.
    hears(&mine).await;
    hears(&yours).await;
    for _ in 0..3 {
        mine.ring();
        hears(&yours).await;
    }
    yours.ring();
    hears(&mine).await;

    let cut = "SELECT CAST(count(pg_terminate_backend(pid)) AS BIGINT) FROM pg_stat_activity
               WHERE datname = current_database() AND query LIKE '%houselights_seats%' AND pid <> pg_backend_pid()";
    _ = here.rows(cut, vec![]).await.unwrap();
    // Both notice that they may have missed something, and are there again.
    hears(&mine).await;
    hears(&yours).await;
    mine.ring();
    hears(&yours).await;
}

#[tokio::test]
async fn an_embedded_database_has_no_bell() {
    let folder = tempfile::tempdir().unwrap();
    assert!(kit::sqlite(folder.path()).await.bell().is_none());
}
