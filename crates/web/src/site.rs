//! What every handler is handed.

use std::sync::Arc;

use houselights_app::{App, Entropy};

use crate::{
    api::seats::Maps,
    limits::Limits,
    pages::{assets::Assets, cookies::Cookies, form, kept::Kept},
    rendered::Rendered,
    settings::WebSettings,
};

/// Everything the web side needs to answer; one for the whole process.
#[derive(Debug)]
pub struct Site {
    /// The use cases.
    pub app: Arc<App>,
    /// What an operator set.
    pub settings: WebSettings,
    /// How often one caller may come.
    pub limits: Limits,
    /// Answers about the programme.
    pub(crate) rendered: Rendered,
    /// Maps of seats.
    pub(crate) seat_maps: Maps,
    /// Pages that are the same for many.
    pub(crate) kept: Kept,
    /// Style sheets, modules and pictures.
    pub(crate) assets: Assets,
    /// How cookies are written.
    pub(crate) cookies: Cookies,
    /// The site's own origin, as browsers write it.
    pub(crate) own_origin: String,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

/// The extractor for [`Site`], as a handler's parameter: `State(site): Web`.
pub type Web = axum::extract::State<Arc<Site>>;

impl Site {
    /// A site as it was set up.
    pub fn new(app: Arc<App>, settings: WebSettings, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            app,
            limits: Limits::new(settings.limits),
            rendered: Rendered::default(),
            seat_maps: Maps::default(),
            kept: Kept::default(),
            assets: Assets::new(&settings.brand),
            cookies: Cookies::new(settings.is_https()),
            own_origin: form::origin_of(&settings.public_url),
            settings,
            entropy,
        }
    }
}
