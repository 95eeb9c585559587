//! Typed values out of fields, with the sentences that Django REST Framework's clients know.

use std::ops::RangeInclusive;

use houselights_domain::UtcMicros;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Number, Value};

use super::{Source, form::Part};
use crate::problem::{Problem, Result};

const REQUIRED: &str = "This field is required.";
const NULL: &str = "This field may not be null.";
const BLANK: &str = "This field may not be blank.";
const NOT_TEXT: &str = "Not a valid string.";
const NOT_INTEGER: &str = "A valid integer is required.";
const NOT_A_LIST: &str = "Expected a list of items.";
const NUL: &str = "Null characters are not allowed.";
const NOT_A_TIME: &str = "Write a time as RFC 3339 with its offset, such as 2027-01-01T19:30:00+01:00.";
/// The most items of a list that are looked at.
const MAX_ITEMS: usize = 1000;

/// Reads fields one by one and collects what is wrong. A getter that notes a fault returns a stand-in.
#[derive(Debug)]
pub struct Reader<'f> {
    source: &'f Source,
    problems: Vec<(String, String)>,
}

/// What stands in a field.
#[derive(Clone, Copy)]
enum Given<'f> {
    Absent,
    Null,
    Bool(bool),
    Number(&'f Number),
    Text(&'f str),
    /// A list, an object or a file.
    Other,
}

impl<'f> From<&'f Value> for Given<'f> {
    fn from(value: &'f Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(number),
            Value::String(text) => Self::Text(text),
            Value::Array(_) | Value::Object(_) => Self::Other,
        }
    }
}

impl<'f> Reader<'f> {
    pub(super) const fn new(source: &'f Source) -> Self {
        Self { source, problems: Vec::new() }
    }

    pub(super) fn finish<T>(self, made: T) -> Result<T> {
        if self.problems.is_empty() { Ok(made) } else { Err(Problem::fields(self.problems)) }
    }

    /// Notes a fault of a field that only the handler can see.
    pub fn refuse(&mut self, name: &str, reason: impl Into<String>) {
        self.problems.push((name.to_owned(), reason.into()));
    }

    /// Some field has been found wanting.
    pub const fn refuses(&self) -> bool {
        !self.problems.is_empty()
    }

    /// The request says something about this field, be it `null`.
    pub fn has(&self, name: &str) -> bool {
        !matches!(self.given(name), Given::Absent)
    }

    /// Text that must be there, without the blanks around it. Numbers count as text.
    pub fn text(&mut self, name: &str) -> String {
        self.required(name, |given| text(given).map(|text| text.trim().to_owned()), true)
    }

    /// Text as it was written, blanks and all: passwords.
    pub fn secret(&mut self, name: &str) -> String {
        self.required(name, text, true)
    }

    /// Text that may be absent, `null` or blank.
    pub fn optional_text(&mut self, name: &str) -> Option<String> {
        self.optional(name, |given| text(given).map(|text| text.trim().to_owned()))
    }

    /// A whole number that must be there.
    pub fn integer(&mut self, name: &str, range: RangeInclusive<i64>) -> i64 {
        self.required(name, |given| integer(given, &range), false)
    }

    /// A whole number that may be absent, `null` or blank.
    pub fn optional_integer(&mut self, name: &str, range: RangeInclusive<i64>) -> Option<i64> {
        self.optional(name, |given| integer(given, &range))
    }

    /// Yes or no, if it is said.
    pub fn optional_boolean(&mut self, name: &str) -> Option<bool> {
        self.optional(name, boolean)
    }

    /// An instant, if it is said: RFC 3339 with an offset.
    pub fn optional_time(&mut self, name: &str) -> Option<UtcMicros> {
        self.optional(name, time)
    }

    /// A text that means one of a few things, if it is said. `parse` gives the reason for its "no".
    pub fn optional_parsed<T>(
        &mut self,
        name: &str,
        parse: impl Fn(&str) -> std::result::Result<T, String>,
    ) -> Option<T> {
        self.optional(name, |given| parse(text(given)?.trim()))
    }

