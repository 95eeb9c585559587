//! `/sign-up/`: a form for who has no account yet.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::RawQuery,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use axum_extra::routing::{RouterExt, TypedPath};
use houselights_app::{Error, accounts::NewAccount};
use houselights_domain::credentials::{self, PasswordPolicy};

use super::{
    field::{Field, Kind, Summary},
    form::{Form, Input, PageForm, Secret},
    my_bookings::MyBookingsUrl,
    next::Next,
    no::Result,
    notice::Notice,
    programme::ProgrammeUrl,
    shell::{Page, Place},
    sign_in::{self, SignInUrl, next_of},
    visitor::{SeeOther, Visitor},
};
use crate::{auth::ClientAddress, site::Site, text::Text};

/// The page's address.
#[derive(Clone, Copy, Debug, TypedPath)]
#[typed_path("/sign-up/")]
pub struct SignUpUrl;

/// The page.
#[derive(Debug, Template)]
#[template(path = "sign_up.html")]
pub(crate) struct SignUp {
    t: Text,
    next: Option<Next>,
    summary: Option<Summary>,
    username: Field,
    email: Field,
    password: Field,
}

impl SignUp {
    fn empty(t: Text, policy: &PasswordPolicy, next: Option<Next>) -> Self {
        let password = Field::new(t, "password", Kind::Password, "new-password");
        Self {
            t,
            next,
            summary: None,
            username: Field::new(t, "username", Kind::Line, "username").helped_by(t.text("field-username-hint")),
            email: Field::new(t, "email", Kind::Email, "email").optional(),
            password: password.helped_by(t.count("field-password-hint", policy.min_length)),
        }
    }

    fn summed_up(mut self) -> Self {
        self.summary = Summary::of(self.t, &[&self.username, &self.email, &self.password]);
        self
    }

    fn sign_in(&self) -> String {
        self.next.as_ref().map_or_else(|| SignInUrl.to_string(), |next| SignInUrl.after(next))
    }
}

impl Page for SignUp {
    const PLACE: Place = Place::Elsewhere;

    fn title(&self) -> String {
        self.t.text("sign-up-title").into_owned()
    }

    #[cfg(test)]
    fn samples(t: Text) -> Vec<Self> {
        let policy = PasswordPolicy::default();
        let mut wrong = Self::empty(t, &policy, Next::parse("/my-bookings/"));
        wrong.username = wrong.username.holding(super::tests::HOSTILE);
        wrong.email = wrong.email.holding(super::tests::HOSTILE);
        wrong.username.keep(credentials::username(super::tests::HOSTILE));
        wrong.username.keep(credentials::username(&"x".repeat(200)));
        wrong.username.keep(credentials::username(""));
        wrong.username.refuse(t.text("fault-taken"));
        wrong.email.keep(credentials::email(super::tests::HOSTILE));
        wrong.password.keep(policy.check("1234", "1234"));
        wrong.password.keep(policy.check("password\0", ""));
        vec![Self::empty(t, &policy, None), wrong.summed_up()]
    }
}

/// What was typed.
#[derive(Debug)]
struct Typed {
    username: String,
    email: String,
    password: Secret,
    next: Option<Next>,
}

impl Form for Typed {
    fn read(input: &Input) -> Self {
        Self {
            username: input.text("username").trim().to_owned(),
            email: input.text("email").trim().to_owned(),
            password: Secret(input.text("password")),
            next: Next::parse(&input.text(Next::NAME)),
        }
    }
}

/// The page's routes.
pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new().typed_get(form).typed_post(sign_up)
}

async fn form(_: SignUpUrl, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let next = next_of(query.as_deref());
    if visitor.guest.is_some() {
        return SeeOther::to(&next.unwrap_or_else(|| Next::to(&MyBookingsUrl))).into_response();
    }
    visitor.show(&SignUp::empty(visitor.t, visitor.site.app.accounts.password_policy(), next))
}

async fn sign_up(
    _: SignUpUrl,
    visitor: Visitor,
    from: ClientAddress,
    PageForm(typed): PageForm<Typed>,
) -> Result<Response> {
    let accounts = &visitor.site.app.accounts;
    let page = checked(&visitor, &typed);
    if page.summary.is_some() {
        return Ok(visitor.show_with(StatusCode::UNPROCESSABLE_ENTITY, &page));
    }
    let Typed { username, email, password, next } = typed;
    let new = NewAccount { username: username.clone(), password: password.0.clone(), email: Some(email) };
    let made = match visitor.site.limits.sign_in(from.0) {
        Ok(()) => accounts.sign_up(new).await,
        Err(problem) => return again(&visitor, problem, page),
    };
    match made {
        Ok(_) => {}
        Err(Error::Invalid(faults)) => return Ok(not_taken(&visitor, page, &faults)),
        Err(error) => return again(&visitor, error.into(), page),
    }
    match sign_in::open(&visitor, &username, &password, from).await {
        Ok(session) => {
            let next = next.unwrap_or_else(|| Next::to(&ProgrammeUrl));
            Ok(sign_in::signed_in(&visitor, &session, &next, Notice::SignedUp).into_response())
        }
        // The account is there: what is left to do is to sign in.
        Err(_) => Ok(SeeOther::route(&SignInUrl).into_response()),
    }
}

/// The form with what was typed and what is wrong with it, as far as that can be seen without asking.
fn checked(visitor: &Visitor, typed: &Typed) -> SignUp {
    let policy = visitor.site.app.accounts.password_policy();
    let mut page = SignUp::empty(visitor.t, policy, typed.next.clone());
    page.username = page.username.holding(&typed.username);
    page.email = page.email.holding(&typed.email);
    page.username.keep(credentials::username(&typed.username));
    page.email.keep(credentials::email(&typed.email));
    page.password.keep(policy.check(&typed.password.0, &typed.username));
    page.summed_up()
}

/// What only the books could tell: somebody has the name.
fn not_taken(visitor: &Visitor, mut page: SignUp, faults: &[(String, String)]) -> Response {
    for (name, _) in faults {
        match name.as_str() {
            "username" => page.username.refuse(visitor.t.text("fault-taken")),
            "email" => page.email.refuse(visitor.t.text("fault-email")),
            _ => page.password.refuse(visitor.t.text("fault-other")),
        }
    }
    visitor.show_with(StatusCode::UNPROCESSABLE_ENTITY, &page.summed_up())
}

fn again(visitor: &Visitor, problem: crate::Problem, mut page: SignUp) -> Result<Response> {
    page.summary = Some(Summary::of_problem(visitor.t, &problem));
    sign_in::refused(visitor, problem, &page)
}
