//! The public contract (the API of the README and what surrounds it) as a client of the original would use it.
#![expect(clippy::unwrap_used, reason = "a test that meets something else should end there")]

mod accounts;
mod away;
mod bodies;
mod booking;
mod cancelling;
mod errors;
mod fields;
mod house;
mod idempotency;
mod live;
mod my_bookings;
mod nodes;
mod openapi;
mod programme;
mod rush;
mod seat_number;
mod slashes;
