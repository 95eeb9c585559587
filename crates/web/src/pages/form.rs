//! Forms that pages send: the one way to read one, which is protected against other sites by its type.

use std::sync::Arc;

use axum::{
    extract::{FromRequest, Request},
    http::StatusCode,
    response::Response,
};
use tower::{Layer, Service, service_fn};
use tower_http::csrf::CsrfLayer;

use super::no::No;
use crate::{
    body::Fields,
    problem::{Code, Problem},
    site::Site,
};

/// The most characters of one field that are looked at; what is longer is cut before it is shown again.
const LONGEST: usize = 2_000;

/// What a form of a page holds. Reading cannot fail: what is missing is empty, and the handler says what is wrong.
pub trait Form: Sized {
    /// Takes what was typed, as it was typed.
    fn read(input: &Input) -> Self;
}

/// A form that a page of this site has sent. The only extractor of a page that reads a body: whoever has one knows
/// that no other site has sent it (`Sec-Fetch-Site`, or else `Origin`, as in tower-http's `csrf`).
#[derive(Debug)]
pub struct PageForm<T>(pub T);

impl<T: Form> FromRequest<Arc<Site>> for PageForm<T> {
    type Rejection = No;

    async fn from_request(request: Request, site: &Arc<Site>) -> Result<Self, No> {
        let fields = Fields::from_request(own(request, &site.own_origin).await?, site).await?;
        if fields.json().is_some() {
            return Err(Problem::new(Code::UnsupportedMediaType, "Pages take forms.").into());
        }
        Ok(Self(T::read(&Input(fields))))
    }
}

/// The request, if it is not another site's.
async fn own(request: Request, origin: &str) -> Result<Request, No> {
    let foreign = || Problem::new(Code::ForeignForm, "This form came from another site. Please send it from here.");
    let layer = CsrfLayer::new();
    let layer = layer.clone().add_trusted_origin(origin).unwrap_or(layer);
    let inner = service_fn(async |request: Request| Ok::<_, std::convert::Infallible>(Response::new(Some(request))));
    let Ok(answer) = layer.layer(inner).call(request).await;
    match answer.into_parts() {
        (parts, Some(request)) if parts.status == StatusCode::OK => Ok(request),
        _ => Err(foreign().into()),
    }
}

/// What was typed into a form.
#[derive(Debug)]
pub struct Input(Fields);

impl Input {
    /// What stands in a field; the first of several.
    pub fn text(&self, name: &str) -> String {
        self.0.texts(name).next().map(cut).unwrap_or_default()
    }

    /// All that stands in a field that may be there more than once, such as a box that can be ticked.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.0.texts(name).map(cut).collect()
    }
}

fn cut(text: &str) -> String {
    text.chars().filter(|letter| *letter != '\0').take(LONGEST).collect()
}

/// A password as it was typed. It is shown to nobody: neither its `Debug` nor a page has it.
#[derive(Clone, Default)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// An empty form: a button.
#[derive(Debug)]
pub struct Button;

impl Form for Button {
    fn read(_: &Input) -> Self {
        Self
    }
}

/// The site's own origin, as browsers write it.
pub(crate) fn origin_of(public_url: &str) -> String {
    let (scheme, rest) = public_url.split_once("://").unwrap_or(("http", public_url));
    let host = rest.split('/').next().unwrap_or_default().to_ascii_lowercase();
    let default = if scheme == "https" { ":443" } else { ":80" };
    format!("{scheme}://{}", host.strip_suffix(default).unwrap_or(&host))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    async fn taken(headers: &[(&str, &str)]) -> bool {
        let mut request = Request::builder().method("POST").uri("/sign-in/").header("host", "tickets.example");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        own(request.body(Body::empty()).unwrap(), "https://tickets.example").await.is_ok()
    }

    #[tokio::test]
    async fn forms_of_other_sites_are_not_read() {
        for good in [
            &[("sec-fetch-site", "same-origin")][..],
            &[("sec-fetch-site", "none")],
            &[("sec-fetch-site", "same-origin"), ("origin", "https://tickets.example")],
            &[("origin", "https://tickets.example")],
            // A program, which has no cookies that anybody could abuse.
            &[],
        ] {
            assert!(taken(good).await, "{good:?}");
        }
        for bad in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site"), ("origin", "https://evil.tickets.example")],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("origin", "https://tickets.example.evil.example")],
        ] {
            assert!(!taken(bad).await, "{bad:?}");
        }
    }

    #[test]
    fn the_own_origin_is_written_as_browsers_do() {
        assert_eq!(origin_of("https://Tickets.example:443/shop"), "https://tickets.example");
        assert_eq!(origin_of("http://127.0.0.1:8000"), "http://127.0.0.1:8000");
    }
}
