//! Looking at accounts and changing them. Whatever takes something away ends the account's sessions.

use houselights_domain::{Role, UserId};
use houselights_store::{
    Error as StoreError, Tx,
    cold::{
        sessions, turns,
        users::{self, User},
    },
    exec::BoxFuture,
};

use super::{Account, Accounts, Identity, NewAccount, TokenPair, signing_in::kept};
use crate::error::{Error, Result};

/// The most accounts of one page, and one more, which says that there is a next page.
const PAGE: u32 = 501;

impl Accounts {
    /// Somebody's account.
    pub async fn me(&self, user: UserId) -> Result<Account> {
        Ok(self.user(user).await?.into())
    }

    /// Accounts in the order of their numbers, those after `after`, at most `limit` (and 501). For staff.
    pub async fn list(&self, by: &Identity, after: Option<UserId>, limit: u32) -> Result<Vec<Account>> {
        if !by.is_staff() {
            return Err(Error::NotAllowed);
        }
        let users = users::list(&self.db, after.unwrap_or(UserId(0)), limit.clamp(1, PAGE)).await?;
        Ok(users.into_iter().map(Account::from).collect())
    }

    /// Makes an account that may do everything: for the command line and the first start. Fails as `sign_up` does.
    pub async fn create_superuser(&self, new: NewAccount) -> Result<Account> {
        self.create(new, Role::Superuser).await
    }

    /// Makes an account with any role, as for seeding. For superusers; fails as `sign_up` does.
    pub async fn create_with_role(&self, by: &Identity, new: NewAccount, role: Role) -> Result<Account> {
        if by.role < Role::Superuser {
            return Err(Error::NotAllowed);
        }
        self.create(new, role).await
    }

    /// Changes what an account may do, and ends its sessions. For superusers. `Conflict` for the last one of them.
    pub async fn set_role(&self, by: &Identity, user: UserId, role: Role) -> Result<Account> {
        if by.role < Role::Superuser {
            return Err(Error::NotAllowed);
        }
        self.change(user, move |tx, old| {
            Box::pin(async move {
                if role < old.role {
                    not_the_last_superuser(tx, &old).await?;
                }
                users::set_role(tx, old.id, role).await?;
                Ok(User { role, ..old })
            })
        })
        .await
    }

    /// Lets an account sign in or keeps it from it, and ends its sessions. For those with a higher role than the
    /// account's, and superusers. `Conflict` for the last superuser.
    pub async fn set_active(&self, by: &Identity, user: UserId, active: bool) -> Result<Account> {
        let by = *by;
        if !by.is_staff() {
            return Err(Error::NotAllowed);
        }
        self.change(user, move |tx, old| {
            Box::pin(async move {
                if by.role < Role::Superuser && by.role <= old.role {
                    return Err(Error::NotAllowed);
                }
                if !active {
                    not_the_last_superuser(tx, &old).await?;
                }
                users::set_active(tx, old.id, active).await?;
                Ok(User { active, ..old })
            })
        })
        .await
    }

    /// Changes what an account may do and whether it may sign in, both or neither. Ends its sessions if that is a change.
    /// For superusers. `Conflict` for the last one of them.
    pub async fn set_standing(
        &self,
        by: &Identity,
        user: UserId,
        role: Option<Role>,
        active: Option<bool>,
    ) -> Result<Account> {
        if by.role < Role::Superuser {
            return Err(Error::NotAllowed);
        }
        let before = self.me(user).await?;
        if role.is_none_or(|role| role == before.role) && active.is_none_or(|active| active == before.active) {
            return Ok(before);
        }
        self.change(user, move |tx, old| {
            Box::pin(async move {
                let (role, active) = (role.unwrap_or(old.role), active.unwrap_or(old.active));
                if role < old.role || !active {
                    not_the_last_superuser(tx, &old).await?;
                }
                users::set_role(tx, old.id, role).await?;
                users::set_active(tx, old.id, active).await?;
                Ok(User { role, active, ..old })
            })
        })
        .await
    }

    /// Changes one's own password, ends all of one's sessions, and opens a new one for the caller. `Invalid` names
    /// `old_password` or `new_password`; `TooMany` when the old one was guessed at too often.
    pub async fn change_password(&self, user: UserId, old: &str, new: &str) -> Result<TokenPair> {
        let user = self.user(user).await?;
        self.throttle.prove(&user.username)?;
        if !self.passwords.verify(old.to_owned(), Some(user.password_hash.clone())).await? {
            let wrong = "Your old password was entered incorrectly. Please enter it again.";
            return Err(Error::Invalid(vec![("old_password".into(), wrong.into())]));
        }
        let hash = self.new_hash(&user, new).await?;
        self.replace_password(user, hash).await
    }

    /// Sets somebody's password, as when they have forgotten it, and ends their sessions. For superusers. `Invalid`
    /// names `new_password`.
    pub async fn set_password(&self, by: &Identity, user: UserId, new: &str) -> Result<Account> {
        if by.role < Role::Superuser {
            return Err(Error::NotAllowed);
        }
        let hash = self.new_hash(&self.user(user).await?, new).await?;
        self.change(user, move |tx, old| {
            Box::pin(async move {
                users::set_password_hash(tx, old.id, &hash).await?;
                Ok(old)
            })
        })
        .await
    }

    /// Ends all sessions of an account: "log me out everywhere".
    pub async fn log_out_everywhere(&self, user: UserId) -> Result<()> {
        self.change(user, |_, old| Box::pin(async move { Ok(old) })).await.map(|_| ())
    }

    async fn new_hash(&self, user: &User, password: &str) -> Result<String> {
        let mut problems = Vec::new();
        kept(&mut problems, "new_password", self.settings.passwords.check(password, &user.username));
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        self.passwords.hash(password.to_owned(), &*self.entropy).await
    }

    async fn user(&self, user: UserId) -> Result<User> {
        users::by_id(&self.db, user).await?.ok_or(Error::NotFound("account"))
    }

    /// Changes an account and ends its sessions in one transaction.
    async fn change<F>(&self, user: UserId, change: F) -> Result<Account>
    where
        F: for<'t> FnOnce(&'t Tx, User) -> BoxFuture<'t, Result<User>> + Send + 'static,
    {
        let now = self.clock.now();
        let (changed, ended) = self
            .db
            .write(move |tx| {
                Box::pin(async move {
                    turns::accounts(tx).await?;
                    let old = users::by_id(tx, user).await?.ok_or(Error::NotFound("account"))?;
                    let changed = change(tx, old).await?;
                    let ended = sessions::revoke_all(tx, user, now).await?;
                    Ok::<_, Error>((changed, ended))
                })
            })
            .await?;
        self.revoked.add(ended, now);
        Ok(changed.into())
    }
}

async fn not_the_last_superuser(tx: &Tx, user: &User) -> Result<()> {
    let counts = user.role == Role::Superuser && user.active;
    let left: std::result::Result<i64, StoreError> = users::count_active(tx, Role::Superuser).await;
    if counts && left? <= 1 {
        return Err(Error::Conflict("this is the last superuser: make another one first".into()));
    }
    Ok(())
}
