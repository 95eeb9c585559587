//! Bare lists of films, as people have them in spreadsheets: other column names, gaps, numbers for titles.

use std::collections::{BTreeMap, BTreeSet, HashMap, hash_map::Entry};

use jiff::civil::Date;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    draft::{MovieDraft, NewMovie},
    problem::{Problem, Problems, quoted},
};

/// What a column or a default may fill. `key` is made from title and year where no column gives it.
pub const FIELDS: [&str; 9] =
    ["title", "duration_minutes", "certificate", "languages", "genres", "synopsis", "poster", "release_date", "key"];

/// How many characters of a title a made key shows; the rest is for the year and the hash.
const MAX_SLUG: usize = 80;

/// One film of a list: its columns by name.
pub type Row = BTreeMap<String, Value>;

/// Which column fills which field, and what fills a gap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    /// Column by field. A field that is not here is looked for in the column of its own name.
    map: BTreeMap<String, String>,
    /// What to take where the column is missing, null or blank, by field.
    defaults: BTreeMap<String, String>,
}

impl Mapping {
    /// Reads `field=column` and `field=value` as they stand on a command line; a problem's path is the option.
    pub fn parse<S: AsRef<str>>(map: &[S], defaults: &[S]) -> Result<Self, Vec<Problem>> {
        let mut problems = Problems::default();
        let map = pairs("--map", map, &mut problems);
        let defaults = pairs("--default", defaults, &mut problems);
        problems.finish(Some(Self { map, defaults }))
    }

    /// The columns that were mapped and that no row has: a slip of the pen that would lose every value of a
    /// field in silence. Each problem's path is the option.
    pub fn check_columns(&self, columns: &BTreeSet<&str>) -> Result<(), Vec<Problem>> {
        let mut problems = Problems::default();
        for (field, column) in self.map.iter().filter(|(_, column)| !columns.contains(column.as_str())) {
            let there: Vec<&str> = columns.iter().copied().take(30).collect();
            let reason = format!("there is no column {}; there are {}", quoted(column), there.join(", "));
            problems.push(format!("--map {field}"), reason);
        }
        problems.finish(Some(()))
    }

    /// The value of a field in a row: its column's, else the default.
    fn value(&self, row: &Row, field: &str) -> Option<Value> {
        let column = self.map.get(field).map_or(field, String::as_str);
        let given = row.get(column).filter(|value| match value {
            Value::Null => false,
            Value::String(text) => !text.trim().is_empty(),
            _ => true,
        });
        given.cloned().or_else(|| self.defaults.get(field).cloned().map(Value::String))
    }
}

fn pairs<S: AsRef<str>>(option: &str, given: &[S], problems: &mut Problems) -> BTreeMap<String, String> {
    let mut pairs = BTreeMap::new();
    for text in given.iter().map(AsRef::as_ref) {
        let Some((field, right)) = text.split_once('=') else {
            problems.push(option, format!("{} is no field=value", quoted(text)));
            continue;
        };
        if !FIELDS.contains(&field) {
            problems.push(option, format!("there is no field {}; there are {}", quoted(field), FIELDS.join(", ")));
        } else if pairs.insert(field.to_owned(), right.to_owned()).is_some() {
            problems.push(option, format!("the field {field} is there twice"));
        }
    }
    pairs
}

/// A list as it was taken: a row that cannot be taken does not keep the others out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilmList {
    /// The films with their rows' numbers, counted from 1.
    pub taken: Vec<(usize, NewMovie)>,
    /// The other rows' numbers, and why.
    pub refused: Vec<(usize, Vec<Problem>)>,
}

/// Takes a whole list, row by row; a film that is there twice is taken once. An error is a fault of the mapping.
pub fn films(rows: &[Row], mapping: &Mapping) -> Result<FilmList, Vec<Problem>> {
    if !rows.is_empty() {
        mapping.check_columns(&rows.iter().flat_map(|row| row.keys().map(String::as_str)).collect())?;
    }
    let mut list = FilmList::default();
    let mut first: HashMap<String, usize> = HashMap::new();
    for (number, row) in (1..).zip(rows) {
        match film(row, mapping) {
            Err(problems) => list.refused.push((number, problems)),
            Ok(movie) => match first.entry(movie.key.clone()) {
                Entry::Occupied(before) => {
                    let reason = format!("{} is row {} already", quoted(&movie.title), before.get());
                    list.refused.push((number, vec![Problem::new("", reason)]));
                }
                Entry::Vacant(free) => {
                    free.insert(number);
                    list.taken.push((number, movie));
                }
            },
        }
    }
    Ok(list)
}

