//! The rules for single fields that several kinds of thing share.

use crate::problem::quoted;

/// The most characters of a key.
pub const MAX_KEY: usize = 100;
/// The most characters of a name or title.
pub const MAX_NAME: usize = 200;
/// The most characters of a short text such as a format, a genre or a certificate.
pub const MAX_LABEL: usize = 50;
/// The most languages or genres of a movie.
pub const MAX_LABELS: usize = 50;

/// A key as it stands: it names a row for ever, so nothing is trimmed or folded.
pub(super) fn key(text: &str) -> Result<String, String> {
    if text.trim() != text {
        return Err(format!("{} must not begin or end with a space", quoted(text)));
    }
    line(text, MAX_KEY)
}

/// A key that is a part of a path such as `rex/1`, and so has no `/` itself.
pub(super) fn path_key(text: &str) -> Result<String, String> {
    match key(text)? {
        key if key.contains('/') => Err(format!("{} must not contain \"/\"", quoted(text))),
        key => Ok(key),
    }
}

/// One line of text without the spaces around it: 1 to `most` characters, none of them a control character.
pub(super) fn line(text: &str, most: usize) -> Result<String, String> {
    let text = bounded(text, most)?;
    match text.chars().find(|c| c.is_control()) {
        Some(c) => Err(format!("must be one line of text, without {c:?}")),
        None => Ok(text),
    }
}

/// Several lines of text; blank counts as absent.
pub(super) fn lines(text: Option<&str>, most: usize) -> Result<Option<String>, String> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    let text = bounded(text, most)?;
    match text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        Some(c) => Err(format!("must be text, without {c:?}")),
        None => Ok(Some(text)),
    }
}

/// A short text that may be absent; blank counts as absent.
pub(super) fn optional(text: Option<&str>, most: usize) -> Result<Option<String>, String> {
    text.filter(|text| !text.trim().is_empty()).map(|text| line(text, most)).transpose()
}

/// A whole number of minutes within bounds.
pub(super) fn minutes(given: i64, least: u32, most: u32) -> Result<u32, String> {
    let fits = u32::try_from(given).ok().filter(|minutes| (least..=most).contains(minutes));
    fits.ok_or_else(|| format!("{given} must be {least} to {most} minutes"))
}

fn bounded(text: &str, most: usize) -> Result<String, String> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err("must not be empty".to_owned()),
        count if count > most => Err(format!("has {count} characters; at most {most} are possible")),
        _ => Ok(text.to_owned()),
    }
}
