//! `/sign-in/`: a form for who has an account.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::RawQuery,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use axum_extra::routing::{RouterExt, TypedPath};
use houselights_app::accounts::BrowserSession;

use super::{
    cookies::Cookie,
    field::{Field, Kind, Summary},
    form::{Form, Input, PageForm, Secret},
    my_bookings::MyBookingsUrl,
    next::Next,
    no::Result,
    notice::Notice,
    programme::ProgrammeUrl,
    shell::{Page, Place},
    sign_up::SignUpUrl,
    visitor::{SeeOther, Visitor},
};
use crate::{
    auth::ClientAddress,
    problem::{Code, Problem},
    site::Site,
    text::Text,
};

/// The page's address.
#[derive(Clone, Copy, Debug, TypedPath)]
#[typed_path("/sign-in/")]
pub struct SignInUrl;

impl SignInUrl {
    /// The page, and then on to another.
    pub fn after(self, next: &Next) -> String {
        after(&self, next)
    }
}

/// An address with where to go on. The pages that signing in starts from are nothing to come back to: from them it
/// goes on to where they would have gone on.
pub(crate) fn after(path: &impl TypedPath, next: &Next) -> String {
    let (place, query) = next.as_str().split_once('?').unzip();
    let place = place.unwrap_or(next.as_str());
    if [SignInUrl::PATH, SignUpUrl::PATH].contains(&place) {
        return next_of(query).map_or_else(|| path.to_string(), |inner| after(path, &inner));
    }
    if place == ProgrammeUrl::PATH && query.is_none() {
        return path.to_string();
    }
    let query = form_urlencoded::Serializer::new(String::new()).append_pair(Next::NAME, next.as_str()).finish();
    format!("{path}?{query}")
}

/// Where a query says to go on.
pub(crate) fn next_of(query: Option<&str>) -> Option<Next> {
    let query = query.unwrap_or_default();
    let (_, next) = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == Next::NAME)?;
    Next::parse(&next)
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
pub(crate) struct SignIn {
    t: Text,
    next: Option<Next>,
    summary: Option<Summary>,
    username: Field,
    password: Field,
}

impl SignIn {
    fn empty(t: Text, next: Option<Next>) -> Self {
        Self {
            t,
            next,
            summary: None,
            username: Field::new(t, "username", Kind::Line, "username"),
            password: Field::new(t, "password", Kind::Password, "current-password"),
        }
    }

    fn sign_up(&self) -> String {
        self.next.as_ref().map_or_else(|| SignUpUrl.to_string(), |next| after(&SignUpUrl, next))
    }
}

impl Page for SignIn {
    const PLACE: Place = Place::Elsewhere;

    fn title(&self) -> String {
        self.t.text("sign-in-title").into_owned()
    }

    #[cfg(test)]
    fn samples(t: Text) -> Vec<Self> {
        let mut wrong = Self::empty(t, Next::parse("/my-bookings/?x=%22%3E%3Cscript%3E"));
        wrong.username = wrong.username.holding(super::tests::HOSTILE);
        wrong.password.refuse(t.text("fault-blank"));
        wrong.summary = Summary::of(t, &[&wrong.username, &wrong.password]);
        let refused = Problem::new(Code::NoActiveAccount, "");
        let refused = Self { summary: Some(Summary::of_problem(t, &refused)), ..Self::empty(t, None) };
        vec![Self::empty(t, None), wrong, refused]
    }
}

/// What was typed.
#[derive(Debug)]
struct Typed {
    username: String,
    password: Secret,
    next: Option<Next>,
}

impl Form for Typed {
    fn read(input: &Input) -> Self {
        Self {
            username: input.text("username").trim().to_owned(),
            password: Secret(input.text("password")),
            next: Next::parse(&input.text(Next::NAME)),
        }
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new().typed_get(form).typed_post(sign_in)
}

async fn form(_: SignInUrl, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let next = next_of(query.as_deref());
    if visitor.guest.is_some() {
        return SeeOther::to(&next.unwrap_or_else(|| Next::to(&MyBookingsUrl))).into_response();
    }
    visitor.show(&SignIn::empty(visitor.t, next))
}

async fn sign_in(
    _: SignInUrl,
    visitor: Visitor,
    from: ClientAddress,
    PageForm(typed): PageForm<Typed>,
) -> Result<Response> {
    let t = visitor.t;
    let mut page = SignIn::empty(t, typed.next.clone());
    page.username = page.username.holding(&typed.username);
    for (field, empty) in
        [(&mut page.username, typed.username.is_empty()), (&mut page.password, typed.password.0.is_empty())]
    {
        if empty {
            field.refuse(t.text("fault-blank"));
        }
    }
    page.summary = Summary::of(t, &[&page.username, &page.password]);
    if page.summary.is_some() {
        return Ok(visitor.show_with(StatusCode::UNPROCESSABLE_ENTITY, &page));
    }
    match open(&visitor, &typed.username, &typed.password, from).await {
        Ok(session) => {
            let next = typed.next.unwrap_or_else(|| Next::to(&ProgrammeUrl));
            Ok(signed_in(&visitor, &session, &next, Notice::SignedIn).into_response())
        }
        Err(problem) => {
            page.summary = Some(Summary::of_problem(t, &problem));
            refused(&visitor, problem, &page)
        }
    }
}

/// Opens a session, as often as the API's limits allow.
pub(crate) async fn open(
    visitor: &Visitor,
    username: &str,
    password: &Secret,
    from: ClientAddress,
) -> std::result::Result<BrowserSession, Problem> {
    let site = &visitor.site;
    site.limits.sign_in(from.0)?;
    Ok(site.app.accounts.open_browser(username, &password.0, from.0, visitor.guest.as_ref()).await?)
}

/// On to the next page, signed in.
pub(crate) fn signed_in(visitor: &Visitor, session: &BrowserSession, next: &Next, notice: Notice) -> SeeOther {
    let cookie = visitor.site.cookies.keep(Cookie::Session, &session.secret, session.lifetime);
    SeeOther::to(next).with(cookie).saying(&visitor.site, notice)
}

/// The form again, for a reason that whoever typed can do something about; anything else is a page of its own.
pub(crate) fn refused(visitor: &Visitor, problem: Problem, page: &impl Page) -> Result<Response> {
    let status = match problem.code() {
        Code::NoActiveAccount => StatusCode::UNPROCESSABLE_ENTITY,
        Code::Throttled | Code::Busy => problem.status(),
        _ => return Err(problem.into()),
    };
    let headers = problem.retry_headers();
    Ok((headers, visitor.show_with(status, page)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_to_go_on_is_kept_once() {
        let of = |next: &str| SignInUrl.after(&Next::parse(next).unwrap());
        assert_eq!(of("/"), "/sign-in/");
        assert_eq!(of("/sign-in/"), "/sign-in/");
        assert_eq!(of("/?cinema=rex"), "/sign-in/?next=%2F%3Fcinema%3Drex");
        assert_eq!(of("/my-bookings/"), "/sign-in/?next=%2Fmy-bookings%2F");
        assert_eq!(of("/sign-up/?next=%2Fmy-bookings%2F"), "/sign-in/?next=%2Fmy-bookings%2F");
        assert_eq!(of("/sign-in/?next=%2Fsign-in%2F%3Fnext%3D%252F"), "/sign-in/");
        assert_eq!(of("/sign-in/?next=//evil.example"), "/sign-in/");
    }
}
