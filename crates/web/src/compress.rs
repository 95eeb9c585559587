//! Compression of answers that are long enough and of clients that ask for it.

use std::{io::Write as _, sync::OnceLock};

use axum::{
    body::{Body, HttpBody},
    http::{HeaderMap, HeaderValue, Request, header},
    response::Response,
};
use bytes::Bytes;
use flate2::{Compression as Level, write::GzEncoder};
use tower::{Service, service_fn};
use tower_http::{CompressionLevel, compression::Compression};

/// Shorter bodies are left alone.
const SHORTEST: u64 = 1024;

/// An encoding that the client takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Brotli,
    Gzip,
}

/// The best encoding that the client takes, or none. `identity;q=0` alone means none: an answer in the open beats a 406.
pub(crate) fn accepted(headers: &HeaderMap) -> Option<Encoding> {
    let mut gzip = None;
    for value in headers.get_all(header::ACCEPT_ENCODING) {
        for item in value.to_str().unwrap_or_default().split(',') {
            let mut words = item.split(';');
            let name = words.next().unwrap_or_default().trim();
            let refused = words
                .any(|word| word.trim().strip_prefix("q=").is_some_and(|q| q.parse::<f32>().unwrap_or(0.0) <= 0.0));
            match name {
                _ if refused => {}
                "br" => return Some(Encoding::Brotli),
                "gzip" | "x-gzip" | "*" => gzip = Some(Encoding::Gzip),
                _ => {}
            }
        }
    }
    gzip
}

/// Compresses an answer whose body is whole, long enough and of a kind that shrinks.
pub(crate) async fn compress(mut response: Response, encoding: Encoding) -> Response {
    if response.body().size_hint().exact().is_none_or(|size| size < SHORTEST)
        || response.headers().contains_key(header::CONTENT_ENCODING)
        || response.headers().contains_key(header::CONTENT_RANGE)
    {
        return response;
    }
    let wanted = match encoding {
        Encoding::Brotli => "br",
        Encoding::Gzip => "gzip",
    };
    let mut request = Request::new(Body::empty());
    request.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static(wanted));
    let mut taken = Some(std::mem::take(&mut response));
    let inner = service_fn(move |_: Request<Body>| {
        let answer = taken.take().unwrap_or_default();
        async move { Ok::<_, std::convert::Infallible>(answer) }
    });
    match Compression::new(inner).gzip(true).br(true).quality(CompressionLevel::Fastest).call(request).await {
        Ok(response) => response.map(Body::new),
    }
}

/// A body that is sent often: compressed when it is first asked for, and kept.
#[derive(Debug)]
pub(crate) struct Compressed {
    plain: Bytes,
    effort: Effort,
    brotli: OnceLock<Option<Bytes>>,
    gzip: OnceLock<Option<Bytes>>,
}

/// How much work compressing is worth: brotli's quality and gzip's level.
#[derive(Clone, Copy, Debug)]
struct Effort {
    brotli: i32,
    gzip: u32,
}

impl Compressed {
    /// A file that stays the same while the process runs.
    pub(crate) const fn best(plain: Bytes) -> Self {
        Self::with(plain, Effort { brotli: 9, gzip: 9 })
    }

    /// A page that is good until something changes.
    pub(crate) const fn quick(plain: Bytes) -> Self {
        Self::with(plain, Effort { brotli: 5, gzip: 5 })
    }

    const fn with(plain: Bytes, effort: Effort) -> Self {
        Self { plain, effort, brotli: OnceLock::new(), gzip: OnceLock::new() }
    }

    /// The body as a client takes it, and the name of its encoding; as it is where compressing makes it no smaller.
    pub(crate) fn variant(&self, wanted: Option<Encoding>) -> (Bytes, Option<HeaderValue>) {
        let (kept, name) = match wanted {
            None => return (self.plain.clone(), None),
            Some(Encoding::Brotli) => {
                (self.brotli.get_or_init(|| self.smaller(brotli(&self.plain, self.effort))), "br")
            }
            Some(Encoding::Gzip) => (self.gzip.get_or_init(|| self.smaller(gzip(&self.plain, self.effort))), "gzip"),
        };
        match kept {
            Some(bytes) => (bytes.clone(), Some(HeaderValue::from_static(name))),
            None => (self.plain.clone(), None),
        }
    }

    fn smaller(&self, bytes: std::io::Result<Vec<u8>>) -> Option<Bytes> {
        bytes.ok().filter(|bytes| bytes.len() < self.plain.len()).map(Bytes::from)
    }
}

fn brotli(plain: &[u8], effort: Effort) -> std::io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: effort.brotli, ..Default::default() };
    brotli::BrotliCompress(&mut &*plain, &mut out, &parameters)?;
    Ok(out)
}

fn gzip(plain: &[u8], effort: Effort) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Level::new(effort.gzip));
    encoder.write_all(plain)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_often_is_compressed_where_that_helps() {
        let long = Compressed::best(Bytes::from("seat ".repeat(1000)));
        for (wanted, name) in [(Encoding::Brotli, "br"), (Encoding::Gzip, "gzip")] {
            let (bytes, encoding) = long.variant(Some(wanted));
            assert!(bytes.len() < 200, "{}", bytes.len());
            assert_eq!(encoding.unwrap(), name);
        }
        assert_eq!(long.variant(None).0.len(), 5000);
        assert_eq!(Compressed::quick(Bytes::from("x")).variant(Some(Encoding::Gzip)).1, None);
    }

    #[test]
    fn clients_get_what_they_ask_for() {
        let of = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(text));
            accepted(&headers)
        };
        assert_eq!(of("gzip, deflate, br"), Some(Encoding::Brotli));
        assert_eq!(of("gzip;q=1.0, br;q=0"), Some(Encoding::Gzip));
        assert_eq!(of("*"), Some(Encoding::Gzip));
        for none in ["identity", "identity;q=0", "gzip;q=0", "", "deflate", "gzip; q=0.0"] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
