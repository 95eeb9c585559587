//! A whole ticket office for a test: a real database of its own, a clock that the test turns, cheap
//! passwords, a small programme, and a client that talks to the front door without a socket.
//!
//! When a [`House`] is dropped its books are verified; what does not add up fails the test.
#![expect(clippy::unwrap_used, reason = "a test whose house cannot be built should end there")]
#![expect(clippy::panic, reason = "a failed expectation ends the test")]
#![expect(clippy::missing_panics_doc, reason = "everything here panics where a test should fail")]

mod answer;
mod client;
mod house;
mod place;
pub mod programme;
mod stream;

pub use answer::Answer;
pub use client::Client;
pub use house::{House, PASSWORD, Plan};
pub use stream::Stream;
