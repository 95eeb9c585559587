//! Signing up, in and out, and the check at every request.

use std::net::IpAddr;

use houselights_domain::{Role, UserId, UtcMicros, credentials};
use houselights_store::{
    Error as StoreError, Tx,
    cold::{
        sessions::{self, NewSession, Rotation},
        users::{self, NewUser, User},
    },
};

use super::{
    Account, Accounts, Identity, NewAccount, TokenPair,
    keys::random_hex,
    token::{Claims, Draft, Kind},
    verified::Verified,
};
use crate::error::{Error, Result};

/// Django REST Framework's words.
const TAKEN: &str = "A user with that username already exists.";
/// The size of a token's `jti`.
const JTI: usize = 16;

impl Accounts {
    /// Makes a film-goer's account. `Invalid` names every field that cannot be taken, the user name that somebody has
    /// among them; `Busy` when too many passwords wait to be hashed.
    pub async fn sign_up(&self, new: NewAccount) -> Result<Account> {
        self.create(new, Role::FilmGoer).await
    }

    /// Signs in. `WrongCredentials` in the same time for a wrong password, an unknown user and a disabled account;
    /// `TooMany` when this address or this name was tried too often; `Busy` when too many passwords wait.
    pub async fn log_in(&self, username: &str, password: &str, from: IpAddr) -> Result<TokenPair> {
        let (user, hash) = self.proven(username, password, from).await?;
        let (now, jti) = (self.clock.now(), random_hex::<JTI>(&*self.entropy)?);
        let identity = self.open_session(user, hash, &jti, now).await?;
        self.pair(identity, jti, now)
    }

    /// The account of somebody who has proven their password, and the hash that it was checked against.
    pub(super) async fn proven(&self, username: &str, password: &str, from: IpAddr) -> Result<(UserId, String)> {
        self.throttle.log_in(from, username.trim())?;
        let found = match credentials::username(username) {
            Ok(name) => users::by_username(&self.db, &name).await?,
            Err(_) => None,
        };
        let hash = found.as_ref().map(|user| user.password_hash.clone());
        let right = self.passwords.verify(password.to_owned(), hash).await?;
        let Some(user) = found.filter(|user| right && user.active) else {
            metrics::counter!("houselights_logins_total", "outcome" => "refused").increment(1);
            return Err(Error::WrongCredentials);
        };
        let hash = self.rehash(&user, password).await?;
        Ok((user.id, hash))
    }

    /// Takes a refresh token for the next pair. Each is good once: one that is used again may have been stolen, so its
    /// whole session ends (RFC 9700, 4.14.2).
    pub async fn refresh(&self, token: &str) -> Result<TokenPair> {
        let now = self.clock.now();
        let Claims { sid: session, user_id, jti: old_jti, .. } = self.tokens.read(token, Some(Kind::Refresh), now)?;
        let (user, expires_at) = (UserId(user_id), self.tokens.expiry(Kind::Refresh, now));
        let jti = random_hex::<JTI>(&*self.entropy)?;
        let rotation = Rotation { session, user, old_jti, new_jti: jti.clone(), now, expires_at };
        let role: Option<Role> = self
            .db
            .write(move |tx| {
                Box::pin(async move {
                    if sessions::rotate(tx, rotation).await? {
                        let user = users::by_id(tx, user).await?;
                        if let Some(user) = user.filter(|user| user.active) {
                            return Ok::<_, StoreError>(Some(user.role));
                        }
                    }
                    // The transaction commits: the family has to end although the caller is refused.
                    sessions::revoke(tx, session, now).await?;
                    Ok(None)
                })
            })
            .await?;
        let Some(role) = role else {
            self.revoked.add([session], now);
            tracing::warn!(user = user.0, session, "a refresh token was used again or after its end: session revoked");
            return Err(Error::InvalidToken);
        };
        self.pair(Identity { user, role, session }, jti, now)
    }

