//! Nodes on one database sign with keys that all of them know, or do not start: a token of one would be no token at
//! another. The database keeps only the name of the key that signs, which stands in every token too. Not the key: with
//! it, whoever reads a dump of the database could make themselves anybody.

use houselights_store::{Db, Error as StoreError, cold::leases};

use super::SigningKeys;
use crate::error::{Error, Result};

const NAME: &str = "signing-key";

/// Notes which key signs, or refuses one that the nodes before this one do not know. Where there is only one node its
/// key is nobody else's matter.
pub(super) async fn reach(db: &Db, keys: &SigningKeys) -> Result<()> {
    if !db.is_shared() {
        return Ok(());
    }
    let kids = keys.kids();
    let own = kids.last().ok_or_else(|| Error::Bug("there is no signing key".into()))?;
    loop {
        let noted = leases::read(db, NAME).await?;
        if noted.as_ref() == Some(own) {
            return Ok(());
        }
        if let Some(other) = noted.as_ref().filter(|noted| !kids.contains(noted)) {
            return Err(StoreError::Setup(refusal(other, own)).into());
        }
        if leases::replace(db, NAME, noted, own.clone()).await? {
            return Ok(());
        }
    }
}

/// Forgets which key signs: the next node that starts decides. `false`: nothing was noted.
pub async fn forget_signing_key(db: &Db) -> Result<bool> {
    Ok(leases::remove(db, NAME).await?)
}

fn refusal(other: &str, own: &str) -> String {
    format!(
        "the nodes of this database sign tokens with another key (its name is {other}; this one's is {own}), so people \
         who sign in there would be strangers here: give every node the same signing_key. If the key was changed on \
         purpose, or is lost, stop all nodes and run `houselights forget-signing-key`: everybody signs in anew"
    )
}