    /// A list of whole numbers: a JSON array, a repeated form field, or `1,2,3` in one.
    pub fn integers(&mut self, name: &str, range: RangeInclusive<i64>) -> Vec<i64> {
        let read = match self.source {
            Source::Nothing => Err(REQUIRED.to_owned()),
            Source::Json(map) => match map.get(name) {
                None => Err(REQUIRED.to_owned()),
                Some(Value::Null) => Err(NULL.to_owned()),
                Some(Value::Array(items)) => list(items.iter().map(Given::from), &range),
                Some(_) => Err(NOT_A_LIST.to_owned()),
            },
            Source::Form(parts) => {
                let said = || parts.iter().filter(|(known, _)| known == name);
                let items = said().flat_map(|(_, part)| match part {
                    Part::Text(text) => text.as_str().split(','),
                    Part::File(_) => "?".split(','),
                });
                if said().next().is_none() { Err(REQUIRED.to_owned()) } else { list(items.map(Given::Text), &range) }
            }
        };
        read.unwrap_or_else(|reason| {
            self.refuse(name, reason);
            Vec::new()
        })
    }

    /// Texts: a JSON array, or a form field that is there as often as there are texts. Absent, `null`, blank: none.
    pub fn texts(&mut self, name: &str) -> Vec<String> {
        let said: Vec<Given<'f>> = match self.source {
            Source::Json(map) => match map.get(name) {
                None | Some(Value::Null) => Vec::new(),
                Some(Value::Array(items)) => items.iter().map(Given::from).collect(),
                Some(_) => {
                    self.refuse(name, NOT_A_LIST);
                    return Vec::new();
                }
            },
            Source::Nothing => Vec::new(),
            Source::Form(parts) => {
                let said = parts.iter().filter(|(known, _)| known == name);
                let said =
                    said.map(|(_, part)| if let Part::Text(text) = part { Given::Text(text) } else { Given::Other });
                said.filter(|given| !matches!(given, Given::Text(text) if text.trim().is_empty())).collect()
            }
        };
        let mut texts = Vec::with_capacity(said.len());
        for (index, given) in said.into_iter().enumerate() {
            match text(given) {
                Ok(text) => texts.push(text),
                Err(reason) => self.refuse(&format!("{name}[{index}]"), reason),
            }
        }
        texts
    }

    /// A list or an object with a shape of its own, if it is said. In a form it stands as JSON text.
    pub fn optional_shaped<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let read = match (self.source, self.given(name)) {
            (_, Given::Absent | Given::Null) => return None,
            (Source::Json(map), _) => T::deserialize(map.get(name)?),
            (_, Given::Text(text)) if text.trim().is_empty() => return None,
            (_, Given::Text(text)) => serde_json::from_str(text),
            (_, _) => return None,
        };
        read.map_err(|error| self.refuse(name, format!("This cannot be read: {error}."))).ok()
    }

    fn given(&self, name: &str) -> Given<'f> {
        match self.source {
            Source::Nothing => Given::Absent,
            Source::Json(map) => map.get(name).map_or(Given::Absent, Given::from),
            Source::Form(parts) => match last_said(parts, name) {
                None => Given::Absent,
                Some((_, Part::Text(text))) => Given::Text(text),
                Some((_, Part::File(_))) => Given::Other,
            },
        }
    }

    fn required<T: Default>(
        &mut self,
        name: &str,
        read: impl FnOnce(Given<'f>) -> std::result::Result<T, String>,
        is_text: bool,
    ) -> T {
        let value = match self.given(name) {
            Given::Absent => Err(REQUIRED.to_owned()),
            Given::Null => Err(NULL.to_owned()),
            Given::Text(text) if is_text && text.trim().is_empty() => Err(BLANK.to_owned()),
            given => read(given),
        };
        value.unwrap_or_else(|reason| {
            self.refuse(name, reason);
            T::default()
        })
    }

    fn optional<T>(&mut self, name: &str, read: impl FnOnce(Given<'f>) -> std::result::Result<T, String>) -> Option<T> {
        let given = match self.given(name) {
            Given::Absent | Given::Null => return None,
            Given::Text(text) if text.trim().is_empty() => return None,
            given => given,
        };
        read(given).map_err(|reason| self.refuse(name, reason)).ok()
    }
}

/// Of a field that is said more than once the last counts, but a blank does not unsay what stood before it.
fn last_said<'f>(parts: &'f [(String, Part)], name: &str) -> Option<&'f (String, Part)> {
    let said = || parts.iter().rev().filter(|(known, _)| known == name);
    let is_blank = |part: &Part| matches!(part, Part::Text(text) if text.trim().is_empty());
    said().find(|(_, part)| !is_blank(part)).or_else(|| said().next())
}

