//! Bare lists of films: a row that cannot be taken is reported, the others go in.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use houselights_domain::{
    Problem,
    draft::NewMovie,
    films::{FilmList, Mapping, Row, films},
    problem::quoted,
};
use houselights_store::{
    Db,
    cold::{
        movies,
        turns::{self, ProgrammeTurn},
    },
};
use serde_json::Value;

use super::{Progress, invalid, movies_there};
use crate::error::{Error, Result};

/// The largest list that is read.
pub const MAX_LIST_BYTES: usize = 64 << 20;
/// How many films go in with one transaction: others who write wait no longer than that takes.
const BATCH: usize = 1_000;

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListFormat {
    /// An array of objects.
    Json,
    /// A line of column names, then a line a film; columns separated by `,` `;` or tabs.
    Csv,
}

impl ListFormat {
    /// What a file's name says of it: `.csv` and `.tsv` are CSV, everything else is JSON.
    pub fn of(file: &Path) -> Self {
        let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        if ending.eq_ignore_ascii_case("csv") || ending.eq_ignore_ascii_case("tsv") { Self::Csv } else { Self::Json }
    }
}

/// What became of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MoviesReport {
    /// Films that were not there before.
    pub added: usize,
    /// Films that were there; they were left as they are.
    pub unchanged: usize,
    /// The numbers of the rows that could not be taken, counted from 1, and why.
    pub refused: Vec<(usize, Vec<Problem>)>,
}

/// Imports a list of films. Running it again adds nothing. [`Error::Invalid`]: the list as a whole cannot be read, or
/// the mapping names a column that no row has.
pub async fn import_movies(
    db: &Db,
    list: Vec<u8>,
    format: ListFormat,
    mapping: &Mapping,
    progress: Progress<'_>,
) -> Result<MoviesReport> {
    let mapping = mapping.clone();
    let read = tokio::task::spawn_blocking(move || read(&list, format, &mapping)).await;
    let FilmList { taken, refused } =
        read.map_err(|error| Error::Bug(format!("reading a list panicked: {error}")))??;
    let mut report = MoviesReport { refused, ..MoviesReport::default() };
    let mut left = taken.into_iter().map(|(_, movie)| movie);
    let total = left.len();
    loop {
        progress(report.added + report.unchanged, total);
        let batch: Vec<NewMovie> = left.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            return Ok(report);
        }
        let count = batch.len();
        let added =
            db.write(move |tx| Box::pin(async move { add_new(&turns::programme(tx).await?, &batch).await })).await?;
        report.added += added;
        report.unchanged += count - added;
    }
}

async fn add_new(tx: &ProgrammeTurn<'_>, batch: &[NewMovie]) -> Result<usize> {
    let keys: Vec<&str> = batch.iter().map(|movie| movie.key.as_str()).collect();
    let there = movies_there(tx, &keys).await?;
    let mut added = 0;
    for movie in batch.iter().filter(|movie| !there.contains(&movie.key)) {
        movies::add(tx, movie).await?;
        added += 1;
    }
    Ok(added)
}

/// Rows as they were read; those that could not be read as rows at all stand in `unread`, and empty in `rows`.
#[derive(Default)]
struct Rows {
    rows: Vec<Row>,
    unread: BTreeMap<usize, Problem>,
}

impl Rows {
    fn push(&mut self, row: std::result::Result<Row, Problem>) {
        let number = self.rows.len() + 1;
        self.rows.push(row.unwrap_or_else(|problem| {
            self.unread.insert(number, problem);
            Row::new()
        }));
    }
}

