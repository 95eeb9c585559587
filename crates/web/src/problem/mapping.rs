//! The one place that turns reasons into answers. No arm is a wildcard: a new reason forces a decision here.

use std::time::Duration;

use houselights_app::{Error, error::StoreError};
use houselights_domain::{Refusal, SeatNumber};

use super::{Code, Problem};

/// When to come again after the database was away.
const DATABASE_RETRY: Duration = Duration::from_secs(2);

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::Invalid(fields) => Self::fields(fields),
            Error::WrongCredentials => Self::new(
                Code::NoActiveAccount,
                "No active account has this user name and password. Please check both.",
            ),
            Error::InvalidToken => Self::new(
                Code::TokenNotValid,
                "The token is invalid or has expired. Refresh it at /api/token/refresh/ or sign in again at /api/login/.",
            ),
            Error::NotAllowed => Self::new(Code::PermissionDenied, "This account may not do this."),
            Error::NotFound(kind) => unknown(kind),
            Error::Conflict(reason) => Self::new(Code::Conflict, sentence(reason)),
            Error::InFlight => Self::new(
                Code::InFlight,
                "The first request with this Idempotency-Key is still being worked on. Ask again in a moment.",
            )
            .retry_after(Duration::from_secs(1)),
            Error::TooMany { retry_after } => {
                Self::new(Code::Throttled, "That was too many requests in a short time. Please wait a moment.")
                    .retry_after(retry_after)
            }
            Error::Busy { retry_after } => Self::new(
                Code::Busy,
                "Too much is going on right now and nothing was changed. Please try again shortly.",
            )
            .retry_after(retry_after),
            Error::Store(error) => store(error),
            Error::Bug(fault) => Self::internal(fault),
        }
    }
}

/// A reason with a capital letter at its beginning and a full stop at its end.
fn sentence(mut reason: String) -> String {
    if let Some(first) = reason.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    if !reason.ends_with('.') {
        reason.push('.');
    }
    reason
}

fn unknown(kind: &'static str) -> Problem {
    let code = match kind {
        "movie" => Code::UnknownMovie,
        "show" => Code::UnknownShow,
        "booking" => Code::UnknownBooking,
        "order" => Code::UnknownOrder,
        _ => Code::NotFound,
    };
    Problem::new(code, format!("There is no such {kind}."))
}

fn store(error: StoreError) -> Problem {
    match error {
        StoreError::Unavailable(fault) => Problem::new(
            Code::DatabaseAway,
            "The ticket office cannot reach its books right now. Please try again shortly.",
        )
        .retry_after(DATABASE_RETRY)
        .with_fault(fault),
        StoreError::Unknown(fault) => Problem::new(
            Code::OutcomeUnknown,
            "The connection to the books was lost while this was being written down, and whether it was cannot be said \
             yet. Look at your bookings, or send the same request with the same Idempotency-Key, before trying anew.",
        )
        .retry_after(DATABASE_RETRY)
        .with_fault(fault),
        StoreError::Taken(fault) => {
            Problem::new(Code::Conflict, "Something with this name is there already.").with_fault(fault)
        }
        StoreError::InUse(fault) => {
            Problem::new(Code::Conflict, "This is still in use and cannot be removed.").with_fault(fault)
        }
        StoreError::Setup(fault) | StoreError::Corrupt(fault) | StoreError::Bug(fault) => Problem::internal(fault),
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::UnknownShow(id) => Self::new(Code::UnknownShow, format!("There is no show {id}.")),
            Refusal::UnknownBooking(id) => Self::new(Code::UnknownBooking, format!("There is no booking {id}.")),
            Refusal::UnknownOrder(id) => Self::new(Code::UnknownOrder, format!("There is no order {id}.")),
            Refusal::NotASeat { seat, total } => not_a_seat(seat, total),
            Refusal::NoSeats => Self::new(Code::NoSeats, "Please choose at least one seat.")
                .with_error("seat_numbers", "Choose at least one seat."),
            Refusal::TooManySeats { most } => {
                Self::new(Code::TooManySeats, format!("One order may have at most {most} seats. Please choose fewer."))
                    .with_error("seat_numbers", format!("At most {most} seats."))
            }
            Refusal::DoubleSeat(seat) => {
                Self::new(Code::DoubleSeat, format!("Seat {seat} is named twice. Please name each seat once."))
                    .with_error("seat_numbers", format!("Seat {seat} is named twice."))
            }
            Refusal::SeatTaken(seats) => seat_taken(&seats),
            Refusal::SoldOut => Self::new(
                Code::SoldOut,
                "Every seat of this show is taken. Another show of this movie may have free seats.",
            ),
            Refusal::SalesNotOpen => {
                Self::new(Code::SalesNotOpen, "Tickets for this show are not on sale yet. Please come back later.")
            }
            Refusal::SalesClosed => {
                Self::new(Code::SalesClosed, "Sales for this show have closed. Please choose a later show.")
            }
            Refusal::ShowCancelled => {
                Self::new(Code::ShowCancelled, "This show was called off. Please choose another one.")
            }
            Refusal::ShowChanged => Self::new(
                Code::ShowChanged,
                "This show has just been changed and nothing was booked. Please look at it again.",
            ),
            Refusal::NotYours => Self::new(Code::NotYours, "This belongs to someone else."),
            Refusal::AlreadyCancelled => {
                Self::new(Code::AlreadyCancelled, "This was cancelled before. There is nothing left to do.")
            }
            Refusal::HoldExpired => Self::new(
                Code::HoldExpired,
                "The time to complete this order is over and its seats are free again. Please choose seats anew.",
            ),
            Refusal::AlreadyConfirmed => {
                Self::new(Code::AlreadyConfirmed, "This order was completed before. There is nothing left to do.")
            }
            Refusal::TooLate => Self::new(Code::TooLate, "It is too late to cancel: the show has begun."),
            Refusal::KeyReused => Self::new(
                Code::KeyReused,
                "This Idempotency-Key was used with another request. Please use a new key for a new request.",
            ),
        }
    }
}

