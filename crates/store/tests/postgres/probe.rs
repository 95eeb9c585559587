//! Databases that take keys, locks or rolling back lightly are refused at the start.

use houselights_store::{Access, Db, Error};

use crate::kit;

/// In the place of the table that is quarrelled over: a view whose triggers do what an untrustworthy database does.
fn liar(insert: &str, update: &str) -> String {
    format!(
        "DROP TABLE lock_probe;
         CREATE TABLE held (id BIGINT PRIMARY KEY, version BIGINT NOT NULL);
         CREATE VIEW lock_probe AS SELECT * FROM held;
         CREATE FUNCTION inserted() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN INSERT INTO held VALUES (NEW.id, {insert}); RETURN NEW; END $$;
         CREATE FUNCTION updated() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {update} RETURN NEW; END $$;
         CREATE TRIGGER i INSTEAD OF INSERT ON lock_probe FOR EACH ROW EXECUTE FUNCTION inserted();
         CREATE TRIGGER u INSTEAD OF UPDATE ON lock_probe FOR EACH ROW EXECUTE FUNCTION updated()"
    )
}

#[tokio::test]
async fn a_database_that_does_not_hold_what_it_promises_is_refused() {
    let honest = "UPDATE held SET version = NEW.version WHERE id = NEW.id AND version = OLD.version;
                  IF NOT FOUND THEN RETURN NULL; END IF;";
    let forgetful = "IF NEW.version = OLD.version THEN UPDATE held SET version = version WHERE id = NEW.id; END IF;";
    let lies = [
        ("DROP TABLE lock_probe; CREATE TABLE lock_probe (id BIGINT, version BIGINT)".to_owned(), "same unique key"),
        (liar("NEW.version", ""), "another has locked"),
        (liar("NEW.version", forgetful), "both had read before"),
        (liar("1 - NEW.id % 2", honest), "rolled back"),
    ];
    for (lie, said) in lies {
        let database = kit::postgres();
        drop(kit::open(&database).await);
        let (client, connection) = tokio_postgres::connect(&database.url(), tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute(&lie).await.unwrap();
        let why = Db::open_postgres(kit::patient(&database.url()), Access::Serve).await.unwrap_err();
        assert!(matches!(&why, Error::Setup(text) if text.contains(said)), "{said}: {why:?}");
        let looked_at = Db::open_postgres(kit::patient(&database.url()), Access::Read).await.unwrap();
        assert!(matches!(looked_at.is_trustworthy().await, Err(Error::Setup(_))));
    }
}

#[tokio::test]
async fn a_trustworthy_one_is_not_and_nodes_that_start_together_do_not_disturb_each_other() {
    let database = kit::postgres();
    let opened = (0..8).map(|_| kit::open(&database));
    for db in futures_util::future::join_all(opened).await {
        let left = houselights_store::Query::rows(&db, "SELECT 1 FROM lock_probe", vec![]).await.unwrap();
        assert!(left.is_empty());
        let begun = std::time::Instant::now();
        db.is_trustworthy().await.unwrap();
        println!("a probe took {:?}", begun.elapsed());
    }
}
