//! What came back, and how tests read it.

use std::fmt::Write as _;

use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use serde_json::Value;

/// An answer with its whole body.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// All headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// The status as a number.
    pub fn code(&self) -> u16 {
        self.status.as_u16()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).unwrap()
    }

    /// The body as JSON; fails where it is something else, or says that it is.
    pub fn json(&self) -> Value {
        let kind = self.header("content-type");
        assert!(kind.starts_with("application/") && kind.ends_with("json"), "{self:?}");
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// A field of the body.
    pub fn field(&self, name: &str) -> Value {
        self.json().get(name).cloned().unwrap_or_else(|| panic!("no {name} in {}", self.text()))
    }

    /// A number in the body, such as an `id`.
    pub fn number(&self, name: &str) -> i64 {
        self.field(name).as_i64().unwrap_or_else(|| panic!("{name} is no number in {}", self.text()))
    }

    /// A list of objects, as one field of each.
    pub fn column(&self, name: &str) -> Vec<Value> {
        let body = self.json();
        let rows = body.as_array().unwrap_or_else(|| panic!("no list: {body}"));
        rows.iter().map(|row| row[name].clone()).collect()
    }

    /// A header; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Fails unless the status is this one.
    #[must_use]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.code(), status, "{}", String::from_utf8_lossy(&self.body));
        self
    }

    /// Status and code of a "no", whose shape is checked: RFC 9457 with the fields of the contract and no others.
    pub fn no(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        let body = self.json();
        let known = ["code", "detail", "errors", "status", "title", "type"];
        let fields = body.as_object().unwrap();
        assert!(fields.keys().all(|name| known.contains(&name.as_str())), "{body}");
        for name in ["type", "title", "detail", "code"] {
            assert!(body[name].as_str().is_some_and(|text| !text.is_empty()), "{name}: {body}");
        }
        assert_eq!(body["status"], self.code(), "{body}");
        if let Some(errors) = fields.get("errors") {
            let lists = errors.as_object().unwrap().values().all(|reasons| {
                reasons.as_array().is_some_and(|all| !all.is_empty() && all.iter().all(Value::is_string))
            });
            assert!(lists, "{body}");
        }
        if self.code() == 401 {
            assert_eq!(self.header("www-authenticate"), "Bearer", "{self:?}");
        }
        if [429, 503].contains(&self.code()) {
            assert!(self.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0), "{self:?}");
        }
        (self.code(), body["code"].as_str().unwrap().to_owned())
    }

    /// For snapshots: the status, the headers that are part of the contract, and the body.
    pub fn shown(&self) -> String {
        let mut text = format!("{}\n", self.code());
        for name in ["content-type", "allow", "www-authenticate", "retry-after", "link", "idempotency-replayed"] {
            if !self.header(name).is_empty() {
                writeln!(text, "{name}: {}", self.header(name)).unwrap();
            }
        }
        match serde_json::from_slice::<Value>(&self.body) {
            Ok(body) => writeln!(text, "\n{}", serde_json::to_string_pretty(&body).unwrap()).unwrap(),
            Err(_) => writeln!(text, "\n{}", self.text()).unwrap(),
        }
        text
    }
}
