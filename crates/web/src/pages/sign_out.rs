//! `/sign-out/`: the button in every page's header.

use std::sync::Arc;

use axum::Router;
use axum_extra::routing::{RouterExt, TypedPath};

use super::{
    cookies::Cookie,
    form::{Button, PageForm},
    no::Result,
    notice::Notice,
    programme::ProgrammeUrl,
    visitor::{SeeOther, Visitor},
};
use crate::site::Site;

/// Takes the button.
#[derive(Clone, Copy, Debug, TypedPath)]
#[typed_path("/sign-out/")]
pub struct SignOutUrl;

/// The button's route.
pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new().typed_post(sign_out)
}

/// Ends the session for good, not only in this browser. Doing it twice is no mistake.
async fn sign_out(_: SignOutUrl, visitor: Visitor, _: PageForm<Button>) -> Result<SeeOther> {
    if let Some(guest) = &visitor.guest {
        visitor.site.app.accounts.log_out(None, Some(&guest.identity)).await?;
    }
    let forget = visitor.site.cookies.forget(Cookie::Session);
    Ok(SeeOther::route(&ProgrammeUrl).with(forget).saying(&visitor.site, Notice::SignedOut))
}
