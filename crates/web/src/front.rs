//! The front door: what every request and every answer passes, as one plain function.
//!
//! Not a stack of layers, because each layer of axum's costs an allocation or two a request.

use std::{
    convert::Infallible,
    panic::AssertUnwindSafe,
    sync::Arc,
    task::{Context, Poll},
    time::Instant,
};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header},
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use tower::{Layer, Service, service_fn};
use tower_http::cors::CorsLayer;

use crate::{
    compress, cors,
    metrics::Routes,
    normalize,
    pages::no::{self, Asked, No},
    problem::{Code, Fault, Problem},
    request_id::{REQUEST_ID, RequestIds},
    site::Site,
};

/// Pages may load what comes from this server, and nothing that stands in the page itself runs.
const CSP_PAGE: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);
/// Nothing here needs any of a browser's instruments.
const PERMISSIONS: HeaderValue = HeaderValue::from_static(
    "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
);
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const DENY: HeaderValue = HeaderValue::from_static("DENY");
const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// The whole web side: give it a request, get an answer.
#[derive(Debug)]
pub struct Front {
    site: Arc<Site>,
    router: Router,
    routes: Routes,
    ids: RequestIds,
    cors: Option<CorsLayer>,
    https: bool,
}

impl Front {
    /// A front door before a router whose routes have these templates.
    pub(crate) fn new(
        site: Arc<Site>,
        router: Router,
        templates: impl IntoIterator<Item = String>,
    ) -> houselights_app::Result<Self> {
        let ids = RequestIds::new(site.entropy.as_ref())?;
        let https = site.settings.is_https();
        let cors = cors::layer(&site.settings.cors_origins);
        Ok(Self { cors, router, routes: Routes::new(templates), ids, https, site })
    }

    /// What an operator set.
    pub fn settings(&self) -> &crate::WebSettings {
        &self.site.settings
    }

    /// What every handler is handed.
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// Answers a request. Never fails: panics and timeouts are answers too.
    pub async fn handle(&self, mut request: Request<Body>) -> Response {
        let started = Instant::now();
        let id = self.ids.of(request.headers());
        if let Some(uri) = normalize::with_slash(request.uri()) {
            *request.uri_mut() = uri;
        }
        let route = self.routes.find(request.uri().path());
        let method = request.method().clone();
        let asked = Asked::of(&request);
        let encoding = if method == Method::GET { compress::accepted(request.headers()) } else { None };

        let mut response = match &self.cors {
            Some(cors) if request.headers().contains_key(header::ORIGIN) => {
                let inner = service_fn(async |request| Ok::<_, Infallible>(self.inner(request).await));
                let Ok(response) = cors.layer(inner).call(request).await;
                response
            }
            Some(_) | None => self.inner(request).await,
        };
        if let Some(asked) = asked {
            response = no::as_page(&self.site, &asked, response, &id).await;
        }
        if let Some(encoding) = encoding {
            response = compress::compress(response, encoding).await;
        }
        self.finish(response.headers_mut(), &id);
        self.note(&method, route, &mut response, &id, started);
        response
    }

    async fn inner(&self, request: Request<Body>) -> Response {
        let mut router = self.router.clone();
        let answer = AssertUnwindSafe(router.call(request)).catch_unwind();
        match tokio::time::timeout(self.site.settings.request_timeout, answer).await {
            Ok(Ok(Ok(response))) => response,
            Ok(Err(panic)) => {
                let fault = format!("a handler panicked: {}", panic_text(panic.as_ref()));
                No::from(Problem::internal(fault)).into_response()
            }
            Err(_) => {
                let late = Problem::new(Code::Timeout, "The answer took too long. Please try again shortly.");
                No::from(late.retry_after(std::time::Duration::from_secs(1))).into_response()
            }
        }
    }

    /// The router without the door, to see what the door costs.
    #[cfg(test)]
    pub(crate) async fn router_alone(&self, request: Request<Body>) -> Response {
        let Ok(response) = self.router.clone().call(request).await;
        response
    }

    fn finish(&self, headers: &mut HeaderMap, id: &HeaderValue) {
        headers.insert(REQUEST_ID, id.clone());
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
        headers.entry(header::CACHE_CONTROL).or_insert(NO_STORE);
        if headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")) {
            headers.insert(header::X_FRAME_OPTIONS, DENY);
            headers.insert(header::REFERRER_POLICY, SAME_ORIGIN);
            headers.insert(PERMISSIONS_POLICY, PERMISSIONS);
            headers.insert(OPENER_POLICY, SAME_ORIGIN);
            headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(CSP_PAGE);
            if self.https {
                headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
            }
        }
    }

    /// Metrics and the access log: no query string, no token, no address, nothing of a person.
    fn note(&self, method: &Method, route: usize, response: &mut Response, id: &HeaderValue, started: Instant) {
        let took = started.elapsed();
        let status = response.status();
        self.routes.answered(route, method, status, took);
        let template = self.routes.template(route);
        let micros = took.as_micros();
        let id = id.to_str().unwrap_or_default();
        if let Some(Fault(fault)) = response.extensions_mut().remove::<Fault>() {
            tracing::error!(%method, route = template, status = status.as_u16(), micros, id, %fault, "a request failed");
        } else if status.is_server_error() {
            tracing::info!(%method, route = template, status = status.as_u16(), micros, id, "answered");
        } else {
            tracing::debug!(%method, route = template, status = status.as_u16(), micros, id, "answered");
        }
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (_, Some(text)) => text,
        (None, None) => "no text",
    }
}

/// The front door as a tower service, for tests and for whoever brings a server of their own.
#[derive(Clone, Debug)]
pub struct FrontService(pub Arc<Front>);

impl Service<Request<Body>> for FrontService {
    type Response = Response;
    type Error = Infallible;
    type Future = futures_util::future::BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let front = Arc::clone(&self.0);
        Box::pin(async move { Ok(front.handle(request).await) })
    }
}
