//! `/language/`: the switch in every page's footer.

use std::{sync::Arc, time::Duration};

use axum::Router;
use axum_extra::routing::{RouterExt, TypedPath};

use super::{
    cookies::Cookie,
    form::{Form, Input, PageForm},
    next::Next,
    programme::ProgrammeUrl,
    visitor::{SeeOther, Visitor},
};
use crate::{site::Site, text::Language};

/// Takes the switch.
#[derive(Debug, TypedPath)]
#[typed_path("/language/")]
pub struct LanguageUrl;

/// The button that was pressed, and the page that it stood on.
#[derive(Debug)]
struct Choice {
    language: Option<Language>,
    next: Option<Next>,
}

impl Form for Choice {
    fn read(input: &Input) -> Self {
        Self { language: Language::from_code(&input.text("language")), next: Next::parse(&input.text(Next::NAME)) }
    }
}

/// The switch's route.
pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new().typed_post(choose)
}

async fn choose(_: LanguageUrl, visitor: Visitor, PageForm(choice): PageForm<Choice>) -> SeeOther {
    let back = SeeOther::to(&choice.next.unwrap_or_else(|| Next::to(&ProgrammeUrl)));
    match choice.language {
        Some(language) => back.with(visitor.site.cookies.keep(Cookie::Language, language.code(), Duration::ZERO)),
        None => back,
    }
}
