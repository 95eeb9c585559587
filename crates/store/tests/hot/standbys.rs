//! A database with standbys: what only the primary has is not acknowledged, and the primary is found among several.

use std::time::Duration;

use houselights_domain::UtcMicros;
use houselights_store::{Access, Db, Error, PostgresOptions, Query, hot::Command};
use houselights_testpg::{Cluster, Options};

use crate::fixture::{House, actor, claim, lane};

/// A primary that others are to be set up around, and somebody who may do everything there.
async fn primary(settings: &[(&str, &str)]) -> (Cluster, tokio_postgres::Client) {
    let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let cluster = Cluster::start(&Options { settings, ..Options::default() }).unwrap();
    let (admin, connection) = tokio_postgres::connect(&cluster.url("postgres"), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    (cluster, admin)
}

async fn set(admin: &tokio_postgres::Client, name: &str, value: &str) {
    admin.batch_execute(&format!("ALTER SYSTEM SET {name} = '{value}'")).await.unwrap();
    admin.batch_execute("SELECT pg_reload_conf()").await.unwrap();
    while admin.query_one(&format!("SHOW {name}"), &[]).await.unwrap().get::<_, String>(0) != value {
        tokio::task::yield_now().await;
    }
}

async fn numbers(admin: &tokio_postgres::Client, sql: &str) -> Vec<i32> {
    admin.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

fn wanted() -> [Command; 1] {
    [Command { actor: actor(1), action: claim(1, &[7], None), key: None }]
}

/// A commit that waits for a standby is cut off: it is there when one looks, and would be gone after a failover.
async fn cut_off(known: bool, waiting: &str) {
    let (cluster, admin) = primary(&[]).await;
    let options = PostgresOptions { limit: Duration::from_millis(500), ..PostgresOptions::at(cluster.url("postgres")) };
    let house = House::on(Db::open_postgres(options, Access::Serve).await.unwrap()).await;
    let mut lane = lane(&house.db).await;
    if known {
        let before = [Command { actor: actor(1), action: claim(1, &[8], None), key: None }];
        assert!(lane.apply(&before, UtcMicros(1_000)).await.decisions[0].as_ref().unwrap().is_ok());
    }
    set(&admin, "synchronous_standby_names", "nobody").await;
    let waiting = format!("SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query LIKE '{waiting}%'");
    // Until the checkpointer has read the new setting, which nobody is told, commits wait for no standby.
    for seat in 9.. {
        let sale = [Command { actor: actor(1), action: claim(1, &[seat], None), key: None }];
        let selling = tokio::spawn(async move {
            let applied = lane.apply(&sale, UtcMicros(1_000)).await;
            (lane, applied)
        });
        let cut = loop {
            let ended = selling.is_finished();
            let found = numbers(&admin, &waiting).await.first().copied();
            if found.is_some() || ended {
                break found;
            }
        };
        if let Some(cut) = cut {
            admin.batch_execute(&format!("SELECT pg_terminate_backend({cut})")).await.unwrap();
        }
        let (went_on, mut applied) = selling.await.unwrap();
        let decision = applied.decisions.remove(0);
        if cut.is_some() {
            assert!(matches!(decision, Err(Error::Unknown(_))), "{decision:?}");
            let there = format!("SELECT seat_number::int FROM bookings WHERE seat_number = {seat}");
            return assert_eq!(numbers(&admin, &there).await, [i32::try_from(seat).unwrap()], "the primary has it");
        }
        assert!(decision.unwrap().is_ok());
        lane = went_on;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_no_standby_has_is_not_acknowledged() {
    cut_off(false, "COMMIT").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sale_of_one_statement_that_no_standby_has_is_not_acknowledged() {
    cut_off(true, "WITH advanced").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_has_become_one_to_a_standby_is_given_up() {
    let (cluster, admin) = primary(&[]).await;
    let options = PostgresOptions { limit: Duration::from_millis(300), ..PostgresOptions::at(cluster.url("postgres")) };
    let house = House::on(Db::open_postgres(options, Access::Serve).await.unwrap()).await;
    let mut lane = lane(&house.db).await;
    let ours = "SELECT pid FROM pg_stat_activity WHERE application_name = 'houselights'";
    assert!(lane.apply(&wanted(), UtcMicros(1_000)).await.decisions[0].as_ref().unwrap().is_ok());
    let before = numbers(&admin, ours).await;
    // A standby refuses to write in the same words.
    set(&admin, "default_transaction_read_only", "on").await;
    let again = [Command { actor: actor(1), action: claim(1, &[8], None), key: None }];
    let decision = lane.apply(&again, UtcMicros(1_000)).await.decisions.remove(0);
    assert!(matches!(decision, Err(Error::Unavailable(_))), "{decision:?}");
    let given_up = async {
        loop {
            let now = numbers(&admin, ours).await;
            if before.iter().any(|connection| !now.contains(connection)) {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), given_up).await.unwrap();
    let writes = house.db.write(|tx| {
        Box::pin(async move { tx.rows("UPDATE shows SET revision = revision WHERE id = 1", vec![]).await.map(drop) })
    });
    assert!(matches!(writes.await, Err(Error::Unavailable(_))));
}

/// Before the primary stand one that takes connections and says nothing, one where nobody listens, and a standby.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_primary_is_found_among_several_hosts_in_the_time_of_one_connection() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let hung = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (standby, _) = primary(&[("default_transaction_read_only", "on")]).await;
    let (cluster, _) = primary(&[]).await;
    let hosts = format!(
        "127.0.0.1:{},127.0.0.1:{silent},127.0.0.1:{},127.0.0.1:{}",
        hung.local_addr().unwrap().port(),
        standby.port(),
        cluster.port()
    );
    let url = cluster.url("postgres").replace(&format!("127.0.0.1:{}", cluster.port()), &hosts);
    let db = Db::open_postgres(PostgresOptions::at(url), Access::Serve).await.unwrap();
    let port: i64 = db.rows("SELECT inet_server_port()::bigint", vec![]).await.unwrap()[0].next().unwrap();
    assert_eq!(port, i64::from(cluster.port()));
    let mut lane = lane(&House::on(db).await.db).await;
    assert!(lane.apply(&wanted(), UtcMicros(1_000)).await.decisions[0].as_ref().unwrap().is_ok());
}
