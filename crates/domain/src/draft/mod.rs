//! What people ask for, before and after it was checked: cinemas, screens, movies and shows.
//!
//! A `...Draft` is the text of a programme file or of a staff form; a `New...` can only be made by its
//! `check`, so whoever has one need not check again. Each rule stands once, here, for both ways in.

mod cinema;
mod movie;
mod rules;
mod show;
mod when;

pub use cinema::{
    CinemaDraft, DEFAULT_CLEANING_MINUTES, MAX_CLEANING_MINUTES, MAX_SCREENS, NewCinema, NewScreen, ScreenDraft,
};
pub use movie::{MAX_DURATION_MINUTES, MAX_SYNOPSIS, MovieDraft, NewMovie};
pub use rules::{MAX_KEY, MAX_LABEL, MAX_LABELS, MAX_NAME};
pub use show::{KnownMovie, KnownScreen, MAX_PRICE, NewShow, ScreenPath, ShowDraft};
pub use when::{instant, local_text};
