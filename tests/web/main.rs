//! Pages over the whole house, without a browser: what a browser sends and gets when it runs no script.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop at any fault")]
#![expect(clippy::panic, reason = "helpers of tests stop at any fault")]

mod posters;
mod programme;
mod seen;
mod show;
