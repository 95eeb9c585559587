//! How every "no" leaves the house: RFC 9457 problem details, one shape for all.

mod code;
mod mapping;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, fmt::Display};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{
    Serialize,
    ser::{SerializeMap, Serializer},
};

pub use code::Code;

/// The result of every handler.
pub type Result<T> = std::result::Result<T, Problem>;

/// An answer that says "no" and what to do next.
#[derive(Debug)]
pub struct Problem {
    code: Code,
    detail: Cow<'static, str>,
    errors: Vec<(Cow<'static, str>, Vec<String>)>,
    /// Seconds.
    retry_after: Option<u32>,
    fault: Option<Box<str>>,
}

/// What really happened, for the log: travels in a response's extensions and is taken out before it leaves.
#[derive(Clone, Debug)]
pub(crate) struct Fault(pub(crate) Box<str>);

impl Problem {
    /// A "no" with one friendly sentence.
    pub fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code, detail: detail.into(), errors: Vec::new(), retry_after: None, fault: None }
    }

    /// One field that cannot be taken.
    pub fn invalid(field: impl Into<Cow<'static, str>>, reason: impl Into<String>) -> Self {
        Self::fields([(field, reason)])
    }

    /// Fields that cannot be taken, with the reason of each.
    pub fn fields<F: Into<Cow<'static, str>>, R: Into<String>>(all: impl IntoIterator<Item = (F, R)>) -> Self {
        let mut problem = Self::new(Code::Invalid, "");
        for (field, reason) in all {
            problem = problem.with_error(field, reason);
        }
        problem.detail = match problem.errors.as_slice() {
            [(field, reasons)] => format!("{field}: {}", reasons.join(" ")).into(),
            several => {
                let names: Vec<&str> = several.iter().map(|(field, _)| field.as_ref()).collect();
                format!("Please correct these fields and send them again: {}.", names.join(", ")).into()
            }
        };
        problem
    }

    /// Nothing is at this address.
    pub fn not_found() -> Self {
        Self::new(Code::NotFound, "There is nothing at this address. GET /api/ lists what there is.")
    }

    /// A fault of ours. The text goes to the log only.
    pub fn internal(fault: impl Into<String>) -> Self {
        let mut problem = Self::new(
            Code::InternalError,
            "Something went wrong on our side. It was noted; please try again, and tell us the X-Request-Id if it stays.",
        );
        problem.fault = Some(fault.into().into());
        problem
    }

    /// Adds a reason to a field.
    #[must_use]
    pub fn with_error(mut self, field: impl Into<Cow<'static, str>>, reason: impl Into<String>) -> Self {
        let field = field.into();
        match self.errors.iter_mut().find(|(known, _)| *known == field) {
            Some((_, reasons)) => reasons.push(reason.into()),
            None => self.errors.push((field, vec![reason.into()])),
        }
        self
    }

    /// Says when to come again, in whole seconds, at least one.
    #[must_use]
    pub fn retry_after(mut self, wait: std::time::Duration) -> Self {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        self.retry_after = Some(u32::try_from(seconds.max(1)).unwrap_or(u32::MAX));
        self
    }

    /// Keeps what really happened for the log.
    #[must_use]
    pub(crate) fn with_fault(mut self, fault: impl Into<String>) -> Self {
        self.fault = Some(fault.into().into());
        self
    }

    /// The same trouble, met when what has just been saved was to be read for the answer: it stands.
    #[must_use]
    pub(crate) fn after_change(self, what: impl Display) -> Self {
        let detail = format!("{what} was saved, but cannot be read just now. Look at it before trying anew.");
        Self { code: Code::OutcomeUnknown, detail: detail.into(), ..self }
    }

    /// The machine word.
    pub const fn code(&self) -> Code {
        self.code
    }

    /// The status that it leaves with.
    pub const fn status(&self) -> StatusCode {
        self.code.status()
    }

    /// When to come again, as a header.
    pub fn retry_headers(&self) -> HeaderMap {
        self.retry_after.map(|seconds| (header::RETRY_AFTER, HeaderValue::from(seconds))).into_iter().collect()
    }

    /// The body of the answer.
    pub fn body(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

struct Errors<'p>(&'p [(Cow<'static, str>, Vec<String>)]);

impl Serialize for Errors<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(field, reasons)| (field, reasons)))
    }
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", self.code.uri())?;
        map.serialize_entry("title", self.code.title())?;
        map.serialize_entry("status", &self.status().as_u16())?;
        map.serialize_entry("detail", &self.detail)?;
        map.serialize_entry("code", self.code.as_str())?;
        if !self.errors.is_empty() {
            map.serialize_entry("errors", &Errors(&self.errors))?;
        }
        map.end()
    }
}

/// The media type of every "no".
pub const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body()));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, PROBLEM_JSON);
        if self.status() == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(fault) = self.fault {
            response.extensions_mut().insert(Fault(fault));
        }
        response
    }
}
