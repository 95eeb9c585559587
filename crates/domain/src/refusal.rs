//! Every reason for a "no" that a rule, and not a fault, gives.

use crate::{
    ids::{BookingId, OrderId, ShowId},
    layout::SeatNumber,
};

/// Why a command about seats was not carried out. A refusal has no effect on anything.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such show.
    #[error("there is no show {0}")]
    UnknownShow(ShowId),
    /// There is no such booking.
    #[error("there is no booking {0}")]
    UnknownBooking(BookingId),
    /// There is no such order.
    #[error("there is no order {0}")]
    UnknownOrder(OrderId),
    /// The number is no seat of the show.
    #[error("{seat} is not a seat of this show; its seats are 1 to {total}")]
    NotASeat {
        /// What was asked for.
        seat: SeatNumber,
        /// How many seats the show has.
        total: u32,
    },
    /// The command names no seat.
    #[error("choose at least one seat")]
    NoSeats,
    /// The command names more seats than one order may have.
    #[error("an order may have at most {most} seats")]
    TooManySeats {
        /// The limit in force.
        most: usize,
    },
    /// The command names a seat twice.
    #[error("seat {0} is named twice")]
    DoubleSeat(SeatNumber),
    /// Someone owns these seats; all that were in the way, in order.
    #[error("taken: {}", list(.0))]
    SeatTaken(Vec<SeatNumber>),
    /// No seat of the show is free.
    #[error("every seat of this show is taken")]
    SoldOut,
    /// Tickets are not sold yet.
    #[error("sales for this show have not opened yet")]
    SalesNotOpen,
    /// Tickets are no longer sold.
    #[error("sales for this show have closed")]
    SalesClosed,
    /// The show was called off.
    #[error("this show was called off")]
    ShowCancelled,
    /// The show changed between the quote and the sale: look again.
    #[error("this show has just been changed; look at it again")]
    ShowChanged,
    /// The booking or order belongs to someone else.
    #[error("this belongs to someone else")]
    NotYours,
    /// It was cancelled before.
    #[error("this was cancelled before")]
    AlreadyCancelled,
    /// The hold's deadline has passed.
    #[error("the time to complete this order is over")]
    HoldExpired,
    /// The order was completed before.
    #[error("this order was completed before")]
    AlreadyConfirmed,
    /// It is too late to cancel.
    #[error("it is too late to cancel: the show has begun")]
    TooLate,
    /// The idempotency key was used with another request.
    #[error("this Idempotency-Key was used with another request")]
    KeyReused,
}

fn list(seats: &[SeatNumber]) -> String {
    let words: Vec<String> = seats.iter().map(ToString::to_string).collect();
    words.join(", ")
}
