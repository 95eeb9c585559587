//! Movies.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::rules;
use crate::problem::{Problem, Problems, quoted};

/// The longest film.
pub const MAX_DURATION_MINUTES: u32 = 1_000;
/// The most characters of a synopsis.
pub const MAX_SYNOPSIS: usize = 10_000;

/// A movie as a programme file writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MovieDraft {
    /// Names it for ever.
    pub key: String,
    /// What people read.
    pub title: String,
    /// Running time.
    pub duration_minutes: i64,
    /// The age rating, such as `PG`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// What is spoken, such as `de`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// Such as `Science fiction`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub genres: Vec<String>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub synopsis: Option<String>,
    /// A file's name, such as `metropolis.webp`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poster: Option<String>,
    /// Day of release, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_date: Option<String>,
}

/// A movie that may be stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewMovie {
    /// 1 to 100 characters.
    pub key: String,
    /// 1 to 200 characters.
    pub title: String,
    /// 1 to 1,000.
    pub duration_minutes: u32,
    /// At most 50 characters.
    pub certificate: Option<String>,
    /// At most 50, each of at most 50 characters, none twice.
    pub languages: Vec<String>,
    /// At most 50, each of at most 50 characters, none twice.
    pub genres: Vec<String>,
    /// At most 10,000 characters.
    pub synopsis: Option<String>,
    /// The bare name of a file.
    pub poster: Option<String>,
    /// Day of release.
    pub release_date: Option<Date>,
}

impl NewMovie {
    /// Checks one movie; paths are its fields (`title`, `genres[1]`).
    pub fn check(draft: &MovieDraft) -> Result<Self, Vec<Problem>> {
        let mut problems = Problems::default();
        let made = Self {
            key: problems.or_default("key", rules::key(&draft.key)),
            title: problems.or_default("title", rules::line(&draft.title, rules::MAX_NAME)),
            duration_minutes: problems
                .or_default("duration_minutes", rules::minutes(draft.duration_minutes, 1, MAX_DURATION_MINUTES)),
            certificate: problems
                .or_default("certificate", rules::optional(draft.certificate.as_deref(), rules::MAX_LABEL)),
            languages: labels("languages", &draft.languages, &mut problems),
            genres: labels("genres", &draft.genres, &mut problems),
            synopsis: problems.or_default("synopsis", rules::lines(draft.synopsis.as_deref(), MAX_SYNOPSIS)),
            poster: problems.or_default("poster", poster(draft.poster.as_deref())),
            release_date: problems.or_default("release_date", draft.release_date.as_deref().map(day).transpose()),
        };
        problems.finish(Some(made))
    }

    /// The way back, for the export; checks to the same movie.
    pub fn draft(&self) -> MovieDraft {
        MovieDraft {
            key: self.key.clone(),
            title: self.title.clone(),
            duration_minutes: i64::from(self.duration_minutes),
            certificate: self.certificate.clone(),
            languages: self.languages.clone(),
            genres: self.genres.clone(),
            synopsis: self.synopsis.clone(),
            poster: self.poster.clone(),
            release_date: self.release_date.as_ref().map(ToString::to_string),
        }
    }
}

/// Several short texts; what is there twice is kept once.
fn labels(path: &str, given: &[String], problems: &mut Problems) -> Vec<String> {
    if given.len() > rules::MAX_LABELS {
        problems.push(path, format!("has {} entries; at most {} are possible", given.len(), rules::MAX_LABELS));
        return Vec::new();
    }
    let mut seen = BTreeSet::new();
    let mut kept = Vec::new();
    for (index, text) in given.iter().enumerate() {
        if let Some(label) = problems.keep(&format!("{path}[{index}]"), rules::line(text, rules::MAX_LABEL))
            && seen.insert(label.clone())
        {
            kept.push(label);
        }
    }
    kept
}

