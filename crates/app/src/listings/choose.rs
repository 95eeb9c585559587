//! What a visitor may choose, and what becomes of a choice that is not there.

use std::collections::BTreeSet;

use houselights_domain::{CinemaId, UtcMicros};
use jiff::civil::Date;

use super::{snapshot::Listed, snapshot::Snapshot};

/// What a visitor asks for; nothing: all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Shows of this cinema.
    pub cinema: Option<CinemaId>,
    /// Shows of this day by the cinema's calendar.
    pub day: Option<Date>,
    /// Such as `2D`.
    pub format: Option<String>,
    /// What is spoken.
    pub language: Option<String>,
}

/// A choice that was not there, and was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ignored {
    /// No such cinema has shows.
    Cinema,
    /// The day is over.
    Day,
    /// No show has this format.
    Format,
    /// No show is in this language.
    Language,
}

/// What there is to choose from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Cinemas by name.
    pub cinemas: Vec<(CinemaId, String)>,
    /// Formats by name.
    pub formats: Vec<String>,
    /// Codes of languages.
    pub languages: Vec<String>,
}

impl Choices {
    pub(super) fn of(shows: &[Listed]) -> Self {
        let rows = || shows.iter().map(|show| &show.facts.row);
        let cinemas: BTreeSet<(&str, i64)> = rows().map(|row| (row.cinema_name.as_str(), row.cinema.0)).collect();
        let formats: BTreeSet<&String> = rows().filter_map(|row| row.format.as_ref()).collect();
        let languages: BTreeSet<&str> = shows.iter().filter_map(Listed::language).collect();
        Self {
            cinemas: cinemas.into_iter().map(|(name, id)| (CinemaId(id), name.to_owned())).collect(),
            formats: formats.into_iter().cloned().collect(),
            languages: languages.into_iter().map(str::to_owned).collect(),
        }
    }
}

impl Wanted {
    pub(super) fn matches(&self, show: &Listed) -> bool {
        let row = &show.facts.row;
        self.cinema.is_none_or(|cinema| cinema == row.cinema)
            && self.format.as_ref().is_none_or(|format| Some(format) == row.format.as_ref())
            && self.language.as_deref().is_none_or(|language| Some(language) == show.language())
    }
}

impl Snapshot {
    /// Leaves out what is not there: a stale bookmark shows a programme and a notice, not an error.
    pub(super) fn accept(&self, mut wanted: Wanted, now: UtcMicros) -> (Wanted, Vec<Ignored>) {
        let mut ignored = Vec::new();
        let choices = &self.choices;
        if wanted.cinema.take_if(|asked| choices.cinemas.iter().all(|(id, _)| id != asked)).is_some() {
            ignored.push(Ignored::Cinema);
        }
        if wanted.format.take_if(|asked| !choices.formats.contains(asked)).is_some() {
            ignored.push(Ignored::Format);
        }
        if wanted.language.take_if(|asked| !choices.languages.contains(asked)).is_some() {
            ignored.push(Ignored::Language);
        }
        let today = self.today(&wanted, now).first;
        if wanted.day.take_if(|asked| *asked < today).is_some() {
            ignored.push(Ignored::Day);
        }
        (wanted, ignored)
    }
}
