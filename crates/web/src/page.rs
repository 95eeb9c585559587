//! Long lists in pieces: `?limit=` and `?cursor=`, and where the next piece is.

use axum::http::{HeaderMap, HeaderValue, Uri, header};

use crate::body::Reader;

/// The most items of one page.
pub const MOST: u32 = 500;

/// Which piece of a list is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many items, at most [`MOST`].
    pub limit: u32,
    /// Where the last page ended.
    pub cursor: Option<String>,
    /// The client asked for pages: it said `limit` or `cursor`.
    pub asked: bool,
}

impl Page {
    /// Reads `limit` and `cursor`; without `limit` it is `default`.
    pub fn read(query: &mut Reader<'_>, default: u32) -> Self {
        let limit = query.optional_integer("limit", 1..=i64::from(MOST));
        let cursor = query.optional_text("cursor");
        let asked = limit.is_some() || cursor.is_some();
        Self { limit: limit.and_then(|limit| u32::try_from(limit).ok()).unwrap_or(default), cursor, asked }
    }

    /// Reads pages of a list whose cursors are ids.
    pub fn read_by_id(query: &mut Reader<'_>, default: u32) -> (Self, Option<i64>) {
        let page = Self::read(query, default);
        let after = page.cursor.as_deref().map(str::parse);
        if let Some(Err(_)) = after {
            query.refuse("cursor", "Take the cursor from the Link header of the last page.");
        }
        (page, after.and_then(Result::ok))
    }

    /// Cuts a list that was asked for with one item more than the page has: whether there is a next page.
    pub fn cut<T>(&self, items: &mut Vec<T>) -> bool {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        more
    }
}

/// `Link: <same address with the next cursor>; rel="next"` (RFC 8288), as headers for an answer.
pub fn next(uri: &Uri, cursor: &impl ToString) -> HeaderMap {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        if name != "cursor" {
            query.append_pair(&name, &value);
        }
    }
    query.append_pair("cursor", &cursor.to_string());
    let mut headers = HeaderMap::new();
    if let Ok(link) = HeaderValue::try_from(format!("<{}?{}>; rel=\"next\"", uri.path(), query.finish())) {
        headers.insert(header::LINK, link);
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::Fields;

    #[test]
    fn limits_are_bounded_and_the_next_page_keeps_the_filter() {
        let read = |text: &str| Fields::from_query(text).read(|q| Page::read_by_id(q, 50)).map_err(|_| ());
        assert_eq!(read("").unwrap().0, Page { limit: 50, cursor: None, asked: false });
        assert_eq!(read("limit=500&cursor=7").unwrap().1, Some(7));
        for bad in ["limit=0", "limit=501", "limit=x", "cursor=x"] {
            assert!(read(bad).is_err(), "{bad}");
        }
        let headers = next(&"/api/movies/?search=a%26b&cursor=1&limit=2".parse().unwrap(), &9);
        assert_eq!(headers[header::LINK], "</api/movies/?search=a%26b&limit=2&cursor=9>; rel=\"next\"");

        let mut items = vec![1, 2, 3];
        assert!(read("limit=2").unwrap().0.cut(&mut items));
        assert_eq!(items, [1, 2]);
    }
}
