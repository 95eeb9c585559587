//! A page's "no": the same reasons as the API's, answered as a page in the visitor's language.

use std::sync::Arc;

use askama::Template;
use axum::{
    body::Body,
    extract::rejection::PathRejection,
    http::{HeaderMap, HeaderValue, Request, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};

use super::{
    next::Next,
    programme::ProgrammeUrl,
    shell::{Page, Place},
    sign_in::SignInUrl,
    visitor::{SeeOther, Visitor},
};
use crate::{
    problem::{Code, Problem},
    request_id::REQUEST_ID,
    site::Site,
    text::Text,
};

/// The result of a page's handler.
pub type Result<T> = std::result::Result<T, No>;

/// Why a page is not shown.
#[derive(Debug)]
pub enum No {
    /// For one of the reasons that the API has too.
    Problem(Problem),
    /// Whoever asks has to sign in first, and then goes on there.
    SignIn(Next),
}

impl<E: Into<Problem>> From<E> for No {
    fn from(reason: E) -> Self {
        Self::Problem(reason.into())
    }
}

/// What is no number where a number stands in an address names nothing.
impl From<PathRejection> for Problem {
    fn from(_: PathRejection) -> Self {
        Self::not_found()
    }
}

/// The reason, as it travels in an answer's extensions from a handler to the front door.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reason(Code);

impl IntoResponse for No {
    fn into_response(self) -> Response {
        match self {
            Self::Problem(problem) => {
                let reason = Reason(problem.code());
                let mut response = problem.into_response();
                response.extensions_mut().insert(reason);
                response
            }
            Self::SignIn(next) => SeeOther::to(&SignInUrl.after(&next)).into_response(),
        }
    }
}

/// What an answer needs to know of a request once that has been handed over: only of one that wants a page.
#[derive(Debug)]
pub(crate) struct Asked {
    headers: HeaderMap,
    uri: Uri,
    /// Asking again does no harm.
    safe: bool,
}

impl Asked {
    /// `None` for the API, and for programs that do not ask for HTML: those get problem details.
    pub(crate) fn of(request: &Request<Body>) -> Option<Self> {
        if request.uri().path().starts_with("/api/") {
            return None;
        }
        let accepts = request.headers().get(header::ACCEPT)?.to_str().ok()?;
        accepts.contains("text/html").then(|| Self {
            headers: request.headers().clone(),
            uri: request.uri().clone(),
            safe: request.method().is_safe(),
        })
    }
}

/// Makes a page of a "no"; its status and its other headers stay.
pub(crate) async fn as_page(site: &Arc<Site>, asked: &Asked, mut response: Response, id: &HeaderValue) -> Response {
    let Some(Reason(code)) = response.extensions_mut().remove::<Reason>() else { return response };
    let visitor = Visitor::of_failed(site, &asked.headers, &asked.uri).await;
    let status = response.status();
    let page = NoPage {
        t: visitor.t,
        status: status.as_u16(),
        code,
        request: status.is_server_error().then(|| id.to_str().unwrap_or_default().to_owned()),
        programme: ProgrammeUrl,
        again: (asked.safe && [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE].contains(&status))
            .then(|| visitor.here.clone()),
    };
    let shown = visitor.show_with(status, &page);
    let (parts, body) = shown.into_parts();
    *response.body_mut() = body;
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.remove(header::WWW_AUTHENTICATE);
    for name in [header::CONTENT_TYPE, header::VARY, header::CACHE_CONTROL] {
        if let Some(value) = parts.headers.get(&name) {
            headers.insert(name, value.clone());
        }
    }
    headers.insert(REQUEST_ID, id.clone());
    response
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "no.html")]
pub(crate) struct NoPage {
    t: Text,
    status: u16,
    code: Code,
    /// The request's name, for whoever reports a fault of ours.
    request: Option<String>,
    programme: ProgrammeUrl,
    /// For reads that may succeed in a moment.
    again: Option<Next>,
}

impl NoPage {
    fn key(&self) -> String {
        format!("problem-{}", self.code.as_str())
    }

    fn status_text(&self) -> String {
        self.t.with("problem-status", &[("status", self.status.to_string().into())]).into_owned()
    }

    fn request_text(&self, id: &str) -> String {
        self.t.with("problem-request", &[("id", id.into())]).into_owned()
    }
}

impl Page for NoPage {
    const PLACE: Place = Place::Elsewhere;

    fn title(&self) -> String {
        self.t.text(&self.key()).into_owned()
    }

    #[cfg(test)]
    fn samples(t: Text) -> Vec<Self> {
        let page = |code: &Code| Self {
            t,
            status: code.status().as_u16(),
            code: *code,
            request: code.status().is_server_error().then(|| "0123-<script>".into()),
            programme: ProgrammeUrl,
            again: (*code == Code::Busy).then(|| Next::to(&ProgrammeUrl)),
        };
        Code::ALL.iter().map(page).collect()
    }
}
