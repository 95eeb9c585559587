//! Who looks at a page, and the answer they get.

use std::sync::Arc;

use askama::Template;
use axum::{
    body::Body,
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Response},
};
use axum_extra::routing::TypedPath;
use houselights_app::{Actor, accounts::Guest};

use super::{
    cookies::Cookie,
    next::Next,
    no::{No, Result},
    notice::Notice,
    programme::ProgrammeUrl,
    shell::{Middle, Page, Shell},
};
use crate::{
    site::Site,
    text::{Language, Text},
};

/// HTML, always in UTF-8.
pub(crate) const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
/// A page depends on the language and on who looks.
pub(crate) const VARY: HeaderValue = HeaderValue::from_static("accept-encoding, accept-language, cookie");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// Somebody in front of a page, signed in or not. Every handler of a page takes one.
#[derive(Debug)]
pub struct Visitor {
    /// The texts of their language.
    pub t: Text,
    /// Who they are, if they are signed in.
    pub guest: Option<Guest>,
    /// The address of the page they look at.
    pub here: Next,
    pub(crate) site: Arc<Site>,
    pub(crate) notice: Option<Notice>,
    pub(crate) headers: HeaderMap,
}

impl Visitor {
    /// Everything about a request but who made it.
    fn unknown(site: &Arc<Site>, headers: &HeaderMap, uri: &Uri) -> Self {
        let chosen = site.cookies.read(headers, Cookie::Language).and_then(Language::from_code);
        let language = chosen.or_else(|| Language::accepted(headers)).unwrap_or(site.settings.language);
        let address = uri.path_and_query().map_or("/", |address| address.as_str());
        Self {
            t: Text(language),
            guest: None,
            here: Next::parse(address).unwrap_or_else(|| Next::to(&ProgrammeUrl)),
            notice: site.cookies.read(headers, Cookie::Notice).and_then(Notice::from_key),
            site: Arc::clone(site),
            headers: headers.clone(),
        }
    }

    /// Whoever is told that something went wrong. That nobody can be recognised now must not stand in the way.
    pub(crate) async fn of_failed(site: &Arc<Site>, headers: &HeaderMap, uri: &Uri) -> Self {
        let mut visitor = Self::unknown(site, headers, uri);
        visitor.notice = None;
        visitor.recognise().await.unwrap_or_default();
        visitor
    }

    async fn recognise(&mut self) -> houselights_app::Result<()> {
        if let Some(secret) = self.site.cookies.read(&self.headers, Cookie::Session) {
            self.guest = self.site.app.accounts.guest(secret).await?;
        }
        Ok(())
    }

    /// Shows a page.
    pub fn show<P: Page>(&self, page: &P) -> Response {
        self.show_with(StatusCode::OK, page)
    }

    /// Shows a page with a status, such as a form that cannot be taken as it is.
    pub fn show_with<P: Page>(&self, status: StatusCode, page: &P) -> Response {
        let mut response = self.own(&Middle::of(page));
        *response.status_mut() = status;
        response
    }

    /// A page for this visitor alone.
    pub(crate) fn own(&self, middle: &Middle) -> Response {
        let mut response = Response::new(Body::from(self.whole(middle)));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HTML);
        headers.insert(header::VARY, VARY);
        headers.insert(header::CACHE_CONTROL, NO_STORE);
        self.keep_cookies(headers);
        response
    }

    /// The whole page around its middle.
    pub(crate) fn whole(&self, middle: &Middle) -> String {
        let shell = Shell {
            t: self.t,
            brand: &self.site.settings.brand,
            assets: &self.site.assets,
            username: self.guest.as_ref().map(|guest| guest.username.as_str()),
            notice: self.notice,
            here: &self.here,
            demo: self.site.settings.quick_start,
            middle,
        };
        shell.render().unwrap_or_default()
    }

    /// A notice that was shown is forgotten; a session that was prolonged is kept for longer.
    pub(crate) fn keep_cookies(&self, headers: &mut HeaderMap) {
        if self.notice.is_some() {
            headers.append(header::SET_COOKIE, self.site.cookies.forget(Cookie::Notice));
        }
        if let Some(guest) = self.guest.as_ref().filter(|guest| guest.prolonged)
            && let Some(secret) = self.site.cookies.read(&self.headers, Cookie::Session)
        {
            let age = guest.lifetime;
            headers.append(header::SET_COOKIE, self.site.cookies.keep(Cookie::Session, secret, age));
        }
    }
}

impl FromRequestParts<Arc<Site>> for Visitor {
    type Rejection = No;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self> {
        let mut visitor = Self::unknown(site, &parts.headers, &parts.uri);
        visitor.recognise().await?;
        Ok(visitor)
    }
}

/// Somebody who is signed in; whoever is not is asked to, and comes back here.
#[derive(Debug)]
pub struct SignedIn {
    /// In front of the page.
    pub visitor: Visitor,
    /// Who they are.
    pub guest: Guest,
}

impl SignedIn {
    /// As the one who acts on seats. Staff act on what belongs to others elsewhere: on pages everyone acts for
    /// themselves.
    pub fn actor(&self) -> Actor {
        Actor { user: self.guest.identity.user, staff: false }
    }
}

impl FromRequestParts<Arc<Site>> for SignedIn {
    type Rejection = No;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self> {
        let visitor = Visitor::from_request_parts(parts, site).await?;
        match visitor.guest.clone() {
            Some(guest) => Ok(Self { visitor, guest }),
            // An address that takes forms only is no place to come back to.
            None if parts.method.is_safe() => Err(No::SignIn(visitor.here)),
            None => Err(No::SignIn(Next::to(&ProgrammeUrl))),
        }
    }
}

/// "Look there": the answer to a form that was carried out, so that going back does not send it again.
#[derive(Debug)]
pub struct SeeOther {
    to: String,
    cookies: Vec<HeaderValue>,
}

impl SeeOther {
    /// To an address that a route's type or [`Next`] has written.
    pub fn to(address: &impl std::fmt::Display) -> Self {
        Self { to: address.to_string(), cookies: Vec::new() }
    }

    /// To a route.
    pub fn route(path: &impl TypedPath) -> Self {
        Self::to(path)
    }

    /// With a notice on the page there.
    #[must_use]
    pub fn saying(self, site: &Site, notice: Notice) -> Self {
        self.with(site.cookies.keep(Cookie::Notice, notice.key(), std::time::Duration::ZERO))
    }

    /// With a cookie.
    #[must_use]
    pub(crate) fn with(mut self, cookie: HeaderValue) -> Self {
        self.cookies.push(cookie);
        self
    }
}

impl IntoResponse for SeeOther {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SEE_OTHER;
        let headers = response.headers_mut();
        headers.insert(header::LOCATION, HeaderValue::try_from(self.to).unwrap_or(HeaderValue::from_static("/")));
        headers.insert(header::CACHE_CONTROL, NO_STORE);
        for cookie in self.cookies {
            headers.append(header::SET_COOKIE, cookie);
        }
        response
    }
}
