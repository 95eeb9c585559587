//! A name for each request, for the log and for whoever asks about it.

use std::{
    fmt::Write,
    sync::atomic::{AtomicU64, Ordering},
};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use houselights_app::Entropy;

/// Taken from the client if it is sane, made here if not, and always sent back.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST: usize = 64;

/// Makes request ids: a prefix that no other process has, and a number.
#[derive(Debug)]
pub(crate) struct RequestIds {
    prefix: String,
    next: AtomicU64,
}

impl RequestIds {
    pub(crate) fn new(entropy: &dyn Entropy) -> houselights_app::Result<Self> {
        let mut bytes = [0; 6];
        entropy.fill(&mut bytes)?;
        let mut prefix = String::new();
        for byte in bytes {
            _ = write!(prefix, "{byte:02x}");
        }
        prefix.push('-');
        Ok(Self { prefix, next: AtomicU64::new(1) })
    }

    /// The request's own id, or a new one.
    pub(crate) fn of(&self, headers: &HeaderMap) -> HeaderValue {
        match headers.get(REQUEST_ID) {
            Some(given) if sane(given.as_bytes()) => given.clone(),
            _ => self.make(),
        }
    }

    fn make(&self) -> HeaderValue {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let mut text = [0; 29];
        let prefix = self.prefix.len();
        text[..prefix].copy_from_slice(self.prefix.as_bytes());
        for (place, byte) in text[prefix..].iter_mut().enumerate() {
            let digit = usize::try_from((number >> (60 - 4 * place)) & 0xF).unwrap_or(0);
            *byte = HEX[digit];
        }
        HeaderValue::from_bytes(&text).unwrap_or(HeaderValue::from_static("-"))
    }
}

fn sane(given: &[u8]) -> bool {
    (1..=LONGEST).contains(&given.len())
        && given.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use houselights_app::entropy::CountingEntropy;

    use super::*;

    #[test]
    fn sane_ids_are_kept_and_others_replaced() {
        let ids = RequestIds::new(&CountingEntropy::default()).unwrap();
        let of = |given: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, HeaderValue::from_bytes(given).unwrap());
            ids.of(&headers).to_str().unwrap().to_owned()
        };
        assert_eq!(of(b"abc-1.2_3"), "abc-1.2_3");
        assert_ne!(of(b""), "");
        assert_eq!(of("é".as_bytes()).len(), 29);
        assert_eq!(of(&[b'a'; 65]).len(), 29);
        assert_ne!(ids.of(&HeaderMap::new()), ids.of(&HeaderMap::new()));
        assert!(ids.of(&HeaderMap::new()).to_str().unwrap().ends_with("0000000000000006"));
    }
}