fn read(list: &[u8], format: ListFormat, mapping: &Mapping) -> Result<FilmList> {
    if list.len() > MAX_LIST_BYTES {
        return Err(whole(format!("is larger than {} MiB; split it", MAX_LIST_BYTES >> 20)));
    }
    let list = list.strip_prefix(b"\xef\xbb\xbf").unwrap_or(list);
    let Rows { rows, unread } = match format {
        ListFormat::Json => json(list)?,
        ListFormat::Csv => csv(list)?,
    };
    let mut films = films(&rows, mapping).map_err(invalid)?;
    if !unread.is_empty() {
        films.taken.retain(|(number, _)| !unread.contains_key(number));
        films.refused.retain(|(number, _)| !unread.contains_key(number));
        films.refused.extend(unread.into_iter().map(|(number, problem)| (number, vec![problem])));
        films.refused.sort_by_key(|(number, _)| *number);
    }
    Ok(films)
}

fn whole(reason: impl Into<String>) -> Error {
    Error::Invalid(vec![("the list".to_owned(), reason.into())])
}

/// Bytes that are no UTF-8 become U+FFFD, and the rows that hold one are refused: a guess at the encoding would put
/// wrong names on the posters.
fn json(list: &[u8]) -> Result<Rows> {
    let text = String::from_utf8_lossy(list);
    let broken = matches!(text, std::borrow::Cow::Owned(_));
    let values: Vec<Value> =
        serde_json::from_str(&text).map_err(|error| whole(format!("is no JSON array: {error}")))?;
    let mut rows = Rows::default();
    for value in values {
        rows.push(match value {
            Value::Object(columns) => {
                let row: Row = columns.into_iter().collect();
                match row.iter().find(|(_, value)| broken && has_replacement(value)) {
                    Some((column, _)) => Err(Problem::new(column, NO_UTF8)),
                    None => Ok(row),
                }
            }
            other => Err(Problem::new("", format!("{} is no object with columns", quoted(&other.to_string())))),
        });
    }
    Ok(rows)
}

const NO_UTF8: &str = "is not in UTF-8; save the list in that encoding";

fn has_replacement(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\u{fffd}'),
        Value::Array(items) => items.iter().any(has_replacement),
        _ => false,
    }
}

fn csv(list: &[u8]) -> Result<Rows> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).delimiter(delimiter(list)).from_reader(list);
    let unreadable = |error: csv::Error| whole(format!("is no CSV: {error}"));
    let names: Vec<String> = {
        let names = reader.byte_headers().map_err(unreadable)?;
        let names = names.iter().map(|name| std::str::from_utf8(name).map(|name| name.trim().to_owned()));
        names
            .collect::<std::result::Result<_, _>>()
            .map_err(|_| whole(format!("the line of column names {NO_UTF8}")))?
    };
    let mut seen = BTreeSet::new();
    if let Some(name) = names.iter().find(|name| !name.is_empty() && !seen.insert(name.as_str())) {
        return Err(whole(format!("has two columns {}", quoted(name))));
    }
    let mut rows = Rows::default();
    for record in reader.byte_records() {
        rows.push(csv_row(&names, &record.map_err(unreadable)?));
    }
    Ok(rows)
}

fn csv_row(names: &[String], record: &csv::ByteRecord) -> std::result::Result<Row, Problem> {
    if record.len() > names.len() && record.iter().skip(names.len()).any(|cell| !cell.is_empty()) {
        return Err(Problem::new("", format!("has {} columns; the first line names {}", record.len(), names.len())));
    }
    let mut row = Row::new();
    for (name, cell) in names.iter().zip(record) {
        let text = std::str::from_utf8(cell).map_err(|_| Problem::new(name, NO_UTF8))?;
        row.insert(name.clone(), Value::String(text.to_owned()));
    }
    Ok(row)
}

/// What stands most often in the line of column names: a comma, a semicolon or a tab.
fn delimiter(list: &[u8]) -> u8 {
    let line = list.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |wanted: u8| line.split(|byte| *byte == wanted).count();
    [b'\t', b';', b','].into_iter().max_by_key(|wanted| count(*wanted)).unwrap_or(b',')
}

#[cfg(test)]
mod tests;
