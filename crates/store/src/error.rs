//! What can go wrong below the rules: few kinds, because callers can do few different things about them.

/// The result of every store function.
pub type Result<T> = std::result::Result<T, Error>;

/// A fault of the store. Rules that say "no" are [`houselights_domain::Refusal`]s and never stand here.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database cannot answer now (gone, disk full, locked); nothing was changed. Trying again may help.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// A change was sent to the database, and whether it was carried out could not be found out in time.
    #[error("it is not known whether the database has carried this out: {0}")]
    Unknown(String),
    /// A unique value is there already.
    #[error("a unique value is there already: {0}")]
    Taken(String),
    /// The row is still referred to by others.
    #[error("the row is still referred to: {0}")]
    InUse(String),
    /// The data folder or the database cannot be used as it is; the sentence says what to do.
    #[error("{0}")]
    Setup(String),
    /// The database holds something it never should.
    #[error("the database does not add up: {0}")]
    Corrupt(String),
    /// A statement the database did not understand, or values of the wrong type: a bug of ours.
    #[error("a bug in the store: {0}")]
    Bug(String),
}

impl Error {
    /// The same error for another caller.
    pub(crate) fn again(&self) -> Self {
        match self {
            Self::Unavailable(why) => Self::Unavailable(why.clone()),
            Self::Unknown(why) => Self::Unknown(why.clone()),
            other => Self::Bug(other.to_string()),
        }
    }

    /// As a fault of a database that cannot answer now.
    pub(crate) fn into_unavailable(self) -> Self {
        match self {
            Self::Unavailable(why) => Self::Unavailable(why),
            other => Self::Unavailable(other.to_string()),
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{
            CannotOpen, ConstraintViolation, DatabaseBusy, DatabaseCorrupt, DatabaseLocked, DiskFull, NotADatabase,
            OutOfMemory, PermissionDenied, ReadOnly, SystemIoFailure,
        };
        let text = error.to_string();
        let rusqlite::Error::SqliteFailure(code, _) = &error else {
            return Self::Bug(text);
        };
        match code.code {
            DatabaseBusy | DatabaseLocked | DiskFull | SystemIoFailure | OutOfMemory | CannotOpen | ReadOnly
            | PermissionDenied => Self::Unavailable(text),
            DatabaseCorrupt | NotADatabase => Self::Corrupt(text),
            ConstraintViolation if code.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY => {
                Self::InUse(text)
            }
            ConstraintViolation => Self::Taken(text),
            _ => Self::Bug(text),
        }
    }
}
