//! The cold path: portable queries, one file a subject.

pub mod bookings;
pub mod catalogue;
