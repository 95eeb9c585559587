//! Real browsers before the real binary: a walk opens a house and as many browsers as it needs, and fails on anything
//! that a page complains about in its console. Run by `cargo xtask browser`.
#![cfg(feature = "chromium")]

pub mod axe;
mod browser;
mod chromedriver;
mod evidence;
pub mod fit;
pub mod house;
mod look;
pub mod pages;
mod walk;

pub use browser::{Browser, css, link};
pub use house::{Customer, House};
pub use look::Look;
pub use thirtyfour::{By, Key};
pub use walk::{Stage, walk};

/// What goes wrong is told in a sentence; anything that fails can be passed on with `?`.
pub type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;
