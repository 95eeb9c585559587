//! The OpenAPI 3.1 document: an outline that the routes fill in, and what is true of all of them.

mod complete;
mod examples;
mod problems;

use std::fmt::Write;

use utoipa::openapi::{
    Components, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Server,
    security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    tag::TagBuilder,
};

use crate::problem::Code;
pub(crate) use problems::{problems, responses};

const ABOUT: &str = "A cinema's ticket office: what is on, which seats are free, booking and cancelling.

Paths work with and without the slash at their end. Bodies may be JSON, `application/x-www-form-urlencoded` or \
`multipart/form-data`. Get a token at `/api/login/`, press **Authorize** and paste the `access` token.

POSTs that change something take an `Idempotency-Key` header: repeated with the same body within 24 hours they answer \
what they answered first, and do nothing. Sign-in, refresh and verification keep no answers, because tokens are not \
written down; signing out twice is no error without a key.

Every refusal has one shape, RFC 9457 `application/problem+json`. Decide by `code`.

<details><summary>All codes</summary>

| code | status | meaning |
|---|---|---|
";

/// The document without its routes.
pub(crate) fn outline() -> OpenApi {
    let mut about = ABOUT.to_owned();
    for code in Code::ALL {
        _ = writeln!(about, "| `{}` | {} | {} |", code.as_str(), code.status().as_u16(), code.title());
    }
    about.push_str("\n</details>\n");
    let mut components = Components::new();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("The `access` token that `/api/login/` answers."))
        .build();
    components.security_schemes.insert("bearerAuth".into(), SecurityScheme::Http(bearer).into());
    components.schemas.insert("Problem".into(), <problems::Problem as utoipa::PartialSchema>::schema());
    let tag = |name: &str, about: &str| TagBuilder::new().name(name).description(Some(about)).build();
    let license =
        LicenseBuilder::new().name(env!("CARGO_PKG_LICENSE")).identifier(Some(env!("CARGO_PKG_LICENSE"))).build();
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Houselights")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(about))
                .license(Some(license))
                .build(),
        )
        .servers(Some([Server::new("/")]))
        .components(Some(components))
        .tags(Some([
            tag("Accounts", "Signing up, in and out"),
            tag("Programme", "Movies, shows and their seats"),
            tag("Bookings", "Booking, cancelling and looking at one's bookings"),
            tag("Staff", "Keeping the programme"),
            tag("API", "Finding one's way"),
        ]))
        .build()
}

/// The whole document.
pub fn openapi() -> OpenApi {
    completed(crate::api::routes().into_openapi())
}

/// Adds what is true of every route of a kind.
pub(crate) fn completed(mut document: OpenApi) -> OpenApi {
    complete::complete(&mut document);
    examples::fill_in(&mut document);
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_says_what_clients_need() {
        let json = serde_json::to_value(openapi()).unwrap();
        assert_eq!(json["openapi"], "3.1.0");
        assert_eq!(json["components"]["securitySchemes"]["bearerAuth"]["scheme"], "bearer");
        let sign_up = &json["paths"]["/api/signup/"]["post"];
        assert!(sign_up["responses"]["415"].is_object() && sign_up["responses"]["429"].is_object());
        assert!(sign_up["requestBody"]["content"]["application/x-www-form-urlencoded"].is_object());
        let me = &json["paths"]["/api/me/"]["get"];
        assert!(
            me["responses"]["401"]["content"]["application/problem+json"]["examples"]["token_not_valid"].is_object()
        );
        assert!(me["responses"]["415"].is_null());
        let about = json["info"]["description"].as_str().unwrap();
        assert!(Code::ALL.iter().all(|code| about.contains(&format!("| `{}` |", code.as_str()))));
    }
}
