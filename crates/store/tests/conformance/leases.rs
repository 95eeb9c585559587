//! Words that are replaced only by who has read the last one.

use houselights_store::{Db, cold::leases};

pub(crate) async fn a_word_is_replaced_by_who_knows_it_and_nobody_else(db: &Db) {
    assert_eq!(leases::read(db, "lease-test").await.unwrap(), None);
    let replace = async |old: Option<&str>, new: &str| {
        leases::replace(db, "lease-test", old.map(str::to_owned), new.to_owned()).await.unwrap()
    };
    assert!(!replace(Some("nothing"), "a").await);
    assert!(replace(None, "a").await);
    assert!(!replace(None, "b").await, "there is one already");
    assert!(!replace(Some("b"), "c").await);
    assert!(replace(Some("a"), "b").await);
    assert!(!replace(Some("a"), "c").await, "it was replaced meanwhile");
    assert_eq!(leases::read(db, "lease-test").await.unwrap(), Some("b".into()));
}