/// Takes one row. A day of release that cannot be read is left out, as nothing hangs on it; every other
/// value that cannot be read is a problem, whose path is the field.
pub fn film(row: &Row, mapping: &Mapping) -> Result<NewMovie, Vec<Problem>> {
    let mut problems = Problems::default();
    let value = |field| mapping.value(row, field);
    let text = |field, problems: &mut Problems| {
        let read = value(field).map(|value| plain(&value)).transpose();
        problems.or_default(field, read)
    };
    let title = value("title").ok_or_else(|| "is missing".to_owned()).and_then(|value| plain(&value));
    let minutes = value("duration_minutes")
        .ok_or_else(|| "is missing; --default duration_minutes=... would fill it".to_owned())
        .and_then(|value| whole(&value));
    let released = value("release_date").and_then(|value| plain(&value).ok()).map_or_else(Released::default, released);
    let title = problems.or_default("title", title).trim().to_owned();
    let draft = MovieDraft {
        key: text("key", &mut problems).unwrap_or_else(|| key_of(&title, released.year)),
        duration_minutes: problems.or_default("duration_minutes", minutes),
        certificate: text("certificate", &mut problems),
        languages: problems.or_default("languages", several(value("languages"))),
        genres: problems.or_default("genres", several(value("genres"))),
        synopsis: text("synopsis", &mut problems),
        poster: text("poster", &mut problems),
        release_date: released.date.map(|date| date.to_string()),
        title,
    };
    // Where a value could not be read the draft holds a stand-in, of which more reasons would say nothing true.
    problems.finish(Some(()))?;
    NewMovie::check(&draft)
}

/// A film's key from what it is: the same for the same title and year, another for any other. The title's
/// letters and digits make it readable; the hash of the exact title and year keeps like-sounding ones apart.
pub fn key_of(title: &str, year: Option<i16>) -> String {
    let mut slug = String::new();
    for c in title.to_lowercase().chars() {
        match (c.is_alphanumeric(), slug.ends_with('-') || slug.is_empty()) {
            (true, _) => slug.push(c),
            (false, false) => slug.push('-'),
            (false, true) => {}
        }
    }
    let slug: String = slug.chars().take(MAX_SLUG).collect();
    let year = year.map(|year| year.to_string()).unwrap_or_default();
    let hash = Sha256::digest(format!("{title}\n{year}"));
    let hash = hash.iter().take(5).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let parts = [slug.trim_matches('-'), &year, &format!("{hash:010x}")];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// When a film came out, as far as the list knows.
#[derive(Default)]
struct Released {
    date: Option<Date>,
    year: Option<i16>,
}

/// A day in one of the ways in which lists write it, or a year alone. Two-digit years are not guessed at.
#[expect(clippy::needless_pass_by_value, reason = "it ends a chain over owned values")]
fn released(text: String) -> Released {
    const WAYS: [&str; 6] = ["%Y-%m-%d", "%b %d %Y", "%b %d, %Y", "%d %b %Y", "%B %d, %Y", "%d %B %Y"];
    let text = text.trim();
    let date = WAYS.iter().find_map(|way| Date::strptime(way, text).ok()).filter(|date| date.year() >= 1_000);
    let year = || text.parse().ok().filter(|year| (1_000..=9_999).contains(year));
    Released { date, year: date.map(Date::year).or_else(year) }
}

/// A text, or a number as people would write it: a film may be called 1776.
fn plain(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.trim().to_owned()),
        Value::Number(number) => Ok(whole(value).map_or_else(|_| number.to_string(), |whole| whole.to_string())),
        other => Err(format!("{} is no text", quoted(&other.to_string()))),
    }
}

/// A whole number, also as text and with a `.0` that spreadsheets add.
fn whole(value: &Value) -> Result<i64, String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    };
    let (digits, rest) = text.split_once('.').unwrap_or((&text, ""));
    let number = digits.parse().ok().filter(|_| rest.chars().all(|c| c == '0'));
    number.ok_or_else(|| format!("{} is no whole number", quoted(&text)))
}

/// Several texts: a list, or one text with `,` `;` or `|` between them.
fn several(value: Option<Value>) -> Result<Vec<String>, String> {
    match value {
        None => Ok(Vec::new()),
        Some(Value::Array(items)) => items.iter().filter(|item| !item.is_null()).map(plain).collect(),
        Some(other) => {
            let text = plain(&other)?;
            let parts = text.split([',', ';', '|']).map(str::trim);
            Ok(parts.filter(|part| !part.is_empty()).map(str::to_owned).collect())
        }
    }
}

#[cfg(test)]
mod tests;
