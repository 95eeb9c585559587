//! A client in the same process: requests go through the front door, without a socket.

use std::{fmt::Write as _, net::SocketAddr, sync::Arc};

use axum::{
    body::Body,
    http::{Method, Request},
    response::Response,
};
use form_urlencoded::Serializer;
use houselights_web::{Front, auth::Peer};
use http_body_util::BodyExt;
use serde_json::Value;

use crate::{Answer, House, Stream};

/// The boundary of multipart bodies.
const BOUNDARY: &str = "a-boundary-of-the-test";

/// Somebody with a browser: signed in or not. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Client {
    front: Arc<Front>,
    headers: Vec<(String, String)>,
}

impl Client {
    pub(crate) const fn new(front: Arc<Front>) -> Self {
        Self { front, headers: Vec::new() }
    }

    /// The same client with one more header on every request.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut with = self.clone();
        with.headers.push((name.to_owned(), value.to_owned()));
        with
    }

    /// The same client before another node.
    #[must_use]
    pub fn at(&self, node: &House) -> Self {
        Self { headers: self.headers.clone(), ..node.visitor() }
    }

    /// The same client, signed in with an access token.
    #[must_use]
    pub fn bearing(&self, access: &str) -> Self {
        self.with("authorization", &format!("Bearer {access}"))
    }

    /// The same client, with an `Idempotency-Key`.
    #[must_use]
    pub fn keyed(&self, key: &str) -> Self {
        self.with("idempotency-key", key)
    }

    /// Sends any request.
    pub async fn send(&self, method: &str, path: &str, kind: &str, body: impl Into<Body>) -> Answer {
        let (parts, body) = self.begin(method, path, kind, body.into()).await.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// GET of an answer without an end, such as a live feed.
    pub async fn stream(&self, path: &str) -> Stream {
        let (parts, body) = self.begin("GET", path, "", Body::empty()).await.into_parts();
        assert_eq!(parts.status, 200);
        Stream::new(parts.headers, body)
    }

    async fn begin(&self, method: &str, path: &str, kind: &str, body: Body) -> Response {
        let mut request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(path);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if !kind.is_empty() {
            request = request.header("content-type", kind);
        }
        let mut request = request.body(body).unwrap();
        request.extensions_mut().insert(Peer(SocketAddr::from(([127, 0, 0, 1], 50_000))));
        self.front.handle(request).await
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "", Body::empty()).await
    }

    /// POST without a body.
    pub async fn post_nothing(&self, path: &str) -> Answer {
        self.send("POST", path, "", Body::empty()).await
    }

    /// POST of JSON.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.post_text(path, &body.to_string()).await
    }

    /// POST of a text that says it is JSON.
    pub async fn post_text(&self, path: &str, body: &str) -> Answer {
        self.send("POST", path, "application/json", body.to_owned()).await
    }

    /// POST of a form.
    pub async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send("POST", path, "application/x-www-form-urlencoded", body).await
    }

    /// POST of a multipart form.
    pub async fn post_multipart(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = String::new();
        for (name, value) in fields {
            write!(body, "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").unwrap();
        }
        write!(body, "--{BOUNDARY}--\r\n").unwrap();
        self.send("POST", path, &format!("multipart/form-data; boundary={BOUNDARY}"), body).await
    }

    /// Books one seat.
    pub async fn book(&self, show: i64, seat: impl Into<Value>) -> Answer {
        self.post(&format!("/api/shows/{show}/book/"), serde_json::json!({ "seat_number": seat.into() })).await
    }

    /// Books several seats.
    pub async fn book_all(&self, show: i64, seats: &[u32]) -> Answer {
        self.post(&format!("/api/shows/{show}/book/"), serde_json::json!({ "seat_numbers": seats })).await
    }

    /// Gives a booking back.
    pub async fn cancel(&self, booking: i64) -> Answer {
        self.post_nothing(&format!("/api/bookings/{booking}/cancel/")).await
    }
}
