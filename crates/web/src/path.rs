//! The parts of a path and of a query string, with problems instead of plain text.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};
use serde::de::DeserializeOwned;

use crate::{
    body::Fields,
    problem::{Problem, Result},
};

/// What stands in the path's braces: `Path(id): Path<ShowId>`. What is no id is an unknown address: 404.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        path.map(|axum::extract::Path(value)| Self(value)).map_err(|_| Problem::not_found())
    }
}

/// The query string, read like a body's fields: `query.read(|q| q.optional_text("search"))?`.
#[derive(Debug)]
pub struct Query(Fields);

impl std::ops::Deref for Query {
    type Target = Fields;

    fn deref(&self) -> &Fields {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> std::result::Result<Self, Infallible> {
        Ok(Self(Fields::from_query(parts.uri.query().unwrap_or_default())))
    }
}
