//! Answers that rarely change: made once, and not sent again to who has them.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use bytes::Bytes;
use sha2::{Digest, Sha256};

/// A body with its tag.
#[derive(Clone, Debug)]
pub struct Cached {
    bytes: Bytes,
    kind: HeaderValue,
    tag: HeaderValue,
    caching: HeaderValue,
    link: Option<HeaderValue>,
}

impl Cached {
    /// A body whose users ask each time whether it has changed.
    pub fn new(bytes: impl Into<Bytes>, kind: HeaderValue) -> Self {
        let bytes = bytes.into();
        let tag = tag_of(&bytes);
        Self { bytes, kind, tag, caching: HeaderValue::from_static("no-cache"), link: None }
    }

    /// Lets users keep it for some time without asking.
    #[must_use]
    pub fn kept(mut self, caching: &'static str) -> Self {
        self.caching = HeaderValue::from_static(caching);
        self
    }

    /// Says where the next page is.
    #[must_use]
    pub fn linked(mut self, link: Option<HeaderValue>) -> Self {
        self.link = link;
        self
    }

    /// The body, or 304 for who has it already.
    pub fn answer(&self, request: &HeaderMap) -> Response {
        let mut response = Response::new(Body::empty());
        if matches(request, &self.tag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            *response.body_mut() = Body::from(self.bytes.clone());
            response.headers_mut().insert(header::CONTENT_TYPE, self.kind.clone());
        }
        response.headers_mut().insert(header::ETAG, self.tag.clone());
        if let Some(link) = &self.link {
            response.headers_mut().insert(header::LINK, link.clone());
        }
        response.headers_mut().insert(header::CACHE_CONTROL, self.caching.clone());
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        response
    }
}

/// A weak tag (compression may change the bytes): the beginning of a SHA-256 in hex.
pub fn tag_of(bytes: &[u8]) -> HeaderValue {
    let digest = Sha256::digest(bytes);
    let number = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    HeaderValue::try_from(format!("W/\"{number:016x}\"")).unwrap_or(HeaderValue::from_static("W/\"-\""))
}

/// The request's `If-None-Match` names the tag (weak comparison, RFC 9110, 13.1.2).
pub fn matches(request: &HeaderMap, tag: &HeaderValue) -> bool {
    let strong = |text: &[u8]| text.strip_prefix(b"W/").unwrap_or(text).to_vec();
    let tag = strong(tag.as_bytes());
    request.get_all(header::IF_NONE_MATCH).iter().any(|line| {
        line.as_bytes()
            .split(|byte| *byte == b',')
            .map(<[u8]>::trim_ascii)
            .any(|item| item == b"*" || strong(item) == tag)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_it_gets_304() {
        let cached = Cached::new("{}", HeaderValue::from_static("application/json"));
        let tag = cached.answer(&HeaderMap::new()).headers()[header::ETAG].clone();
        let with = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, HeaderValue::from_str(text).unwrap());
            cached.answer(&headers).status().as_u16()
        };
        let tag = tag.to_str().unwrap();
        assert_eq!(with(tag), 304);
        assert_eq!(with(tag.trim_start_matches("W/")), 304);
        assert_eq!(with(&format!("\"x\", {tag}")), 304);
        assert_eq!(with("*"), 304);
        assert_eq!(with("W/\"x\""), 200);
    }
}
