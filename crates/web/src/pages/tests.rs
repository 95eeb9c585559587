//! What holds for every page.

mod booked;
mod rendering;
mod source;
mod walks;

/// A text from outside that tries to become markup in every place where a text can stand.
pub(crate) const HOSTILE: &str =
    "<script>alert('x')</script>\"' onload=alert(1) javascript:alert(2) </style>{{ 7*7 }}&";