    /// Whether a token of either kind is good; changes nothing.
    pub async fn verify(&self, token: &str) -> Result<()> {
        let now = self.clock.now();
        let claims = self.tokens.read(token, None, now)?;
        let good = !self.revoked.contains(claims.sid)
            && match claims.token_type {
                Kind::Access => true,
                Kind::Refresh => sessions::is_current(&self.db, claims.sid, &claims.jti, now).await?,
            };
        if good { Ok(()) } else { Err(Error::InvalidToken) }
    }

    /// Ends the session of a refresh token, or the one that the caller is signed in with, or both. Ending it twice is
    /// no error; `InvalidToken` when neither is given.
    pub async fn log_out(&self, refresh: Option<&str>, identity: Option<&Identity>) -> Result<()> {
        let now = self.clock.now();
        let named = refresh.map(|token| self.tokens.read(token, Some(Kind::Refresh), now)).transpose()?;
        let ended: Vec<i64> =
            named.map(|claims| claims.sid).into_iter().chain(identity.map(|identity| identity.session)).collect();
        if ended.is_empty() {
            return Err(Error::InvalidToken);
        }
        let in_database = ended.clone();
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    for session in in_database {
                        sessions::revoke(tx, session, now).await?;
                    }
                    Ok::<_, StoreError>(())
                })
            })
            .await?;
        self.revoked.add(ended, now);
        Ok(())
    }

    /// Who sent this access token. No database and no waiting: signature, claims, and the revocations in memory.
    pub fn authenticate(&self, bearer: &str) -> Result<Identity> {
        let now = self.clock.now();
        let keys = self.tokens.keys.generation();
        let identity = match self.verified.look(bearer, keys, now) {
            Some(identity) => identity,
            None => self.first_seen(bearer, keys, now)?,
        };
        if self.revoked.contains(identity.session) { Err(Error::InvalidToken) } else { Ok(identity) }
    }

    fn first_seen(&self, bearer: &str, keys: u64, now: UtcMicros) -> Result<Identity> {
        let claims = self.tokens.read(bearer, Some(Kind::Access), now)?;
        let identity = Identity { user: UserId(claims.user_id), role: claims.role, session: claims.sid };
        self.verified.note(bearer, Verified { identity, until: claims.until(), keys });
        Ok(identity)
    }

    /// Checks a new account's fields, hashes its password and stores it.
    pub(super) async fn create(&self, new: NewAccount, role: Role) -> Result<Account> {
        let NewAccount { username, password, email } = new;
        let mut problems = Vec::new();
        let username = kept(&mut problems, "username", credentials::username(&username));
        let email = kept(&mut problems, "email", credentials::email(email.as_deref().unwrap_or_default())).flatten();
        let email = email.unwrap_or_default();
        kept(
            &mut problems,
            "password",
            self.settings.passwords.check(&password, username.as_deref().unwrap_or_default()),
        );
        if let Some(name) = &username
            && users::by_username(&self.db, name).await?.is_some()
        {
            problems.push(("username".into(), TAKEN.into()));
        }
        let Some(username) = username.filter(|_| problems.is_empty()) else { return Err(Error::Invalid(problems)) };
        let password_hash = self.passwords.hash(password, &*self.entropy).await?;
        let created_at = self.clock.now();
        let user = NewUser { username, email, password_hash, role, created_at };
        let (username, email) = (user.username.clone(), user.email.clone());
        let inserted: std::result::Result<UserId, StoreError> =
            self.db.write(move |tx| Box::pin(async move { users::insert(tx, user).await })).await;
        let id = inserted.map_err(|error| match error {
            StoreError::Taken(_) => Error::Invalid(vec![("username".into(), TAKEN.into())]),
            other => Error::Store(other),
        })?;
        Ok(Account { id, username, email, role, active: true, created_at, last_login_at: None })
    }

    /// Hashes the password again if hashes have become dearer (or cheaper), and answers with the hash that is stored.
    /// Not worth turning somebody away for: with too much going on it happens the next time.
    async fn rehash(&self, user: &User, password: &str) -> Result<String> {
        let old = user.password_hash.clone();
        if !self.passwords.is_outdated(&old) {
            return Ok(old);
        }
        let new = match self.passwords.hash(password.to_owned(), &*self.entropy).await {
            Err(Error::Busy { .. }) => return Ok(old),
            hashed => hashed?,
        };
        let (id, before, after) = (user.id, old.clone(), new.clone());
        let replaced: bool = self
            .db
            .write(move |tx| Box::pin(async move { users::replace_password_hash(tx, id, &before, &after).await }))
            .await
            .map_err(|error: StoreError| error)?;
        Ok(if replaced { new } else { old })
    }

    /// Opens a session for a user whose password was checked against `hash`; `proof` is what the session takes: the
    /// `jti` of a refresh token, or the hash of a browser's secret. `now` is when its tokens are issued, so that its end
    /// is remembered for as long as they are good.
    pub(super) async fn open_session(
        &self,
        user: UserId,
        hash: String,
        proof: &str,
        now: UtcMicros,
    ) -> Result<Identity> {
        let new = self.new_session(user, proof, now);
        let (role, session) = self
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let role = users::mark_login(tx, user, &hash, now).await?.ok_or(Error::WrongCredentials)?;
                    Ok::<_, Error>((role, sessions::insert(tx, new).await?))
                })
            })
            .await?;
        metrics::counter!("houselights_logins_total", "outcome" => "done").increment(1);
        Ok(Identity { user, role, session })
    }

    fn new_session(&self, user: UserId, jti: &str, now: UtcMicros) -> NewSession {
        NewSession { user, refresh_jti: jti.to_owned(), now, expires_at: self.tokens.expiry(Kind::Refresh, now) }
    }

    /// A session's tokens; `jti` is the refresh token's.
    fn pair(&self, identity: Identity, jti: String, now: UtcMicros) -> Result<TokenPair> {
        let Identity { user, role, session } = identity;
        let write = |kind, jti| self.tokens.write(Draft { kind, user, role, session, jti, now });
        Ok(TokenPair {
            access: write(Kind::Access, random_hex::<JTI>(&*self.entropy)?)?,
            refresh: write(Kind::Refresh, jti)?,
            access_expires_at: self.tokens.expiry(Kind::Access, now),
            refresh_expires_at: self.tokens.expiry(Kind::Refresh, now),
            identity,
        })
    }

    /// Replaces a password that was proven, ends every session, and opens one for the caller.
    pub(super) async fn replace_password(&self, user: User, new_hash: String) -> Result<TokenPair> {
        let (now, jti) = (self.clock.now(), random_hex::<JTI>(&*self.entropy)?);
        let (id, new) = (user.id, self.new_session(user.id, &jti, now));
        let (role, ended, session) = self
            .db
            .write(move |tx: &Tx| {
                Box::pin(async move {
                    if !users::replace_password_hash(tx, id, &user.password_hash, &new_hash).await? {
                        return Err(Error::Conflict("the password has just been changed by someone else".into()));
                    }
                    let ended = sessions::revoke_all(tx, id, now).await?;
                    let role = users::mark_login(tx, id, &new_hash, now).await?.ok_or(Error::InvalidToken)?;
                    Ok((role, ended, sessions::insert(tx, new).await?))
                })
            })
            .await?;
        self.revoked.add(ended, now);
        self.pair(Identity { user: id, role, session }, jti, now)
    }
}

/// The checked value of a field, or its sentences are noted.
pub(super) fn kept<T>(
    problems: &mut Vec<(String, String)>,
    field: &str,
    checked: std::result::Result<T, Vec<credentials::Fault>>,
) -> Option<T> {
    let noted = |faults: Vec<credentials::Fault>| {
        problems.extend(faults.into_iter().map(|fault| (field.to_owned(), fault.to_string())));
    };
    checked.map_err(noted).ok()
}
