//! What somebody with a browser can do, done by real browsers: `cargo xtask browser`.

mod accounts;
mod harness;
mod hostile;
mod pages;
mod swagger;
