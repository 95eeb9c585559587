//! Access tokens whose signature and claims were found good a moment ago, so that a client's next request costs a look
//! at a table and not a signature. What may change meanwhile is asked again every time: the clock, the keys, and, by
//! the caller, the revocations.

use quick_cache::sync::Cache;

use houselights_domain::UtcMicros;

use super::Identity;

/// Tokens kept. With their names they take about 5 MB.
const MOST: usize = 10_000;
/// Ours have about 400 bytes; what is longer is checked anew every time.
const LONGEST: usize = 1024;

/// A token that was found good.
#[derive(Clone, Copy, Debug)]
pub(super) struct Verified {
    /// Whom it stands for.
    pub(super) identity: Identity,
    /// The first moment at which it is not.
    pub(super) until: UtcMicros,
    /// The keys' generation before it was checked.
    pub(super) keys: u64,
}

/// The table. Its `Debug` shows no token.
pub(super) struct VerifiedTokens(Cache<Box<str>, Verified>);

impl std::fmt::Debug for VerifiedTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("VerifiedTokens").field(&self.0.len()).finish()
    }
}

impl Default for VerifiedTokens {
    fn default() -> Self {
        Self(Cache::new(MOST))
    }
}

impl VerifiedTokens {
    /// Whom a token stands for, if that is known and still so.
    pub(super) fn look(&self, token: &str, keys: u64, now: UtcMicros) -> Option<Identity> {
        let known = self.0.get(token)?;
        (known.keys == keys && now < known.until).then_some(known.identity)
    }

    pub(super) fn note(&self, token: &str, verified: Verified) {
        if token.len() <= LONGEST {
            self.0.insert(token.into(), verified);
        }
    }
}
