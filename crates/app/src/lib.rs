//! Time, queues and side effects: what the ticket office does, without knowing of HTTP or SQL.

pub mod clock;
pub mod engine;
pub mod entropy;
pub mod error;

pub use clock::Clock;
pub use entropy::Entropy;
pub use error::{Error, Result};
