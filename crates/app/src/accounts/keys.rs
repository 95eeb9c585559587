//! The keys that sign tokens: the newest signs, all of them verify.

use std::{
    fmt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use aws_lc_rs::digest;
use houselights_domain::UtcMicros;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use parking_lot::RwLock;
use serde::Serialize;

use super::key_file::{KeyFile, StoredKey};
use crate::{
    entropy::Entropy,
    error::{Error, Result},
};

/// HS256 wants a key of at least the hash's size (RFC 7518, 3.2), in bytes.
const MIN_SECRET: usize = 32;

/// One key. Its `Debug` shows its name only.
pub(super) struct Key {
    kid: String,
    created_at: UtcMicros,
    header: Header,
    /// The first part of every token it signs. Comparing bytes pins `alg`, `typ` and `kid` at once.
    encoded_header: String,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl Key {
    fn new(kid: String, secret: &[u8], created_at: UtcMicros) -> Result<Self> {
        let header = Header { kid: Some(kid.clone()), ..Header::new(Algorithm::HS256) };
        let encoding = EncodingKey::from_secret(secret);
        let sample = sign(&header, &(), &encoding)?;
        let encoded_header = sample.split('.').next().unwrap_or_default().to_owned();
        Ok(Self { kid, created_at, header, encoded_header, encoding, decoding: DecodingKey::from_secret(secret) })
    }

    /// Whether it made the signature of a token that it could have signed.
    fn verifies(&self, message: &str, signature: &str) -> bool {
        jsonwebtoken::crypto::verify(signature, message.as_bytes(), &self.decoding, Algorithm::HS256).unwrap_or(false)
    }
}

fn sign(header: &Header, claims: &impl Serialize, key: &EncodingKey) -> Result<String> {
    jsonwebtoken::encode(header, claims, key)
        .map_err(|error| Error::Bug(format!("a token could not be signed: {error}")))
}

/// The keys that sign and verify tokens; cheap to clone, and all clones rotate together. Never prints a secret.
#[derive(Clone, Debug)]
pub struct SigningKeys(Arc<Ring>);

#[derive(Debug)]
struct Ring {
    /// Oldest first; never empty.
    keys: RwLock<Vec<Key>>,
    /// How often the keys were replaced: what was verified before is to be verified again.
    generation: AtomicU64,
    file: Option<KeyFile>,
}

impl SigningKeys {
    /// The keys of a data folder, in `signing-keys.json`; one is made if there is none. `now` is when.
    ///
    /// Refused with a sentence that says what to do when others than the owner may read the file.
    pub fn load_or_create(folder: &Path, now: UtcMicros, entropy: &dyn Entropy) -> Result<Self> {
        let file = KeyFile::in_folder(folder);
        let stored = match file.read()? {
            Some(keys) => keys,
            None => file.create(vec![new_key(now, entropy)?])?,
        };
        let keys = RwLock::new(loaded(&stored)?);
        Ok(Self(Arc::new(Ring { keys, generation: AtomicU64::default(), file: Some(file) })))
    }

    /// A key that nobody knows and nothing keeps.
    pub(super) fn made_up(entropy: &dyn Entropy) -> Result<Self> {
        let mut bytes = [0_u8; 32];
        entropy.fill(&mut bytes)?;
        let letter = |digit: u8| char::from(b'a' + digit);
        let secret: String = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(letter).collect();
        Self::from_secret(&secret)
    }

    /// One key from the configuration, the same on every node: 32 bytes or more.
    pub fn from_secret(secret: &str) -> Result<Self> {
        Self::from_secrets(secret, &[])
    }

    /// Keys from the configuration: `newest` signs, the `older` ones are still good. 32 bytes or more each.
    pub fn from_secrets(newest: &str, older: &[String]) -> Result<Self> {
        let all = older.iter().map(String::as_str).chain([newest]);
        let keys: Result<Vec<Key>> = all.map(configured).collect();
        Ok(Self(Arc::new(Ring { keys: RwLock::new(keys?), generation: AtomicU64::default(), file: None })))
    }

    /// Adds a key that signs from now on. Older ones stay for as long as a token of theirs may live (`lifetime`), so
    /// nobody is logged out. Blocks on the file; refused for keys from the configuration.
    pub fn rotate(&self, now: UtcMicros, entropy: &dyn Entropy, lifetime: Duration) -> Result<()> {
        let Some(file) = &self.0.file else {
            return Err(Error::Conflict(
                "the signing keys come from the configuration: put the new one first there, and keep the old one"
                    .into(),
            ));
        };
        let mut stored = file.read()?.unwrap_or_default();
        stored.push(new_key(now, entropy)?);
        let retired: Vec<i64> = stored.iter().skip(1).map(|next| next.created_at).chain([i64::MAX]).collect();
        let lifetime = i64::try_from(lifetime.as_micros()).unwrap_or(i64::MAX);
        let mut ends = retired.into_iter();
        stored.retain(|_| ends.next().is_some_and(|end| end.saturating_add(lifetime) > now.0));
        file.replace(&stored)?;
        self.replace(loaded(&stored)?);
        Ok(())
    }

    /// Reads the file again, in case another process has rotated the keys. Blocks; keeps what it has on an error.
    pub fn reload(&self) -> Result<()> {
        let Some(file) = &self.0.file else { return Ok(()) };
        let Some(stored) = file.read()? else { return Ok(()) };
        let same = {
            let keys = self.0.keys.read();
            keys.len() == stored.len() && keys.iter().zip(&stored).all(|(key, stored)| key.kid == stored.kid)
        };
        if !same {
            self.replace(loaded(&stored)?);
        }
        Ok(())
    }

    pub(super) fn replace(&self, keys: Vec<Key>) {
        *self.0.keys.write() = keys;
        self.0.generation.fetch_add(1, Ordering::Release);
    }

    /// How often the keys were replaced. Read it before verifying, so that a result is never taken for a newer one.
    pub(super) fn generation(&self) -> u64 {
        self.0.generation.load(Ordering::Acquire)
    }

    /// The names of the keys, oldest first; the last one signs.
    pub fn kids(&self) -> Vec<String> {
        self.0.keys.read().iter().map(|key| key.kid.clone()).collect()
    }

    /// Signs claims with the newest key.
    pub(super) fn sign(&self, claims: &impl Serialize) -> Result<String> {
        let keys = self.0.keys.read();
        let newest = keys.last().ok_or_else(|| Error::Bug("there is no signing key".into()))?;
        sign(&newest.header, claims, &newest.encoding)
    }

    /// Whether one of the keys signed this token. Says nothing of its claims.
    pub(super) fn verify(&self, token: &str) -> bool {
        let Some((message, signature)) = token.rsplit_once('.') else { return false };
        let Some((header, _)) = message.split_once('.') else { return false };
        let keys = self.0.keys.read();
        let key = keys.iter().rev().find(|key| key.encoded_header == header);
        key.is_some_and(|key| key.verifies(message, signature))
    }
}

fn loaded(stored: &[StoredKey]) -> Result<Vec<Key>> {
    let keys: Result<Vec<Key>> =
        stored.iter().map(|key| Key::new(key.kid.clone(), key.secret.as_bytes(), UtcMicros(key.created_at))).collect();
    let mut keys = keys?;
    keys.sort_by_key(|key| key.created_at);
    Ok(keys)
}

fn configured(secret: &str) -> Result<Key> {
    if secret.len() < MIN_SECRET {
        return Err(houselights_store::Error::Setup(format!(
            "the signing key has {} bytes and needs {MIN_SECRET} or more: make one with `openssl rand -hex 32`",
            secret.len()
        ))
        .into());
    }
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(b"houselights key id\0");
    context.update(secret.as_bytes());
    let kid = hex(&context.finish().as_ref()[..8]);
    Key::new(kid, secret.as_bytes(), UtcMicros::BEGINNING)
}

fn new_key(now: UtcMicros, entropy: &dyn Entropy) -> Result<StoredKey> {
    Ok(StoredKey { kid: random_hex::<8>(entropy)?, secret: random_hex::<32>(entropy)?, created_at: now.0 })
}

/// So many random bytes in hexadecimal digits.
pub(super) fn random_hex<const BYTES: usize>(entropy: &dyn Entropy) -> Result<String> {
    let mut bytes = [0; BYTES];
    entropy.fill(&mut bytes)?;
    Ok(hex(&bytes))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
