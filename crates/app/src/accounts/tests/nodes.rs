//! Two nodes on one PostgreSQL: a token of one is good at the other, or the other does not start.

use houselights_store::PostgresOptions;
use houselights_testpg::{Database, shared};

use super::*;

async fn start(database: &Database, keys: SigningKeys) -> Result<Arc<Accounts>> {
    let minute = Duration::from_mins(1);
    let options =
        PostgresOptions { connections: 2, wait: minute, limit: minute, ..PostgresOptions::at(database.url()) };
    let db = Db::open_postgres(options, Access::Serve).await?;
    let (clock, entropy) = (Arc::new(FakeClock::at(NOON)), Arc::new(CountingEntropy::default()));
    Accounts::open(db, clock, entropy, keys, settings()).await
}

fn refused(started: Result<Arc<Accounts>>) {
    let why = started.unwrap_err();
    assert!(matches!(why, Error::Store(houselights_store::Error::Setup(_))), "{why:?}");
    for word in ["another key", "same signing_key", "forget-signing-key"] {
        assert!(why.to_string().contains(word), "{why}");
    }
    assert!(!why.to_string().contains(SECRET), "{why}");
}

fn secret(letter: &str) -> String {
    letter.repeat(32)
}

#[tokio::test]
async fn a_node_with_a_key_of_its_own_is_refused_and_one_with_the_same_knows_every_token() {
    let database = shared().empty().unwrap();
    // Neither has been given a key, so each has made one in its own folder.
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let keys = || {
        folders.each_ref().map(|folder| {
            SigningKeys::load_or_create(folder.path(), NOON, &crate::entropy::SystemEntropy::default()).unwrap()
        })
    };
    let [own, other] = keys();
    let first = start(&database, own).await.unwrap();
    refused(start(&database, other.clone()).await);
    refused(start(&database, SigningKeys::from_secret(SECRET).unwrap()).await);
    // Started again, it finds its own folder's key.
    let [own, _] = keys();
    let second = start(&database, own).await.unwrap();
    first.sign_up(new("alice", GOOD)).await.unwrap();
    let pair = first.log_in("alice", GOOD, HERE).await.unwrap();
    second.authenticate(&pair.access).unwrap();
    assert!(forget_signing_key(&first.db).await.unwrap());
    assert!(!forget_signing_key(&first.db).await.unwrap());
    start(&database, other).await.unwrap();
}

#[tokio::test]
async fn who_signs_nothing_is_in_no_nodes_way() {
    let database = shared().empty().unwrap();
    let aside = async |letter: &str| {
        let db = Db::open_postgres(PostgresOptions::at(database.url()), Access::Maintain).await.unwrap();
        let (clock, entropy) = (Arc::new(FakeClock::at(NOON)), Arc::new(CountingEntropy::default()));
        let accounts = Accounts::without_tokens(db, clock, entropy, settings()).await.unwrap();
        accounts.create_superuser(new(letter, GOOD)).await.unwrap();
    };
    // Before the first node, and beside it.
    aside("alice").await;
    let node = start(&database, SigningKeys::from_secret(SECRET).unwrap()).await.unwrap();
    aside("bob").await;
    node.log_in("alice", GOOD, HERE).await.unwrap();
    node.log_in("bob", GOOD, HERE).await.unwrap();
    start(&database, SigningKeys::from_secret(SECRET).unwrap()).await.unwrap();
}

#[tokio::test]
async fn keys_are_changed_node_by_node_and_nobody_is_signed_out() {
    let database = shared().empty().unwrap();
    let signs = |newest: &str, before: &[String]| SigningKeys::from_secrets(&secret(newest), before).unwrap();
    let a = start(&database, signs("o", &[])).await.unwrap();
    a.sign_up(new("alice", GOOD)).await.unwrap();
    let old = a.log_in("alice", GOOD, HERE).await.unwrap();
    // First every node learns the new key, then every node signs with it.
    let steps = [("o", "n"), ("o", "n"), ("n", "o"), ("o", "n"), ("n", "o")];
    for (newest, before) in steps {
        let node = start(&database, signs(newest, &[secret(before)])).await.unwrap();
        node.authenticate(&old.access).unwrap();
    }
    refused(start(&database, signs("o", &[])).await);
    start(&database, signs("n", &[])).await.unwrap();
}
