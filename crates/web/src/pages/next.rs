//! Where to go on after a form: an address of this site, never of another.

use std::fmt;

use axum::http::Uri;
use axum_extra::routing::TypedPath;

/// Longer addresses are none of ours.
const LONGEST: usize = 1_000;

/// An address of this site, path and query. The only text that a redirect takes besides the types of routes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next(String);

impl Next {
    /// The name of the field and of the query's parameter.
    pub const NAME: &'static str = "next";

    /// Takes a path of this site. What a browser could read as another host (`//evil.example`, `/\evil.example`), or
    /// what is no page, is none.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        let own = text.starts_with('/') && !text.starts_with("//") && !text.starts_with("/api/");
        if !plain || !own {
            return None;
        }
        let uri: Uri = text.parse().ok()?;
        (uri.authority().is_none() && uri.scheme().is_none()).then(|| Self(text.to_owned()))
    }

    /// A route of ours.
    pub fn to(path: &impl TypedPath) -> Self {
        Self(path.to_string())
    }

    /// As it stands in a `Location` header.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_addresses_are_taken() {
        for good in ["/", "/my-bookings/", "/?cinema=rex&date=2027-01-15", "/shows/7/?seats=1%2C2#map"] {
            assert_eq!(Next::parse(good).map(|next| next.to_string()).as_deref(), Some(good));
        }
        for bad in [
            "",
            "//evil.example/",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            "evil.example",
            "/\t/evil.example",
            " /",
            "/a\r\nSet-Cookie: x=y",
            "/api/logout/",
            "/é",
        ] {
            assert_eq!(Next::parse(bad), None, "{bad:?}");
        }
        assert_eq!(Next::parse(&format!("/{}", "x".repeat(LONGEST))), None);
    }
}
