//! One type per kind of identifier, so that a show's id cannot be passed where a seat's owner is meant.

use std::{fmt, num::ParseIntError, str::FromStr};

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

ids! {
    /// A site with screens, a time zone and a currency.
    CinemaId,
    /// An auditorium of a cinema.
    ScreenId,
    /// One version of a screen's seats; every show pins one.
    LayoutId,
    /// A film.
    MovieId,
    /// One screening of a movie on a screen.
    ShowId,
    /// An account: film-goer, staff or superuser.
    UserId,
    /// What one customer buys in one go: seats of one show.
    OrderId,
    /// One seat of an order; the original API's "booking".
    BookingId,
}