fn not_a_seat(seat: SeatNumber, total: u32) -> Problem {
    let detail = format!("{seat} is not a seat of this show. Its seats are numbered 1 to {total}.");
    Problem::new(Code::NotASeat, detail.clone()).with_error("seat_number", detail)
}

fn seat_taken(seats: &[SeatNumber]) -> Problem {
    if let [seat] = seats {
        let detail = format!("Seat {seat} is taken. Please choose another one.");
        return Problem::new(Code::SeatTaken, detail).with_error("seat_number", format!("Seat {seat} is taken."));
    }
    let names: Vec<String> = seats.iter().map(ToString::to_string).collect();
    let detail = format!("Seats {} are taken and nothing was booked. Please choose others.", names.join(", "));
    let problem = Problem::new(Code::SeatTaken, detail);
    seats.iter().fold(problem, |problem, seat| problem.with_error("seat_numbers", format!("Seat {seat} is taken.")))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use houselights_domain::{BookingId, OrderId, ShowId};

    use super::*;

    fn refusals() -> Vec<Refusal> {
        vec![
            Refusal::UnknownShow(ShowId(7)),
            Refusal::UnknownBooking(BookingId(8)),
            Refusal::UnknownOrder(OrderId(9)),
            Refusal::NotASeat { seat: SeatNumber(181), total: 180 },
            Refusal::NoSeats,
            Refusal::TooManySeats { most: 10 },
            Refusal::DoubleSeat(SeatNumber(3)),
            Refusal::SeatTaken(vec![SeatNumber(5)]),
            Refusal::SeatTaken(vec![SeatNumber(5), SeatNumber(6)]),
            Refusal::SoldOut,
            Refusal::SalesNotOpen,
            Refusal::SalesClosed,
            Refusal::ShowCancelled,
            Refusal::ShowChanged,
            Refusal::NotYours,
            Refusal::AlreadyCancelled,
            Refusal::HoldExpired,
            Refusal::AlreadyConfirmed,
            Refusal::TooLate,
            Refusal::KeyReused,
        ]
    }

    fn faults() -> Vec<Error> {
        let wait = Duration::from_millis(1500);
        vec![
            Error::Invalid(vec![("a".into(), "One.".into()), ("a".into(), "Two.".into()), ("b".into(), "X.".into())]),
            Error::WrongCredentials,
            Error::InvalidToken,
            Error::NotAllowed,
            Error::NotFound("movie"),
            Error::NotFound("screen"),
            Error::Conflict("The screen has shows.".into()),
            Error::InFlight,
            Error::TooMany { retry_after: wait },
            Error::Busy { retry_after: wait },
            Error::Store(StoreError::Unavailable("SECRET".into())),
            Error::Store(StoreError::Unknown("SECRET".into())),
            Error::Store(StoreError::Taken("SECRET".into())),
            Error::Store(StoreError::InUse("SECRET".into())),
            Error::Store(StoreError::Setup("SECRET".into())),
            Error::Store(StoreError::Corrupt("SECRET".into())),
            Error::Store(StoreError::Bug("SECRET".into())),
            Error::Bug("SECRET".into()),
        ]
    }

    fn lines(problems: Vec<Problem>) -> String {
        let mut text = String::new();
        for problem in problems {
            let retry = problem.retry_after.map_or(String::new(), |s| format!(" (Retry-After: {s})"));
            let body = String::from_utf8(problem.body()).unwrap();
            assert!(!body.contains("SECRET"), "{body}");
            writeln!(text, "{body}{retry}").unwrap();
        }
        text
    }

    #[test]
    fn every_refusal_has_an_answer() {
        insta::assert_snapshot!(lines(refusals().into_iter().map(Problem::from).collect()));
    }

    #[test]
    fn every_fault_has_an_answer_that_gives_nothing_away() {
        insta::assert_snapshot!(lines(faults().into_iter().map(Problem::from).collect()));
    }

    #[test]
    fn every_code_is_its_own_word() {
        let mut words: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Code::ALL.len());
    }
}
