//! What the programs share that torment the real binary: a server as a process, a blocking client, a small cinema.

use std::process::ExitCode;

pub mod client;
pub mod disk;
pub mod house;
pub mod load;
pub mod random;
pub mod server;

/// What goes wrong is told in a sentence.
pub type Result<T = ()> = std::result::Result<T, String>;

/// How a program ends: what went wrong is its last word.
#[expect(clippy::print_stderr, reason = "a test program's complaints are its interface")]
pub fn ended(result: Result) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

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