fn text(given: Given<'_>) -> std::result::Result<String, String> {
    match given {
        Given::Text(text) if text.contains('\0') => Err(NUL.to_owned()),
        Given::Text(text) => Ok(text.to_owned()),
        Given::Number(number) => Ok(number.to_string()),
        Given::Absent | Given::Null | Given::Bool(_) | Given::Other => Err(NOT_TEXT.to_owned()),
    }
}

fn integer(given: Given<'_>, range: &RangeInclusive<i64>) -> std::result::Result<i64, String> {
    let number = match given {
        Given::Number(number) => whole(number),
        Given::Text(text) => digits(text.trim()),
        Given::Absent | Given::Null | Given::Bool(_) | Given::Other => None,
    };
    let number = number.ok_or_else(|| NOT_INTEGER.to_owned())?;
    if number < i128::from(*range.start()) {
        return Err(format!("Ensure this value is greater than or equal to {}.", range.start()));
    }
    match i64::try_from(number) {
        Ok(number) if number <= *range.end() => Ok(number),
        _ => Err(format!("Ensure this value is less than or equal to {}.", range.end())),
    }
}

/// A JSON number without a fraction; `5.0` is 5, as it is for Django REST Framework.
fn whole(number: &Number) -> Option<i128> {
    if let Some(number) = number.as_i128() {
        return Some(number);
    }
    let number = number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 1e15)?;
    #[expect(clippy::cast_possible_truncation, reason = "a whole number below 10^15 fits")]
    Some(number as i128)
}

fn digits(text: &str) -> Option<i128> {
    let text = text
        .split_once('.')
        .map_or(text, |(whole, zeros)| if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') { whole } else { "" });
    if text.len() > 38 { None } else { text.parse().ok() }
}

fn boolean(given: Given<'_>) -> std::result::Result<bool, String> {
    let word = match given {
        Given::Bool(value) => return Ok(value),
        Given::Number(number) => number.to_string(),
        Given::Text(text) => text.trim().to_ascii_lowercase(),
        Given::Absent | Given::Null | Given::Other => String::new(),
    };
    match word.as_str() {
        "1" | "true" | "t" | "yes" | "y" | "on" => Ok(true),
        "0" | "false" | "f" | "no" | "n" | "off" => Ok(false),
        _ => Err("Must be a valid boolean.".to_owned()),
    }
}

fn time(given: Given<'_>) -> std::result::Result<UtcMicros, String> {
    let Given::Text(text) = given else { return Err(NOT_A_TIME.to_owned()) };
    // A `+` that a form or query string did not escape arrives as a blank.
    let text = text.trim().replacen(' ', "+", usize::from(text.contains('T')));
    if text.len() > 64 || text.contains('[') {
        return Err(NOT_A_TIME.to_owned());
    }
    text.parse::<Timestamp>().map(UtcMicros::from).map_err(|_| NOT_A_TIME.to_owned())
}

fn list<'f>(
    items: impl Iterator<Item = Given<'f>>,
    range: &RangeInclusive<i64>,
) -> std::result::Result<Vec<i64>, String> {
    let mut numbers = Vec::new();
    for (index, item) in items.enumerate() {
        if index >= MAX_ITEMS {
            return Err(format!("Ensure this field has no more than {MAX_ITEMS} items."));
        }
        numbers.push(integer(item, range).map_err(|reason| format!("Item {}: {reason}", index + 1))?);
    }
    if numbers.is_empty() { Err("This list may not be empty.".to_owned()) } else { Ok(numbers) }
}
