//! What is wrong with something a person wrote, and where: collected, so that one look mends everything.

use std::fmt;

/// Collecting stops here: a file with more faults than this has one cause, and a person to tell it to.
pub const MAX_PROBLEMS: usize = 100;
/// How many characters of somebody's text a reason repeats.
const MAX_QUOTED: usize = 60;

/// One fault and its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where: a JSON path such as `shows[3].starts_at`, a field's name, or `line 3, column 7`. Empty: the whole.
    pub path: String,
    /// What is wrong, as the rest of a sentence about the place.
    pub reason: String,
}

impl Problem {
    /// A fault at a place.
    pub fn new(path: impl Into<String>, reason: impl fmt::Display) -> Self {
        Self { path: path.into(), reason: reason.to_string() }
    }

    /// The same fault seen from one level further out: `title` in `movies[2]` is `movies[2].title`.
    #[must_use]
    pub fn within(self, outer: &str) -> Self {
        let path = match (outer.is_empty(), self.path.is_empty()) {
            (true, _) => self.path,
            (_, true) => outer.to_owned(),
            _ => format!("{outer}.{}", self.path),
        };
        Self { path, reason: self.reason }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { f.write_str(&self.reason) } else { write!(f, "{}: {}", self.path, self.reason) }
    }
}

impl std::error::Error for Problem {}

/// A bounded list of faults that checks write to as they go.
#[derive(Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Notes a fault, unless there are [`MAX_PROBLEMS`] already.
    pub fn push(&mut self, path: impl Into<String>, reason: impl fmt::Display) {
        self.add(Problem::new(path, reason));
    }

    /// The part, or its faults are noted, whose paths are relative to it.
    pub fn part<T>(&mut self, outer: &str, checked: Result<T, Vec<Problem>>) -> Option<T> {
        match checked {
            Ok(part) => Some(part),
            Err(inner) => {
                for problem in inner {
                    self.add(problem.within(outer));
                }
                None
            }
        }
    }

    /// The value, or its fault is noted.
    pub fn keep<T>(&mut self, path: &str, checked: Result<T, impl fmt::Display>) -> Option<T> {
        checked.map_err(|reason| self.push(path, reason)).ok()
    }

    /// The value, or its fault is noted and a stand-in carries on: for the fields of something that
    /// [`Self::finish`] will then refuse.
    pub fn or_default<T: Default>(&mut self, path: &str, checked: Result<T, impl fmt::Display>) -> T {
        self.keep(path, checked).unwrap_or_default()
    }

    /// No more are noted.
    pub const fn is_full(&self) -> bool {
        self.0.len() >= MAX_PROBLEMS
    }

    /// What was made, if nothing was wrong; a value that is absent without any fault is the caller's slip.
    pub fn finish<T>(self, made: Option<T>) -> Result<T, Vec<Problem>> {
        match made {
            Some(made) if self.0.is_empty() => Ok(made),
            _ => Err(self.0),
        }
    }

    fn add(&mut self, problem: Problem) {
        if !self.is_full() {
            self.0.push(problem);
        }
    }
}

/// Somebody's text in quotes, escaped, and cut where it would drown the reason.
pub fn quoted(text: &str) -> String {
    match text.char_indices().nth(MAX_QUOTED) {
        Some((end, _)) => format!("{:?}...", &text[..end]),
        None => format!("{text:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_named_from_the_outside_in() {
        let problem = Problem::new("title", "must not be empty").within("movies[2]");
        assert_eq!(problem.to_string(), "movies[2].title: must not be empty");
        assert_eq!(Problem::new("", "is missing").within("movies").to_string(), "movies: is missing");
        assert_eq!(Problem::new("title", "no").within("").to_string(), "title: no");
    }

    #[test]
    fn a_list_stops_at_its_bound_and_refuses_what_was_made() {
        let mut problems = Problems::default();
        for index in 0..250 {
            problems.push(index.to_string(), "no");
        }
        assert!(problems.is_full());
        assert_eq!(problems.finish(Some(())).unwrap_err().len(), MAX_PROBLEMS);
        assert_eq!(Problems::default().finish(Some(7)), Ok(7));
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(quoted("é\n"), "\"é\\n\"");
        assert_eq!(quoted(&"é".repeat(61)).chars().count(), 2 + 60 + 3);
    }
}
