//! Answers about the programme, rendered once a generation of the catalogue.

use std::{future::Future, sync::Arc};

use quick_cache::sync::Cache;

use crate::{etag::Cached, problem::Result};

/// Answers kept.
const MOST: usize = 2_000;
/// Addresses longer than this are answered without being kept.
const LONGEST: usize = 300;

/// Rendered answers by address.
#[derive(Debug)]
pub struct Rendered(Cache<String, (u64, Arc<Cached>)>);

impl Default for Rendered {
    fn default() -> Self {
        Self(Cache::new(MOST))
    }
}

impl Rendered {
    /// The answer at an address, made anew if the catalogue has changed since. The generation was read before `make`
    /// reads anything, so that a change in between makes the answer stale, never wrong.
    pub async fn at(
        &self,
        address: &str,
        generation: u64,
        make: impl Future<Output = Result<Cached>>,
    ) -> Result<Arc<Cached>> {
        if let Some((made_at, cached)) = self.0.get(address)
            && made_at == generation
        {
            return Ok(cached);
        }
        let cached = Arc::new(make.await?);
        if address.len() <= LONGEST {
            self.0.insert(address.to_owned(), (generation, Arc::clone(&cached)));
        }
        Ok(cached)
    }
}
