//! What the staff's routes share: reading changes, answering lists and new things.

use axum::{
    Json,
    http::{StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use houselights_app::Identity;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    body::{Fields, Reader},
    idempotency::{IdempotencyKey, fingerprint, with_key},
    page::{self, Page},
    path::Query,
    problem::Result,
    site::Site,
};

/// How many items an answer has where the client asks for no pages.
pub(super) const ALL: u32 = 10_000;

/// How a body speaks of a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// It says everything (`POST`, `PUT`): what it leaves out is absent.
    Whole,
    /// It says what changes (`PATCH`): what it leaves out stays.
    Part,
}

/// What a body says of one field.
#[derive(Debug)]
pub(super) enum Said<T> {
    Nothing,
    This(T),
}

impl<T> Said<T> {
    /// Puts what was said into a field; one that was not spoken of stays.
    pub(super) fn put(self, field: &mut T) {
        if let Self::This(value) = self {
            *field = value;
        }
    }
}

impl How {
    /// Reads a field, if the body speaks of it.
    pub(super) fn field<'f, T>(
        self,
        fields: &mut Reader<'f>,
        name: &str,
        read: impl FnOnce(&mut Reader<'f>, &str) -> T,
    ) -> Said<T> {
        if self == Self::Whole || fields.has(name) { Said::This(read(fields, name)) } else { Said::Nothing }
    }
}

/// A key: it may be left out even where everything is said, because it stays or is made.
pub(super) fn key(fields: &mut Reader<'_>) -> Said<String> {
    How::Part.field(fields, "key", Reader::text)
}

/// One row of a layout.
#[derive(Serialize, ToSchema)]
pub(super) struct LayoutRow {
    #[schema(example = "A")]
    row: String,
    /// One letter a place: `s` standard, `p` premium, `w` wheelchair space, `c` companion, `(` and `)` the halves of a
    /// sofa, `x` a place that is never sold, `_` nothing (aisle).
    #[schema(example = "__sss_ssss_sss__")]
    seats: String,
}

impl From<&houselights_domain::layout::RowPlan> for LayoutRow {
    fn from(plan: &houselights_domain::layout::RowPlan) -> Self {
        Self { row: plan.row.clone(), seats: plan.seats.clone() }
    }
}

/// A stored layout as `layout` or `seats`, as programme files write it.
pub(super) fn plan(text: &str) -> Result<(Option<Vec<LayoutRow>>, Option<u32>)> {
    use houselights_domain::layout::LayoutPlan;
    match serde_json::from_str(text) {
        Ok(LayoutPlan::Rows(rows)) => Ok((Some(rows.iter().map(LayoutRow::from).collect()), None)),
        Ok(LayoutPlan::Plain(seats)) => Ok((None, Some(seats))),
        Err(error) => Err(crate::Problem::internal(format!("a layout cannot be read: {error}"))),
    }
}

/// Which part of a list by number is asked for.
pub(super) struct Listing {
    page: Page,
    /// Only items beyond this number.
    pub(super) after: Option<i64>,
}

impl Listing {
    pub(super) fn read(query: &Query, default: u32) -> Result<Self> {
        query.read(|query| {
            let (page, after) = Page::read_by_id(query, default);
            Self { page, after }
        })
    }

    /// How many items to ask for: one more than the page has says that there is a next one.
    pub(super) const fn limit(&self) -> u32 {
        self.page.limit + 1
    }

    /// Cuts the page, and says where the next one is.
    pub(super) fn cut<T>(&self, uri: &Uri, items: &mut Vec<T>, id: impl Fn(&T) -> i64) -> axum::http::HeaderMap {
        let more = self.page.cut(items);
        items.last().filter(|_| more).map(|last| page::next(uri, &id(last))).unwrap_or_default()
    }
}

/// 201 with the address of what was made.
pub(super) fn created(place: &str, id: i64, body: impl Serialize) -> Response {
    (StatusCode::CREATED, [(header::LOCATION, format!("{place}{id}/"))], Json(body)).into_response()
}

/// One change: counted against the limit of who makes it, and carried out once a key.
pub(super) async fn once<R: IntoResponse>(
    site: &Site,
    by: Identity,
    keyed: (&str, IdempotencyKey),
    fields: &Fields,
    work: impl AsyncFnOnce() -> Result<R>,
) -> Result<Response> {
    site.limits.change(by.user)?;
    let asked = fingerprint(keyed.0, fields);
    with_key(site, by.user, keyed, asked, work).await
}
