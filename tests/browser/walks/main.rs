//! What somebody with a browser can do, done by real browsers: `cargo xtask browser`.

mod harness;
mod swagger;
