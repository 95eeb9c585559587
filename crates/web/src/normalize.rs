//! A path works with and without its slash at the end, for every method, without a redirect.

use axum::http::{Uri, uri::PathAndQuery};

/// The address with a slash at the end of its path, if it needs one. Routes are written with it, so that the address
/// that the documentation names costs nothing. A last segment with a dot is a file.
pub(crate) fn with_slash(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    if path.ends_with('/') || !path.starts_with('/') || path.rsplit('/').next().is_some_and(|last| last.contains('.')) {
        return None;
    }
    let query = uri.query();
    let mut text = String::with_capacity(path.len() + 2 + query.map_or(0, str::len));
    text.push_str(path);
    text.push('/');
    if let Some(query) = query {
        text.push('?');
        text.push_str(query);
    }
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(text).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_is_added_where_one_is_missing() {
        let added = |text: &str| with_slash(&text.parse().unwrap()).map(|uri| uri.to_string());
        assert_eq!(added("/api/movies").as_deref(), Some("/api/movies/"));
        assert_eq!(added("/api/movies?search=a/b.c").as_deref(), Some("/api/movies/?search=a/b.c"));
        assert_eq!(added("http://example.org/api/login").as_deref(), Some("http://example.org/api/login/"));
        for as_it_is in ["/", "/api/movies/", "/api/movies/?a=b", "/api/openapi.json", "*"] {
            assert_eq!(added(as_it_is), None, "{as_it_is}");
        }
    }
}
