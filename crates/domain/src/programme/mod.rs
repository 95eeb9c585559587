//! The programme file: what a cinema imports and exports. One JSON text with cinemas, movies and shows.
//!
//! [`Programme`] is the file as written, and serialises back to the same format; [`Programme::check`] makes of it
//! what may be stored.

mod check;

use serde::{Deserialize, Serialize};

pub use check::{CheckedProgramme, Known};

use crate::{
    draft::{CinemaDraft, MovieDraft, ShowDraft},
    problem::Problem,
};

/// A programme file as it is written. Every part may be absent: a file with shows alone is a programme.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Programme {
    /// Sites with their screens.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cinemas: Vec<CinemaDraft>,
    /// Films.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub movies: Vec<MovieDraft>,
    /// Screenings of movies on screens, of this file or known before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shows: Vec<ShowDraft>,
}

impl Programme {
    /// Reads the text of a file; a problem names the line and the column. What the words in it mean is
    /// [`Self::check`]'s question.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        serde_json::from_str(text).map_err(|error| vec![unreadable(&error)])
    }

    /// How many cinemas, screens, movies and shows there are in it.
    pub fn parts(&self) -> usize {
        let screens: usize = self.cinemas.iter().map(|cinema| cinema.screens.len()).sum();
        self.cinemas.len() + screens + self.movies.len() + self.shows.len()
    }

    /// The text of a file that reads back as this programme.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }
}

/// `serde_json` says the place at the end of its message; here it goes to the front, as for every problem.
fn unreadable(error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    let message = error.to_string();
    let reason = message.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&message);
    Problem::new(format!("line {line}, column {column}"), reason)
}

#[cfg(test)]
mod tests;
