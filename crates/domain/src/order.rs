//! What one customer buys in one go, and how far it has come.

use std::str::FromStr;

use crate::{refusal::Refusal, time::UtcMicros};

/// How far an order has come. Transitions consume the state, so no order goes on from a state it has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderState {
    /// Its seats are kept until the deadline.
    Held {
        /// When they go back.
        until: UtcMicros,
    },
    /// Its seats are the customer's.
    Confirmed,
    /// Every seat was given back.
    Cancelled,
    /// The hold ran out before it was confirmed.
    Expired,
}

impl OrderState {
    /// A new order: held until a deadline, or sold on the spot.
    pub const fn new(hold_until: Option<UtcMicros>) -> Self {
        match hold_until {
            Some(until) => Self::Held { until },
            None => Self::Confirmed,
        }
    }

    /// The customer has paid, or nothing was to be paid.
    pub fn confirm(self, now: UtcMicros) -> Result<Self, Refusal> {
        match self {
            Self::Held { until } if now < until => Ok(Self::Confirmed),
            Self::Held { .. } | Self::Expired => Err(Refusal::HoldExpired),
            Self::Confirmed => Err(Refusal::AlreadyConfirmed),
            Self::Cancelled => Err(Refusal::AlreadyCancelled),
        }
    }

    /// The last of its seats was given back.
    pub fn cancel(self, now: UtcMicros) -> Result<Self, Refusal> {
        match self {
            Self::Held { until } if until <= now => Err(Refusal::HoldExpired),
            Self::Held { .. } | Self::Confirmed => Ok(Self::Cancelled),
            Self::Cancelled => Err(Refusal::AlreadyCancelled),
            Self::Expired => Err(Refusal::HoldExpired),
        }
    }

    /// The deadline has passed.
    pub fn expire(self, now: UtcMicros) -> Result<Self, Refusal> {
        match self {
            Self::Held { until } if until <= now => Ok(Self::Expired),
            Self::Held { .. } => Err(Refusal::TooLate),
            Self::Confirmed => Err(Refusal::AlreadyConfirmed),
            Self::Cancelled => Err(Refusal::AlreadyCancelled),
            Self::Expired => Err(Refusal::HoldExpired),
        }
    }

    /// The deadline that its seats' claims carry.
    pub const fn claim_deadline(self) -> UtcMicros {
        match self {
            Self::Held { until } => until,
            Self::Confirmed => UtcMicros::NEVER,
            Self::Cancelled | Self::Expired => UtcMicros::BEGINNING,
        }
    }

    /// The word in the database and in answers.
    pub const fn word(self) -> OrderWord {
        match self {
            Self::Held { .. } => OrderWord::Held,
            Self::Confirmed => OrderWord::Confirmed,
            Self::Cancelled => OrderWord::Cancelled,
            Self::Expired => OrderWord::Expired,
        }
    }

    /// The state from its word and deadline, as stored.
    pub const fn from_stored(word: OrderWord, until: UtcMicros) -> Self {
        match word {
            OrderWord::Held => Self::Held { until },
            OrderWord::Confirmed => Self::Confirmed,
            OrderWord::Cancelled => Self::Cancelled,
            OrderWord::Expired => Self::Expired,
        }
    }
}

/// An order's state without its data; the number is what is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderWord {
    /// See [`OrderState::Held`].
    Held = 0,
    /// See [`OrderState::Confirmed`].
    Confirmed = 1,
    /// See [`OrderState::Cancelled`].
    Cancelled = 2,
    /// See [`OrderState::Expired`].
    Expired = 3,
}

impl OrderWord {
    /// The stored number's meaning.
    pub const fn from_number(number: i64) -> Option<Self> {
        match number {
            0 => Some(Self::Held),
            1 => Some(Self::Confirmed),
            2 => Some(Self::Cancelled),
            3 => Some(Self::Expired),
            _ => None,
        }
    }

    /// What answers say.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Confirmed => "confirmed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }
}

impl FromStr for OrderWord {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Held, Self::Confirmed, Self::Cancelled, Self::Expired]
            .into_iter()
            .find(|word| word.as_str() == text)
            .ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_state() -> impl Strategy<Value = OrderState> {
        prop_oneof![
            (0..200_i64).prop_map(|at| OrderState::Held { until: UtcMicros(at) }),
            Just(OrderState::Confirmed),
            Just(OrderState::Cancelled),
            Just(OrderState::Expired),
        ]
    }

    proptest! {
        #[test]
        fn what_is_over_stays_over_and_a_confirmed_order_never_expires(state in any_state(), now in 0..200_i64) {
            let now = UtcMicros(now);
            if matches!(state, OrderState::Cancelled | OrderState::Expired) {
                prop_assert!(state.confirm(now).is_err() && state.cancel(now).is_err() && state.expire(now).is_err());
            }
            if state == OrderState::Confirmed {
                prop_assert!(state.expire(now).is_err());
                prop_assert_eq!(state.cancel(now), Ok(OrderState::Cancelled));
            }
        }

        #[test]
        fn a_hold_can_be_confirmed_exactly_when_it_cannot_expire(until in 0..200_i64, now in 0..200_i64) {
            let state = OrderState::Held { until: UtcMicros(until) };
            prop_assert_ne!(state.confirm(UtcMicros(now)).is_ok(), state.expire(UtcMicros(now)).is_ok());
        }
    }
}
