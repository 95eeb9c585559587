//! Accounts.

use houselights_domain::{Role, UserId, UtcMicros};

use crate::{
    error::{Error, Result},
    exec::{Query, Tx},
    params,
    value::{FromRow, FromValue, Row, Value},
};

impl FromValue for Role {
    fn from_value(value: Value) -> Result<Self> {
        String::from_value(value)?.parse().map_err(|error| Error::Corrupt(format!("users.role: {error}")))
    }
}

impl From<Role> for Value {
    fn from(role: Role) -> Self {
        Self::from(role.as_str())
    }
}

/// An account as it is stored. Its `Debug` leaves the password's hash out.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// Its number.
    pub id: UserId,
    /// What its owner types; unique, case and all.
    pub username: String,
    /// Empty: none was given.
    pub email: String,
    /// A PHC string.
    pub password_hash: String,
    /// What it may do.
    pub role: Role,
    /// Whether it may sign in.
    pub active: bool,
    /// When it was made.
    pub created_at: UtcMicros,
    /// The last time that somebody signed in.
    pub last_login_at: Option<UtcMicros>,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User").field("id", &self.id).field("role", &self.role).finish_non_exhaustive()
    }
}

impl FromRow for User {
    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self {
            id: row.next()?,
            username: row.next()?,
            email: row.next()?,
            password_hash: row.next()?,
            role: row.next()?,
            active: row.next()?,
            created_at: row.next()?,
            last_login_at: row.next()?,
        })
    }
}

/// A single column.
struct One<T>(T);

impl<T: FromValue> FromRow for One<T> {
    fn from_row(row: &mut Row) -> Result<Self> {
        row.next().map(Self)
    }
}

/// An account to be made. Its `Debug` leaves the password's hash out.
#[derive(Clone)]
pub struct NewUser {
    /// What its owner types.
    pub username: String,
    /// Empty: none was given.
    pub email: String,
    /// A PHC string.
    pub password_hash: String,
    /// What it may do.
    pub role: Role,
    /// When it is made.
    pub created_at: UtcMicros,
}

impl std::fmt::Debug for NewUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewUser").field("role", &self.role).finish_non_exhaustive()
    }
}

/// Makes an active account. [`Error::Taken`] when somebody has its name.
pub async fn insert(tx: &Tx, new: NewUser) -> Result<UserId> {
    let values = params![new.username, new.email, new.password_hash, new.role, new.created_at];
    let id: Option<One<UserId>> = tx
        .first(
            "INSERT INTO users (username, email, password_hash, role, active, created_at) \
             VALUES ($1, $2, $3, $4, 1, $5) RETURNING id",
            values,
        )
        .await?;
    id.map(|One(id)| id).ok_or_else(|| Error::Bug("an insert returned no id".into()))
}

/// The account with this number.
pub async fn by_id(on: &impl Query, user: UserId) -> Result<Option<User>> {
    on.first(
        "SELECT id, username, email, password_hash, role, active, created_at, last_login_at \
         FROM users WHERE id = $1",
        params![user],
    )
    .await
}

/// The account with exactly this name.
pub async fn by_username(on: &impl Query, username: &str) -> Result<Option<User>> {
    on.first(
        "SELECT id, username, email, password_hash, role, active, created_at, last_login_at \
         FROM users WHERE username = $1",
        params![username],
    )
    .await
}

/// Accounts with a number above `after` (0: from the first), in order, at most `limit`.
pub async fn list(on: &impl Query, after: UserId, limit: u32) -> Result<Vec<User>> {
    on.all(
        "SELECT id, username, email, password_hash, role, active, created_at, last_login_at \
         FROM users WHERE id > $1 ORDER BY id LIMIT $2",
        params![after, limit],
    )
    .await
}

/// How many accounts that are not disabled have this role.
pub async fn count_active(on: &impl Query, role: Role) -> Result<i64> {
    let count: Option<One<i64>> =
        on.first("SELECT COUNT(*) FROM users WHERE role = $1 AND active = 1", params![role]).await?;
    Ok(count.map_or(0, |One(count)| count))
}

/// Notes a sign-in and answers with the account's role; `None` when it was disabled, or its password changed, since
/// the password was checked. The row stays locked until the transaction ends, so that a change of the password either
/// is seen here or sees the session that this transaction opens.
pub async fn mark_login(tx: &Tx, user: UserId, password_hash: &str, now: UtcMicros) -> Result<Option<Role>> {
    let role: Option<One<Role>> = tx
        .first(
            "UPDATE users SET last_login_at = $3 WHERE id = $1 AND password_hash = $2 AND active = 1 RETURNING role",
            params![user, password_hash, now],
        )
        .await?;
    Ok(role.map(|One(role)| role))
}

/// Puts `new` in the place of the hash `old`; `false` when another stands there by now.
pub async fn replace_password_hash(tx: &Tx, user: UserId, old: &str, new: &str) -> Result<bool> {
    let rows = tx
        .rows(
            "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2 RETURNING id",
            params![user, old, new],
        )
        .await?;
    Ok(!rows.is_empty())
}

/// Sets the password's hash; `false` when there is no such account.
pub async fn set_password_hash(tx: &Tx, user: UserId, hash: &str) -> Result<bool> {
    let rows = tx.rows("UPDATE users SET password_hash = $2 WHERE id = $1 RETURNING id", params![user, hash]).await?;
    Ok(!rows.is_empty())
}

/// Sets what the account may do; `false` when there is no such account.
pub async fn set_role(tx: &Tx, user: UserId, role: Role) -> Result<bool> {
    let rows = tx.rows("UPDATE users SET role = $2 WHERE id = $1 RETURNING id", params![user, role]).await?;
    Ok(!rows.is_empty())
}

/// Sets whether the account may sign in; `false` when there is no such account.
pub async fn set_active(tx: &Tx, user: UserId, active: bool) -> Result<bool> {
    let rows = tx.rows("UPDATE users SET active = $2 WHERE id = $1 RETURNING id", params![user, active]).await?;
    Ok(!rows.is_empty())
}
