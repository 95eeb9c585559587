//! Forms: `a=1&b=2` and multipart.

use bytes::Bytes;
use multer::Multipart;

use crate::problem::{Code, Problem, Result};

/// The most parts of a form that are looked at.
const MAX_PARTS: usize = 1000;

/// A file that came with a form.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Its name as the client gave it: never use it as a path.
    pub name: String,
    /// What is in it.
    pub bytes: Bytes,
}

/// One part of a form.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Text(String),
    File(Upload),
}

pub(super) fn urlencoded(text: &[u8]) -> Vec<(String, Part)> {
    form_urlencoded::parse(text)
        .take(MAX_PARTS)
        .map(|(name, value)| (name.into_owned(), Part::Text(value.into_owned())))
        .collect()
}

pub(super) async fn multipart(raw: Bytes, boundary: String) -> Result<Vec<(String, Part)>> {
    let stream = futures_util::stream::iter([Ok::<_, std::convert::Infallible>(raw)]);
    let mut form = Multipart::new(stream, boundary);
    let mut parts = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|error| unreadable(&error.to_string()))? {
        if parts.len() >= MAX_PARTS {
            return Err(unreadable("it has too many parts"));
        }
        let name = field.name().unwrap_or_default().to_owned();
        let file = field.file_name().map(str::to_owned);
        let bytes = field.bytes().await.map_err(|error| unreadable(&error.to_string()))?;
        let part = match file {
            Some(name) => Part::File(Upload { name, bytes }),
            None => match String::from_utf8(bytes.into()) {
                Ok(text) => Part::Text(text),
                Err(_) => return Err(unreadable("its text is not UTF-8")),
            },
        };
        parts.push((name, part));
    }
    Ok(parts)
}

pub(super) fn unreadable(why: &str) -> Problem {
    Problem::new(Code::ParseError, format!("The multipart body cannot be read: {why}."))
}
