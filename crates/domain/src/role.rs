//! Who may do what.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What an account is allowed to do. Ordered: each role may do all that the ones before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Books and cancels for themselves.
    FilmGoer,
    /// Keeps the programme and sees bookings.
    Staff,
    /// May do all, and changes the roles of others.
    Superuser,
}

impl Role {
    /// The word that stands in the database and in tokens.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FilmGoer => "film_goer",
            Self::Staff => "staff",
            Self::Superuser => "superuser",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        [Self::FilmGoer, Self::Staff, Self::Superuser]
            .into_iter()
            .find(|role| role.as_str() == word)
            .ok_or_else(|| UnknownRole(word.to_owned()))
    }
}

/// The word is none of the roles.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no role: film_goer, staff or superuser")]
pub struct UnknownRole(pub String);
