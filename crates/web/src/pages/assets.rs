//! Style sheets, modules and pictures: in the binary, compressed once, under an address that changes with them.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use axum_extra::routing::{RouterExt, TypedPath};
use bytes::Bytes;
use rust_embed::RustEmbed;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{
    brand::{Brand, Logo},
    no::{No, Result},
};
use crate::{
    compress::{Compressed, accepted},
    problem::Problem,
    site::{Site, Web},
};

/// What `assets/` holds.
#[derive(RustEmbed)]
#[folder = "assets/"]
struct Embedded;

/// The parts of the one style sheet that every page has, in their order; the brand's colours come after the tokens.
const SITE_CSS: [&str; 4] = ["tokens.css", "base.css", "components.css", "print.css"];
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK: HeaderValue = HeaderValue::from_static("no-cache");
const VARY: HeaderValue = HeaderValue::from_static("accept-encoding");
/// A picture that is opened by itself runs nothing.
const CSP: HeaderValue = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox");

/// A file. All of them share the hash, so that modules and style sheets name each other by relative addresses.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/assets/{hash}/{name}", rejection(No))]
pub struct AssetUrl {
    hash: String,
    name: String,
}

/// All files by name.
#[derive(Debug)]
pub struct Assets {
    hash: String,
    files: BTreeMap<String, File>,
}

#[derive(Debug)]
struct File {
    kind: HeaderValue,
    body: Compressed,
}

impl Assets {
    /// The files of the binary, and the brand's.
    pub(crate) fn new(brand: &Brand) -> Self {
        let mut files: BTreeMap<String, Bytes> = Embedded::iter()
            .filter_map(|name| Some((name.to_string(), Bytes::from(Embedded::get(&name)?.data.into_owned()))))
            .collect();
        let mut style = Vec::new();
        for part in SITE_CSS {
            style.extend_from_slice(&files.remove(part).unwrap_or_default());
            if part == "tokens.css" {
                style.extend_from_slice(brand.style().as_bytes());
            }
        }
        files.insert("site.css".to_owned(), style.into());
        if let Some(Logo { name, bytes }) = &brand.logo {
            files.insert(name.clone(), bytes.clone());
        }
        let mut hash = Sha256::new();
        for (name, bytes) in &files {
            hash.update(name.as_bytes());
            hash.update([0]);
            hash.update(Sha256::digest(bytes));
        }
        let hash = hash.finalize().iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        let files = files.into_iter().map(|(name, bytes)| {
            let file = File { kind: kind(&name), body: Compressed::best(bytes) };
            (name, file)
        });
        Self { hash: format!("{hash:016x}"), files: files.collect() }
    }

    /// Where a file is served.
    pub fn url(&self, name: &str) -> String {
        AssetUrl { hash: self.hash.clone(), name: name.to_owned() }.to_string()
    }

    /// Whether there is a file at this address.
    #[cfg(test)]
    pub(crate) fn has(&self, address: &str) -> bool {
        self.files.keys().any(|name| self.url(name) == address)
    }

    fn answer(&self, url: &AssetUrl, request: &HeaderMap) -> Result<Response> {
        let file = self.files.get(&url.name).ok_or_else(Problem::not_found)?;
        let (bytes, encoding) = file.body.variant(accepted(request));
        let mut response = Response::new(Body::from(bytes));
        *response.status_mut() = StatusCode::OK;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, file.kind.clone());
        headers.insert(header::VARY, VARY);
        headers.insert(header::CONTENT_SECURITY_POLICY, CSP);
        if let Some(encoding) = encoding {
            headers.insert(header::CONTENT_ENCODING, encoding);
        }
        // While one node after the other is replaced, a page of the new one may ask the old one for its files: they
        // are better than none, and must not be kept.
        headers.insert(header::CACHE_CONTROL, if url.hash == self.hash { FOREVER } else { ASK });
        Ok(response)
    }
}

fn kind(name: &str) -> HeaderValue {
    HeaderValue::from_static(match name.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "jpg" | "jpeg" => "image/jpeg",
        "ico" => "image/x-icon",
        _ => "application/octet-stream",
    })
}

/// The files' route.
pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new().typed_get(asset)
}

async fn asset(url: AssetUrl, State(site): Web, headers: HeaderMap) -> Result<Response> {
    site.assets.answer(&url, &headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(assets: &Assets, address: &str, accepts: &'static str) -> Option<Response> {
        let (_, rest) = address.split_once("/assets/")?;
        let (hash, name) = rest.split_once('/')?;
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accepts));
        assets.answer(&AssetUrl { hash: hash.to_owned(), name: name.to_owned() }, &headers).ok()
    }

    #[test]
    fn files_are_kept_for_good_under_their_hash_and_not_under_another() {
        let assets = Assets::new(&Brand::default());
        let url = assets.url("site.css");
        let found = get(&assets, &url, "br").unwrap();
        assert_eq!(found.headers()[header::CACHE_CONTROL], FOREVER);
        assert_eq!(found.headers()[header::CONTENT_ENCODING], "br");
        assert_eq!(found.headers()[header::CONTENT_TYPE], "text/css; charset=utf-8");
        let old = get(&assets, "/assets/0123/site.css", "identity").unwrap();
        assert_eq!(old.headers()[header::CACHE_CONTROL], ASK);
        assert!(!old.headers().contains_key(header::CONTENT_ENCODING));
        assert!(get(&assets, &url.replace("site", "no"), "br").is_none());
    }

    #[test]
    fn another_brand_is_another_hash() {
        let other = Brand { colour: "#004488".parse().unwrap(), ..Brand::default() };
        assert_ne!(Assets::new(&Brand::default()).hash, Assets::new(&other).hash);
    }

    #[test]
    fn every_file_has_a_kind_and_the_parts_of_the_style_sheet_are_there() {
        let assets = Assets::new(&Brand::default());
        for (name, file) in &assets.files {
            assert_ne!(file.kind, "application/octet-stream", "{name}");
        }
        for part in SITE_CSS {
            assert!(Embedded::get(part).is_some(), "{part}");
        }
    }
}
