//! A database that is away, and comes back.

use std::time::{Duration, Instant};

use houselights_store::{Access, Db, Error, PostgresOptions, Query, Result, params};
use houselights_testpg::{Cluster, Options, Stop};

async fn ask(db: &Db) -> Result<usize> {
    Ok(db.rows("SELECT 1", params![]).await?.len())
}

async fn write(db: &Db) -> Result<usize> {
    db.write(|tx| Box::pin(async move { Ok(tx.rows("SELECT 1", params![]).await?.len()) })).await
}

#[tokio::test]
async fn it_is_unavailable_in_two_seconds_and_back_at_once() {
    let cluster = Cluster::start(&Options::default()).unwrap();
    let db = Db::open_postgres(PostgresOptions::at(cluster.url("postgres")), Access::Serve).await.unwrap();
    for how in [Stop::Immediate, Stop::Fast] {
        assert_eq!(ask(&db).await.unwrap() + write(&db).await.unwrap(), 2);
        cluster.stop(how).unwrap();
        let begun = Instant::now();
        let answers = [ask(&db).await, write(&db).await];
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
        assert!(answers.iter().all(|answer| matches!(answer, Err(Error::Unavailable(_)))), "{answers:?}");
        cluster.start_again().unwrap();
        assert_eq!(ask(&db).await.unwrap() + write(&db).await.unwrap(), 2);
    }
}

#[tokio::test]
async fn one_that_never_answers_is_unavailable_too() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("postgres://ann:secret@{}/x?sslmode=disable", silent.local_addr().unwrap());
    let begun = Instant::now();
    let why = Db::open_postgres(PostgresOptions::at(url), Access::Read).await.unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(2) && matches!(why, Error::Unavailable(_)), "{why:?}");
    assert!(!why.to_string().contains("secret"));
}

#[tokio::test]
async fn a_database_that_is_not_there_or_loses_what_it_acknowledged_is_not_opened() {
    let database = crate::kit::postgres();
    let name = database.url().rsplit_once('/').unwrap().1.split_once('?').unwrap().0.to_owned();
    let elsewhere = database.url().replace(&name, "nowhere");
    let why = Db::open_postgres(crate::kit::patient(&elsewhere), Access::Serve).await.unwrap_err();
    assert!(matches!(&why, Error::Setup(said) if said.contains("nowhere")), "{why:?}");
    let (client, connection) = tokio_postgres::connect(&database.url(), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute(&format!("ALTER DATABASE {name} SET synchronous_commit = off")).await.unwrap();
    let why = Db::open_postgres(crate::kit::patient(&database.url()), Access::Serve).await.unwrap_err();
    assert!(matches!(&why, Error::Setup(said) if said.contains("synchronous_commit")), "{why:?}");
}
