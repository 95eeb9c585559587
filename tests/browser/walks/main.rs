//! What somebody with a browser can do, done by real browsers: `cargo xtask browser`.

mod accounts;
mod booking;
mod harness;
mod hostile;
mod keyboard;
mod pages;
mod swagger;