/// A file's bare name: it becomes a part of a path and of an address, and must not lead elsewhere.
fn poster(name: Option<&str>) -> Result<Option<String>, String> {
    let name = rules::optional(name, rules::MAX_NAME)?;
    match &name {
        Some(name) if name.starts_with('.') || name.contains(['/', '\\', ':', '?', '#', '%']) => {
            Err(format!("{} must be the bare name of a file, such as metropolis.webp", quoted(name)))
        }
        _ => Ok(name),
    }
}

/// A day as `YYYY-MM-DD`. Stricter than jiff, which would drop a time of day silently.
fn day(text: &str) -> Result<Date, String> {
    let plain = text.len() == 10 && text.chars().all(|c| c.is_ascii_digit() || c == '-');
    let day = if plain { text.parse().ok() } else { None };
    day.ok_or_else(|| format!("{} is no day such as 1927-01-10", quoted(text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn metropolis() -> MovieDraft {
        MovieDraft {
            key: "m1".into(),
            title: "Metropolis".into(),
            duration_minutes: 153,
            certificate: Some("PG".into()),
            languages: vec!["de".into()],
            genres: vec!["Science fiction".into(), " Drama".into(), "Drama".into()],
            synopsis: Some("A city.\nTwo worlds.".into()),
            poster: Some("metropolis.webp".into()),
            release_date: Some("1927-01-10".into()),
        }
    }

    #[test]
    fn a_movie_is_taken_and_written_back() {
        let made = NewMovie::check(&metropolis()).unwrap();
        assert_eq!(made.genres, ["Science fiction", "Drama"]);
        assert_eq!(made.release_date, Some(jiff::civil::date(1927, 1, 10)));
        assert_eq!(NewMovie::check(&made.draft()), Ok(made));
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let faulty = MovieDraft {
            key: String::new(),
            title: "x".repeat(201),
            duration_minutes: 0,
            certificate: Some("x".repeat(51)),
            languages: vec!["de".into(), " ".into()],
            genres: vec!["x".into(); 51],
            synopsis: Some("x".repeat(10_001)),
            poster: Some("../../etc/passwd".into()),
            release_date: Some("1927-02-30".into()),
        };
        let paths: Vec<String> = NewMovie::check(&faulty).unwrap_err().into_iter().map(|p| p.path).collect();
        assert_eq!(
            paths,
            [
                "key",
                "title",
                "duration_minutes",
                "certificate",
                "languages[1]",
                "genres",
                "synopsis",
                "poster",
                "release_date"
            ]
        );
    }

    #[test]
    fn a_poster_leads_nowhere_else() {
        for name in ["a/b.webp", "..", ".hidden", "c:\\x", "https://example.org/x.webp", "a.webp?x"] {
            assert!(NewMovie::check(&MovieDraft { poster: Some(name.into()), ..metropolis() }).is_err(), "{name}");
        }
    }

    #[test]
    fn a_blank_option_is_absent() {
        let draft = MovieDraft { certificate: Some(" ".into()), synopsis: Some("\n".into()), ..metropolis() };
        let made = NewMovie::check(&draft).unwrap();
        assert_eq!((made.certificate, made.synopsis), (None, None));
    }

    proptest! {
        #[test]
        fn exactly_the_running_times_from_1_to_1000_are_taken(minutes in -10..1_100_i64) {
            let taken = NewMovie::check(&MovieDraft { duration_minutes: minutes, ..metropolis() }).is_ok();
            prop_assert_eq!(taken, (1..=1_000).contains(&minutes));
        }

        #[test]
        fn what_was_taken_stays_as_it_is(title in "\\PC{0,30}", synopsis in "(\\PC|\n){0,30}", genres in prop::collection::vec("\\PC{1,8}", 0..4)) {
            let draft = MovieDraft { title, synopsis: Some(synopsis), genres, ..metropolis() };
            if let Ok(made) = NewMovie::check(&draft) {
                prop_assert_eq!(NewMovie::check(&made.draft()), Ok(made));
            }
        }
    }
}
