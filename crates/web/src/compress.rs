//! Compression of answers that are long enough and of clients that ask for it.

use axum::{
    body::{Body, HttpBody},
    http::{HeaderMap, HeaderValue, Request, header},
    response::Response,
};
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

#[cfg(test)]
mod tests {
    use super::*;

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
