//! Everything a use case can answer besides "done".

use std::time::Duration;

use houselights_domain::Refusal;
/// Named here so that the layer above can tell a database that is away from a bug.
pub use houselights_store::Error as StoreError;

/// The result of every use case.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a use case was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule about seats said "no".
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Fields that cannot be taken: path and reason of each.
    #[error("{}", invalid(.0))]
    Invalid(Vec<(String, String)>),
    /// No account has this name and password, or it is disabled.
    #[error("no active account has this name and password")]
    WrongCredentials,
    /// The token is malformed, forged, expired, revoked or of the wrong kind.
    #[error("the token is invalid or has expired")]
    InvalidToken,
    /// The account may not do this.
    #[error("this account may not do this")]
    NotAllowed,
    /// There is no such thing: its kind, such as `movie`.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// What stands in the way of a change of the programme, in a sentence.
    #[error("{0}")]
    Conflict(String),
    /// An idempotency key whose first request is still being worked on.
    #[error("the first request with this Idempotency-Key is still being worked on")]
    InFlight,
    /// Too many requests of one kind from one caller.
    #[error("too many requests")]
    TooMany {
        /// When to come again.
        retry_after: Duration,
    },
    /// The house is full: come again shortly. Nothing was done.
    #[error("too much is going on right now")]
    Busy {
        /// When to come again.
        retry_after: Duration,
    },
    /// The database has failed, or is away.
    #[error(transparent)]
    Store(#[from] houselights_store::Error),
    /// Something that never happens has happened.
    #[error("a bug: {0}")]
    Bug(String),
}

fn invalid(problems: &[(String, String)]) -> String {
    let words: Vec<String> = problems.iter().map(|(path, reason)| format!("{path}: {reason}")).collect();
    words.join("; ")
}
