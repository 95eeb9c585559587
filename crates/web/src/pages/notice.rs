//! What the next page says about what has just been done.

/// A notice. One of a list and no text, so that nobody can make a page say something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// An account was made.
    SignedUp,
    /// Somebody has signed in.
    SignedIn,
    /// Somebody has signed out.
    SignedOut,
    /// A booking was given back.
    Cancelled,
}

impl Notice {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::SignedUp, Self::SignedIn, Self::SignedOut, Self::Cancelled];

    /// Its text, and what its cookie holds.
    pub const fn key(self) -> &'static str {
        match self {
            Self::SignedUp => "notice-signed-up",
            Self::SignedIn => "notice-signed-in",
            Self::SignedOut => "notice-signed-out",
            Self::Cancelled => "notice-cancelled",
        }
    }

    pub(crate) fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.key() == key)
    }
}
