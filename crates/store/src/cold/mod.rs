//! The cold path: portable queries, one file a subject.

pub mod bookings;
pub mod catalogue;
pub mod sessions;
pub mod users;
