//! Tokens: what they claim, and whether to believe it (RFC 7519, with the claims that `SimpleJWT` clients read).

use std::{fmt, time::Duration};

use houselights_domain::{Role, UserId, UtcMicros};
use serde::{Deserialize, Deserializer, Serialize, de};

use super::{keys::SigningKeys, settings::AccountSettings};
use crate::error::{Error, Result};

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Access,
    Refresh,
}

/// A token's claims.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claims {
    pub(super) token_type: Kind,
    /// Text, as `SimpleJWT` writes it since 5.5.
    #[serde(deserialize_with = "text::number", serialize_with = "text::write")]
    pub(super) user_id: i64,
    pub(super) jti: String,
    /// Seconds since 1970, like `iat`.
    pub(super) exp: i64,
    /// By the clock of the node that issued it. Nothing is refused because of it: a clock that was put back, or one that
    /// was ahead, would sign out whoever had signed in meanwhile.
    pub(super) iat: i64,
    pub(super) iss: String,
    pub(super) aud: String,
    /// The session: what is revoked.
    pub(super) sid: i64,
    pub(super) role: Role,
}

impl Claims {
    /// The first moment at which the token is not good any more.
    pub(super) fn until(&self) -> UtcMicros {
        UtcMicros(self.exp.saturating_mul(UtcMicros::SECOND))
    }
}

/// What is new in a token.
pub(super) struct Draft {
    pub(super) kind: Kind,
    pub(super) user: UserId,
    pub(super) role: Role,
    pub(super) session: i64,
    pub(super) jti: String,
    pub(super) now: UtcMicros,
}

/// Writes and reads tokens.
#[derive(Debug)]
pub(super) struct Tokens {
    pub(super) keys: SigningKeys,
    issuer: String,
    audience: String,
    access: i64,
    refresh: i64,
}

impl Tokens {
    pub(super) fn new(keys: SigningKeys, settings: &AccountSettings) -> Self {
        let seconds = |lifetime: Duration| i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX);
        Self {
            keys,
            issuer: settings.issuer.clone(),
            audience: settings.audience.clone(),
            access: seconds(settings.access_lifetime),
            refresh: seconds(settings.refresh_lifetime),
        }
    }

    /// When a token that is issued now expires, to the second.
    pub(super) fn expiry(&self, kind: Kind, now: UtcMicros) -> UtcMicros {
        let lifetime = match kind {
            Kind::Access => self.access,
            Kind::Refresh => self.refresh,
        };
        UtcMicros((now.0 / UtcMicros::SECOND).saturating_add(lifetime).saturating_mul(UtcMicros::SECOND))
    }

    /// Signs a token.
    pub(super) fn write(&self, draft: Draft) -> Result<String> {
        let Draft { kind, user, role, session, jti, now } = draft;
        self.keys.sign(&Claims {
            token_type: kind,
            user_id: user.0,
            jti,
            exp: self.expiry(kind, now).0 / UtcMicros::SECOND,
            iat: now.0 / UtcMicros::SECOND,
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sid: session,
            role,
        })
    }

    /// What a token claims, if it is one of ours, of this kind (any, if `None`), and has not expired. Whether its
    /// session was revoked is another question.
    pub(super) fn read(&self, token: &str, kind: Option<Kind>, now: UtcMicros) -> Result<Claims> {
        if !self.keys.verify(token) {
            return Err(Error::InvalidToken);
        }
        // The signature was checked above; the crate's own checks would read the machine's clock.
        let claims: Claims = jsonwebtoken::dangerous::insecure_decode_claims(token).map_err(|_| Error::InvalidToken)?;
        let good = kind.is_none_or(|kind| kind == claims.token_type)
            && claims.iss == self.issuer
            && claims.aud == self.audience
            && !claims.jti.is_empty()
            && now < claims.until();
        if good { Ok(claims) } else { Err(Error::InvalidToken) }
    }
}

/// A number in quotes, read without a string in between.
mod text {
    use super::{Deserializer, de, fmt};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    pub(super) fn write<S: serde::Serializer>(number: &i64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
        deserializer.deserialize_str(Number)
    }

    struct Number;

    impl de::Visitor<'_> for Number {
        type Value = i64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a number in quotes")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<i64, E> {
            text.parse().map_err(E::custom)
        }
    }
}
