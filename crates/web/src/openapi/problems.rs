//! How operations list the ways in which they say "no", in a line each.

use std::collections::BTreeMap;

use utoipa::{
    ToSchema,
    openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder, example::ExampleBuilder},
};

use crate::problem::Code;

/// A "no": RFC 9457 problem details.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what `problem::Problem` writes")]
pub(super) struct Problem {
    /// Where the code is explained.
    #[schema(example = "/redoc/#problem-seat_taken")]
    r#type: String,
    /// The code in words.
    #[schema(example = "A seat is taken")]
    title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599, example = 409)]
    status: u16,
    /// One friendly sentence, with what to do next.
    #[schema(example = "Seat 5 is taken. Please choose another one.")]
    detail: String,
    /// A stable word to decide by.
    #[schema(example = "seat_taken")]
    code: String,
    /// The fields that stand in the way, with the reasons of each.
    #[schema(required = false)]
    errors: Option<BTreeMap<String, Vec<String>>>,
}

/// Declares a type that lists the codes of an operation: `problems!(BookingNo: SeatTaken, SoldOut);`, to stand in the
/// `responses(...)` of its `utoipa::path`. Codes that follow from the operation's shape (401 where a token is needed,
/// 400, 413 and 415 where there is a body, 503) are added to all.
macro_rules! problems {
    ($name:ident: $($code:ident),+ $(,)?) => {
        pub(crate) struct $name;

        impl utoipa::IntoResponses for $name {
            fn responses() -> std::collections::BTreeMap<String, utoipa::openapi::RefOr<utoipa::openapi::Response>> {
                $crate::openapi::responses(&[$($crate::problem::Code::$code),+])
            }
        }
    };
}
pub(crate) use problems;

/// The documented answers for some codes: one for each status, one example for each code.
pub(crate) fn responses(codes: &[Code]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status: BTreeMap<String, Vec<Code>> = BTreeMap::new();
    for code in codes {
        by_status.entry(code.status().as_str().to_owned()).or_default().push(*code);
    }
    by_status.into_iter().map(|(status, codes)| (status, response(&codes).into())).collect()
}

/// One answer with an example for each code. The codes are of one status.
pub(super) fn response(codes: &[Code]) -> Response {
    let words: Vec<&str> = codes.iter().map(|code| code.title()).collect();
    let examples = codes.iter().map(|code| {
        let problem = crate::Problem::new(*code, format!("{}.", code.title()));
        let example = ExampleBuilder::new().summary(code.title()).value(serde_json::to_value(&problem).ok()).build();
        (code.as_str(), example)
    });
    let content =
        ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).examples_from_iter(examples).build();
    ResponseBuilder::new().description(words.join("; ")).content("application/problem+json", content).build()
}
