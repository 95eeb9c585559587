//! Pages that are the same for many: rendered once, compressed once, and not sent again to who has them.

use std::sync::{Arc, OnceLock};

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use bytes::Bytes;
use houselights_app::listings::Basis;
use quick_cache::{Weighter, sync::Cache};

use super::{
    no::Result,
    shell::{Middle, Page},
    visitor::{HTML, VARY, Visitor},
};
use crate::{
    compress::{Compressed, accepted},
    etag,
    text::Language,
};

/// Pages kept.
const MOST: usize = 2_000;
/// Their bytes: a hall of 3,000 seats takes about a million.
const MOST_BYTES: u64 = 128 << 20;
/// Addresses longer than this are answered without being kept.
const LONGEST: usize = 300;
/// Whoever has the page asks whether it has changed.
const ASK: HeaderValue = HeaderValue::from_static("private, no-cache");

/// What a page was made from, such as the catalogue's generation and the minute: another one is another page.
pub type Generation = [u64; 2];

/// What a kept page rests on.
#[derive(Clone, Debug)]
pub(crate) enum Grounds {
    /// Numbers: others are another page.
    Numbers(Generation),
    /// What the listings say. They know whether they would still say so.
    Listings(Basis),
    /// The page is for this once.
    Nothing,
}

impl Grounds {
    /// Those of a page of the listings, if it is one that others will ask for too.
    pub(crate) fn of(basis: &Basis, for_all: bool) -> Self {
        if for_all { Self::Listings(basis.clone()) } else { Self::Nothing }
    }
}

/// Pages by address and language.
#[derive(Debug)]
pub(crate) struct Kept(Cache<(String, Language), Arc<Entry>, Size>);

impl Default for Kept {
    fn default() -> Self {
        Self(Cache::with_weighter(MOST, MOST_BYTES, Size))
    }
}

/// About how much memory a page takes: its middle, the same in the shell, and that compressed.
#[derive(Clone, Debug)]
struct Size;

impl Weighter<(String, Language), Arc<Entry>> for Size {
    fn weight(&self, _: &(String, Language), entry: &Arc<Entry>) -> u64 {
        10_000 + entry.middle.size() as u64 * 5 / 2
    }
}

#[derive(Debug)]
struct Entry {
    grounds: Grounds,
    middle: Middle,
    /// The whole page as everyone sees it who is not signed in.
    whole: OnceLock<Whole>,
}

#[derive(Debug)]
struct Whole {
    body: Compressed,
    tag: HeaderValue,
}

impl Visitor {
    /// Shows a page whose middle is the same for all who ask for this address in this language, until the generation
    /// changes. The generation is read before `make` reads anything, so that a change in between makes the page
    /// stale, never wrong. Whoever is signed in gets the kept middle in a shell of their own.
    pub async fn show_kept<P: Page>(
        &self,
        generation: Generation,
        make: impl AsyncFnOnce() -> Result<P>,
    ) -> Result<Response> {
        let stands = |entry: &Arc<Entry>| matches!(entry.grounds, Grounds::Numbers(then) if then == generation);
        let entry = match self.found().filter(stands) {
            Some(entry) => entry,
            None => self.keep(&make().await?, Grounds::Numbers(generation)),
        };
        Ok(self.answered(&entry))
    }

    /// The same for a page of the listings: it stands until they would say something else.
    pub(crate) async fn show_listings<P: Page>(
        &self,
        make: impl AsyncFnOnce() -> Result<(P, Grounds)>,
    ) -> Result<Response> {
        let listings = &self.site.app.listings;
        if let Some(entry) = self.found()
            && let Grounds::Listings(basis) = &entry.grounds
            && listings.still(basis).await
        {
            return Ok(self.answered(&entry));
        }
        let (page, grounds) = make().await?;
        Ok(self.answered(&self.keep(&page, grounds)))
    }

    fn answered(&self, entry: &Entry) -> Response {
        if self.guest.is_some() || self.notice.is_some() {
            return self.own(&entry.middle);
        }
        let whole = entry.whole.get_or_init(|| {
            let text = Bytes::from(self.whole(&entry.middle));
            Whole { tag: etag::tag_of(&text), body: Compressed::quick(text) }
        });
        let mut response = Response::new(Body::empty());
        if etag::matches(&self.headers, &whole.tag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            let (bytes, encoding) = whole.body.variant(accepted(&self.headers));
            *response.body_mut() = Body::from(bytes);
            response.headers_mut().extend(encoding.map(|encoding| (header::CONTENT_ENCODING, encoding)));
            response.headers_mut().insert(header::CONTENT_TYPE, HTML);
        }
        let headers = response.headers_mut();
        headers.insert(header::ETAG, whole.tag.clone());
        headers.insert(header::CACHE_CONTROL, ASK);
        headers.insert(header::VARY, VARY);
        response
    }

    fn found(&self) -> Option<Arc<Entry>> {
        self.site.kept.0.get(&(self.here.to_string(), self.t.language()))
    }

    fn keep<P: Page>(&self, page: &P, grounds: Grounds) -> Arc<Entry> {
        let here = self.here.to_string();
        let kept = here.len() <= LONGEST && !matches!(grounds, Grounds::Nothing);
        let entry = Arc::new(Entry { grounds, middle: Middle::of(page), whole: OnceLock::new() });
        if kept {
            self.site.kept.0.insert((here, self.t.language()), Arc::clone(&entry));
        }
        entry
    }
}
