//! Bodies as fields: JSON, forms and multipart all look the same to a handler.

mod form;
mod reader;

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::{
    problem::{Code, Problem, Result},
    site::Site,
};
use form::Part;
pub use form::Upload;
pub use reader::Reader;

/// How long a client that sends too much is listened to while it is told so.
const LINGER: Duration = Duration::from_secs(5);

/// The largest file that is read to be imported, in bytes, unless the limit of all bodies is higher.
pub const LARGEST_FILE: usize = 16 << 20;

/// A body that is taken whole, not field by field: a file of up to [`LARGEST_FILE`] bytes.
#[derive(Debug)]
pub struct WholeBody {
    /// Its media type in small letters, without parameters.
    pub kind: String,
    /// Has the bytes, and no fields.
    pub fields: Fields,
}

impl FromRequest<Arc<Site>> for WholeBody {
    type Rejection = Problem;

    async fn from_request(request: Request, site: &Arc<Site>) -> Result<Self> {
        let (parts, body) = request.into_parts();
        let kind = essence(&parts.headers).to_ascii_lowercase();
        let raw = collect(&parts.headers, body, site.settings.body_limit.max(LARGEST_FILE)).await?;
        Ok(Self { kind, fields: Fields { source: Source::Nothing, raw } })
    }
}

/// The fields of a request, whatever it was written in.
#[derive(Debug, Default)]
pub struct Fields {
    source: Source,
    raw: Bytes,
}

/// Where fields come from.
#[derive(Debug, Default)]
enum Source {
    #[default]
    Nothing,
    Json(Map<String, Value>),
    Form(Vec<(String, Part)>),
}

enum Kind {
    Json,
    Form,
    Multipart(String),
}

impl Fields {
    /// The fields of a query string, or of a form's body.
    pub fn from_query(text: &str) -> Self {
        if text.is_empty() {
            return Self::default();
        }
        Self { source: Source::Form(form::urlencoded(text.as_bytes())), raw: Bytes::new() }
    }

    /// Reads typed values; says which fields cannot be taken, all at once. What the closure makes is handed out only
    /// if nothing was wrong, so stand-ins never escape.
    pub fn read<T>(&self, make: impl FnOnce(&mut Reader<'_>) -> T) -> Result<T> {
        let mut reader = Reader::new(&self.source);
        let value = make(&mut reader);
        reader.finish(value)
    }

    /// The body as it was sent.
    pub const fn raw(&self) -> &Bytes {
        &self.raw
    }

    /// The whole JSON object, for handlers that read it with a type of their own. Forms have none.
    pub const fn json(&self) -> Option<&Map<String, Value>> {
        match &self.source {
            Source::Json(map) => Some(map),
            Source::Nothing | Source::Form(_) => None,
        }
    }

    /// All that stands in a field of a form, in the order it came.
    pub fn texts<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        let parts = match &self.source {
            Source::Form(parts) => parts.as_slice(),
            Source::Nothing | Source::Json(_) => &[],
        };
        parts.iter().filter_map(move |(known, part)| match part {
            Part::Text(text) if known == name => Some(text.as_str()),
            Part::Text(_) | Part::File(_) => None,
        })
    }

    /// An uploaded file.
    pub fn upload(&self, name: &str) -> Option<&Upload> {
        let Source::Form(parts) = &self.source else { return None };
        parts.iter().find_map(|(known, part)| match part {
            Part::File(file) if known == name => Some(file),
            Part::File(_) | Part::Text(_) => None,
        })
    }

    /// Adds what was said to a fingerprint. A multipart body's own boundary does not count.
    pub(crate) fn digest(&self, hash: &mut Sha256) {
        let Source::Form(parts) = &self.source else {
            hash.update(&self.raw);
            return;
        };
        for (name, part) in parts {
            let value = match part {
                Part::Text(text) => text.as_bytes(),
                Part::File(file) => &file.bytes,
            };
            for piece in [name.as_bytes(), value] {
                hash.update((piece.len() as u64).to_le_bytes());
                hash.update(piece);
            }
        }
    }

