//! The shape of the code: which crate may know which, and the house numbers. Every rule is a plain function over
//! names or text, shown to fail on a made-up input before it is held against the tree.
#![expect(clippy::expect_used, reason = "a test that cannot read the tree should end there")]

mod arrows;
mod code;
mod programme;
mod readme;
mod source;
mod text;
