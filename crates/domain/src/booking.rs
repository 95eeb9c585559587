//! One seat of an order: the object that the original API calls a booking.

use crate::{
    ids::{BookingId, OrderId, ShowId, UserId},
    layout::SeatNumber,
    money::Minor,
    time::UtcMicros,
};

/// How far one seat of an order has come; the number is what is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BookingStatus {
    /// Kept until its order's deadline.
    Held = 0,
    /// The customer's.
    Booked = 1,
    /// Given back.
    Cancelled = 2,
    /// Lost, because the hold ran out.
    Expired = 3,
}

impl BookingStatus {
    /// The stored number's meaning.
    pub const fn from_number(number: i64) -> Option<Self> {
        match number {
            0 => Some(Self::Held),
            1 => Some(Self::Booked),
            2 => Some(Self::Cancelled),
            3 => Some(Self::Expired),
            _ => None,
        }
    }

    /// What answers say.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Booked => "booked",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }
}

/// A booking as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    /// Its number.
    pub id: BookingId,
    /// The order it belongs to.
    pub order: OrderId,
    /// Whose it is.
    pub user: UserId,
    /// For which show.
    pub show: ShowId,
    /// Which seat.
    pub seat: SeatNumber,
    /// How far it has come.
    pub status: BookingStatus,
    /// What it costs, frozen when the seat was claimed.
    pub price: Minor,
    /// When the seat was claimed.
    pub created_at: UtcMicros,
    /// When it was given back or lost.
    pub ended_at: Option<UtcMicros>,
}