    async fn parse(kind: Kind, raw: Bytes) -> Result<Self> {
        let source = match kind {
            Kind::Json => json(&raw)?,
            Kind::Form => Source::Form(form::urlencoded(&raw)),
            Kind::Multipart(boundary) => Source::Form(form::multipart(raw.clone(), boundary).await?),
        };
        Ok(Self { source, raw })
    }
}

impl FromRequest<Arc<Site>> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, site: &Arc<Site>) -> Result<Self> {
        let (parts, body) = request.into_parts();
        let raw = collect(&parts.headers, body, site.settings.body_limit).await?;
        if raw.is_empty() {
            return Ok(Self::default());
        }
        Self::parse(kind(&parts.headers)?, raw).await
    }
}

fn json(raw: &[u8]) -> Result<Source> {
    match serde_json::from_slice(raw) {
        Ok(Value::Object(map)) => Ok(Source::Json(map)),
        Ok(other) => {
            let name = match other {
                Value::Null => "null",
                Value::Bool(_) => "a boolean",
                Value::Number(_) => "a number",
                Value::String(_) => "a string",
                Value::Array(_) | Value::Object(_) => "a list",
            };
            Err(Problem::invalid("non_field_errors", format!("Invalid data. Expected an object, but got {name}.")))
        }
        Err(error) => Err(Problem::new(Code::ParseError, format!("The body is not JSON: {error}."))),
    }
}

fn content_type(headers: &HeaderMap) -> &str {
    headers.get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or("?")).unwrap_or_default()
}

/// The media type without its parameters.
fn essence(headers: &HeaderMap) -> &str {
    content_type(headers).split(';').next().unwrap_or_default().trim()
}

fn kind(headers: &HeaderMap) -> Result<Kind> {
    let (value, essence) = (content_type(headers), essence(headers));
    let is = |name: &str| essence.eq_ignore_ascii_case(name);
    if is("application/json") || (essence.len() > 5 && essence[essence.len() - 5..].eq_ignore_ascii_case("+json")) {
        return Ok(Kind::Json);
    }
    if is("application/x-www-form-urlencoded") {
        return Ok(Kind::Form);
    }
    if is("multipart/form-data") {
        let boundary = multer::parse_boundary(value).map_err(|_| form::unreadable("it names no boundary"))?;
        return Ok(Kind::Multipart(boundary));
    }
    let what = if essence.is_empty() {
        "The request has no Content-Type".to_owned()
    } else {
        format!("{essence:?} is not read here")
    };
    Err(Problem::new(
        Code::UnsupportedMediaType,
        format!("{what}. Send application/json, application/x-www-form-urlencoded or multipart/form-data."),
    ))
}

/// Reads a body that may not be longer than `limit` bytes. One that came in one piece is not copied.
async fn collect(headers: &HeaderMap, mut body: Body, limit: usize) -> Result<Bytes> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        linger(headers, body);
        return Err(too_large(limit));
    }
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Problem::new(Code::ParseError, "The body ended before it was complete."))?;
        let Ok(data) = frame.into_data() else { continue };
        if first.len() + rest.len() + data.len() > limit {
            linger(headers, body);
            return Err(too_large(limit));
        }
        if first.is_empty() && rest.is_empty() {
            first = data;
        } else {
            if rest.is_empty() {
                rest.extend_from_slice(&std::mem::take(&mut first));
            }
            rest.extend_from_slice(&data);
        }
    }
    Ok(if rest.is_empty() { first } else { rest.freeze() })
}

/// Reads on beside the answer and throws away what comes. A connection that is closed while its client still sends is
/// reset, and the reset can overtake the answer (RFC 9112, 9.6). A client that waits for "100 Continue" sends nothing.
fn linger(headers: &HeaderMap, mut body: Body) {
    if headers.contains_key(header::EXPECT) {
        return;
    }
    tokio::spawn(tokio::time::timeout(LINGER, async move { while let Some(Ok(_)) = body.frame().await {} }));
}

fn too_large(limit: usize) -> Problem {
    Problem::new(Code::BodyTooLarge, format!("The body is longer than {limit} bytes. Please send less."))
}

#[cfg(test)]
mod tests;
