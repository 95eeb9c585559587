//! Who can listen on the way to PostgreSQL, and who can pretend to be it.

use std::{fs, sync::LazyLock};

use houselights_store::{Access, Db, Error, PostgresOptions, Result};
use houselights_testpg::{Cluster, Options, shared};
use tempfile::TempDir;

/// A cluster with a certificate for `localhost`, and two files of authorities: its own and another.
struct House {
    cluster: Cluster,
    folder: TempDir,
}

static HOUSE: LazyLock<House> = LazyLock::new(|| {
    let own = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    let other = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("own.pem"), own.cert.pem()).unwrap();
    fs::write(folder.path().join("other.pem"), other.cert.pem()).unwrap();
    fs::write(folder.path().join("empty.pem"), "").unwrap();
    let files = vec![
        ("server.crt".into(), own.cert.pem().into_bytes()),
        ("server.key".into(), own.signing_key.serialize_pem().into_bytes()),
    ];
    let settings = vec![("ssl".into(), "on".into())];
    House { cluster: Cluster::start(&Options { settings, files, ..Options::default() }).unwrap(), folder }
});

/// Whether the connection was encrypted, as the server sees it.
async fn open(cluster: &Cluster, host: &str, query: &str) -> Result<bool> {
    let url = cluster.url("postgres").replace("127.0.0.1", host).replace("sslmode=disable", query);
    let options = PostgresOptions { wait: std::time::Duration::from_secs(20), ..PostgresOptions::at(url) };
    let db = Db::open_postgres(options, Access::Read).await?;
    let encrypted = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    houselights_store::Query::rows(&db, encrypted, vec![]).await?.remove(0).next()
}

fn verified(file: &str) -> String {
    format!("sslmode=verify-full&sslrootcert={}", HOUSE.folder.path().join(file).display())
}

#[tokio::test]
async fn each_mode_encrypts_as_it_says() {
    let house = &HOUSE.cluster;
    assert!(!open(house, "127.0.0.1", "sslmode=disable").await.unwrap());
    assert!(open(house, "127.0.0.1", "sslmode=prefer").await.unwrap());
    assert!(open(house, "127.0.0.1", "").await.unwrap());
    assert!(open(house, "127.0.0.1", "sslmode=require").await.unwrap());
    assert!(open(house, "localhost", &verified("own.pem")).await.unwrap());
    // The shared cluster has no certificate.
    assert!(!open(shared(), "127.0.0.1", "sslmode=prefer").await.unwrap());
    assert!(open(shared(), "127.0.0.1", "sslmode=require").await.is_err());
}

#[tokio::test]
async fn whoever_cannot_prove_to_be_the_server_is_not_talked_to() {
    let house = &HOUSE.cluster;
    for (host, query, why) in [
        ("127.0.0.1", verified("own.pem"), "certificate"),
        ("localhost", verified("other.pem"), "certificate"),
        ("localhost", "sslmode=verify-full".to_owned(), "certificate"),
    ] {
        let refused = open(house, host, &query).await.unwrap_err();
        assert!(matches!(&refused, Error::Unavailable(said) if said.contains(why)), "{host} {query}: {refused:?}");
    }
    for file in ["empty.pem", "missing.pem"] {
        let refused = open(house, "localhost", &verified(file)).await.unwrap_err();
        assert!(matches!(&refused, Error::Setup(said) if said.contains(file)), "{refused:?}");
    }
}
