//! Amounts in minor units and the currencies they are in.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Minor units (cents, pence; whole yen) of a show's currency. Never negative in a price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Minor(pub i64);

/// An ISO 4217 currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

/// The text is no ISO 4217 code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no ISO 4217 currency code such as EUR, GBP or JPY")]
pub struct UnknownCurrency(pub String);

impl Currency {
    /// ISO 4217's own code for "no currency", `XXX`: for what is never stored.
    pub const NONE: Self = Self(iso_currency::Currency::XXX);

    /// The three-letter code.
    pub fn code(&self) -> &'static str {
        self.0.code()
    }

    /// How many digits stand behind the decimal point (2 for EUR, 0 for JPY).
    pub fn exponent(&self) -> u16 {
        self.0.exponent().unwrap_or(0)
    }
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        iso_currency::Currency::from_code(code).map(Self).ok_or_else(|| UnknownCurrency(code.to_owned()))
    }
}
