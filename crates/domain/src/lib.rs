//! What would be true with pen and paper: seats, shows, claims, orders and every reason for a "no".
//!
//! Nothing here knows the time, throws dice, or touches a file, a socket or a database: the clock and
//! randomness are arguments. That is what makes each rule testable on its own.

pub mod booking;
pub mod claim;
pub mod credentials;
pub mod draft;
pub mod drawing;
pub mod films;
pub mod ids;
pub mod layout;
pub mod ledger;
pub mod money;
pub mod order;
pub mod problem;
pub mod programme;
pub mod refusal;
pub mod replay;
pub mod role;
pub mod show;
pub mod time;

pub use ids::{BookingId, CinemaId, LayoutId, MovieId, OrderId, ScreenId, ShowId, UserId};
pub use layout::{Layout, Seat, SeatKind, SeatNumber};
pub use problem::Problem;
pub use refusal::Refusal;
pub use role::Role;
pub use time::UtcMicros;
