//! What follows from an operation's shape, so that no route needs to repeat it.

use utoipa::openapi::{
    OpenApi, RefOr, Response,
    path::{Operation, PathItem},
};

use super::problems;
use crate::problem::Code;

const FORMS: [&str; 2] = ["application/x-www-form-urlencoded", "multipart/form-data"];

/// Operations whose body is a file, which has no fields that a form could send.
const FILES: [&str; 2] = ["/api/staff/programme/", "/api/staff/movies/import/"];

pub(super) fn complete(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let busy = path != "/api/";
        let PathItem { get, put, post, delete, patch, .. } = item;
        for operation in [get, put, post, delete, patch].into_iter().flatten() {
            fill_in(operation, busy, !FILES.contains(&path.as_str()));
        }
    }
}

fn fill_in(operation: &mut Operation, busy: bool, forms: bool) {
    let mut codes = Vec::new();
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        if let Some(json) = body.content.get("application/json").filter(|_| forms).cloned() {
            for form in FORMS {
                body.content.entry(form.to_owned()).or_insert_with(|| json.clone());
            }
        }
        codes.extend([Code::Invalid, Code::ParseError, Code::BodyTooLarge, Code::UnsupportedMediaType]);
    }
    if operation.security.as_ref().is_some_and(|schemes| !schemes.is_empty()) {
        codes.extend([Code::NotAuthenticated, Code::TokenNotValid]);
    }
    if busy {
        codes.extend([Code::Busy, Code::DatabaseAway, Code::Timeout]);
    }
    for code in codes {
        add(operation, code);
    }
}

/// Adds a code to what the operation lists already.
fn add(operation: &mut Operation, code: Code) {
    let mut added = problems::response(&[code]);
    let known = operation.responses.responses.entry(code.status().as_str().to_owned());
    let RefOr::T(known) = known.or_insert_with(|| RefOr::T(Response::new(""))) else { return };
    let Some((kind, RefOr::T(mut content))) = added.content.pop() else { return };
    let had = match known.content.get(&kind) {
        Some(RefOr::T(old)) => old.examples.clone(),
        Some(RefOr::Ref(_)) | None => std::collections::BTreeMap::new(),
    };
    if had.contains_key(code.as_str()) {
        return;
    }
    content.examples.extend(had);
    known.content.insert(kind, RefOr::T(content));
    if known.description.is_empty() {
        known.description = added.description;
    } else {
        known.description = format!("{}; {}", known.description, added.description);
    }
}
