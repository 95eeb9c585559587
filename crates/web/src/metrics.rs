//! How long requests take, by route, method and class of status. One look-up and one array index a request.

use std::{sync::OnceLock, time::Duration};

use axum::http::{Method, StatusCode};
use metrics::Histogram;

const METHODS: [&str; 8] = ["GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "other"];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// The name of the histogram, in seconds.
pub const REQUEST_SECONDS: &str = "houselights_http_request_duration_seconds";

/// A histogram for each route's template, method and class, made when it is first needed.
#[derive(Debug)]
pub(crate) struct Routes {
    by_path: matchit::Router<usize>,
    templates: Vec<String>,
    histograms: Vec<OnceLock<Histogram>>,
}

impl Routes {
    /// The templates as they stand in the router, such as `/api/shows/{id}/`. What is none of them is "unmatched".
    pub(crate) fn new(templates: impl IntoIterator<Item = String>) -> Self {
        let mut by_path = matchit::Router::new();
        let mut known = vec!["unmatched".to_owned()];
        for template in templates {
            if by_path.insert(template.clone(), known.len()).is_ok() {
                known.push(template);
            }
        }
        let mut histograms = Vec::new();
        histograms.resize_with(known.len() * METHODS.len() * CLASSES.len(), OnceLock::new);
        Self { by_path, templates: known, histograms }
    }

    /// The route that a path belongs to.
    pub(crate) fn find(&self, path: &str) -> usize {
        self.by_path.at(path).map_or(0, |found| *found.value)
    }

    /// A route's template.
    pub(crate) fn template(&self, route: usize) -> &str {
        self.templates.get(route).map_or("unmatched", String::as_str)
    }

    /// Notes that a request was answered.
    pub(crate) fn answered(&self, route: usize, method: &Method, status: StatusCode, took: Duration) {
        let method = METHODS.iter().position(|name| *name == method.as_str()).unwrap_or(METHODS.len() - 1);
        let class = usize::from(status.as_u16() / 100).clamp(1, CLASSES.len()) - 1;
        let Some(slot) = self.histograms.get((route * METHODS.len() + method) * CLASSES.len() + class) else { return };
        slot.get_or_init(|| {
            let route = self.template(route).to_owned();
            metrics::histogram!(
                REQUEST_SECONDS, "route" => route, "method" => METHODS[method], "status" => CLASSES[class]
            )
        })
        .record(took.as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_apart_by_template() {
        let routes = Routes::new(["/api/shows/{id}/".to_owned(), "/api/shows/".to_owned()]);
        let name = |path: &str| routes.template(routes.find(path)).to_owned();
        assert_eq!(name("/api/shows/17/"), "/api/shows/{id}/");
        assert_eq!(name("/api/shows/"), "/api/shows/");
        assert_eq!(name("/wp-login.php"), "unmatched");
        routes.answered(routes.find("/api/shows/1/"), &Method::POST, StatusCode::CREATED, Duration::from_millis(1));
        routes.answered(0, &Method::TRACE, StatusCode::NOT_FOUND, Duration::ZERO);
    }
}
