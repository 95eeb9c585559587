//! An answer without an end, read event by event.

use std::time::Duration;

use axum::{body::Body, http::HeaderMap};
use http_body_util::BodyExt;

/// Longer than any event that is on its way may take; an event that never comes fails the test.
const PATIENCE: Duration = Duration::from_secs(20);

/// Server-sent events as they come.
#[derive(Debug)]
pub struct Stream {
    /// The answer's headers.
    pub headers: HeaderMap,
    body: Body,
    read: String,
}

impl Stream {
    pub(crate) const fn new(headers: HeaderMap, body: Body) -> Self {
        Self { headers, body, read: String::new() }
    }

    /// The next block, up to an empty line; `None` at the end.
    pub async fn next(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.read.find("\n\n") {
                let block: String = self.read.drain(..end + 2).collect();
                return Some(block.trim_end_matches('\n').to_owned());
            }
            let frame = tokio::time::timeout(PATIENCE, self.body.frame()).await.unwrap()?;
            self.read.push_str(std::str::from_utf8(frame.unwrap().data_ref().unwrap()).unwrap());
        }
    }

    /// The next block's name, data and id; what it lacks is empty.
    pub async fn event(&mut self) -> (String, String, String) {
        let block = self.next().await.unwrap();
        let of = |field: &str| block.lines().find_map(|line| line.strip_prefix(field)).unwrap_or_default().to_owned();
        (of("event: "), of("data: "), of("id: "))
    }
}
