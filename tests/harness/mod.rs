//! What the programs share that torment the real binary: a server as a process, a blocking client, a small cinema.

pub mod client;
pub mod disk;
pub mod house;
pub mod load;
pub mod random;
pub mod server;

/// What goes wrong is told in a sentence.
pub type Result<T = ()> = std::result::Result<T, String>;

/// Puts what was attempted before a fault.
pub trait Attempting<T> {
    /// `what`, then the fault.
    fn attempting(self, what: &str) -> Result<T>;
}

impl<T, E: std::fmt::Display> Attempting<T> for std::result::Result<T, E> {
    fn attempting(self, what: &str) -> Result<T> {
        self.map_err(|error| format!("{what}: {error}"))
    }
}
