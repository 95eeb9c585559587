//! What stands around every page, and what a page is.

use askama::Template;

use super::{
    about::AboutUrl, assets::Assets, brand::Brand, language::LanguageUrl, my_bookings::MyBookingsUrl, next::Next,
    notice::Notice, programme::ProgrammeUrl, sign_in::SignInUrl, sign_out::SignOutUrl, sign_up::SignUpUrl,
};
use crate::{
    docs::SwaggerUrl,
    text::{Language, Text},
};

/// The style sheet of every page.
const STYLE: &str = "site.css";

/// A page: the context of one template, which fills the middle of the shell. It knows nothing of who looks at it
/// unless it was told, so that what it renders can be kept for everyone.
pub trait Page: Template {
    /// Where in the navigation it stands.
    const PLACE: Place;
    /// Modules that it runs: names of files in `assets/`.
    const SCRIPTS: &'static [&'static str] = &[];
    /// Its own style sheets besides the common one.
    const STYLES: &'static [&'static str] = &[];

    /// What stands in the browser's tab, before the cinema's name.
    fn title(&self) -> String;

    /// A sentence for search engines, where there is something to say.
    fn description(&self) -> Option<String> {
        None
    }

    /// Contexts that together reach every branch of the template. Texts that come from outside are hostile in them.
    #[cfg(test)]
    fn samples(t: Text) -> Vec<Self>
    where
        Self: Sized;
}

/// A place of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// What is on.
    Programme,
    /// One's own bookings.
    MyBookings,
    /// What this is.
    About,
    /// A page that the navigation does not name.
    Elsewhere,
}

/// The middle of a page, rendered, with what the shell has to know about it.
#[derive(Clone, Debug)]
pub(crate) struct Middle {
    title: String,
    description: Option<String>,
    place: Place,
    scripts: &'static [&'static str],
    styles: &'static [&'static str],
    html: String,
}

impl Middle {
    /// Rendering into memory fails only where a template asks it to; none does.
    pub(crate) fn of<P: Page>(page: &P) -> Self {
        Self {
            title: page.title(),
            description: page.description(),
            place: P::PLACE,
            scripts: P::SCRIPTS,
            styles: P::STYLES,
            html: page.render().unwrap_or_default(),
        }
    }

    /// In bytes.
    pub(crate) const fn size(&self) -> usize {
        self.html.len()
    }
}

/// The shell around one page.
#[derive(Template)]
#[template(path = "layout.html")]
pub(crate) struct Shell<'s> {
    pub(crate) t: Text,
    pub(crate) brand: &'s Brand,
    pub(crate) assets: &'s Assets,
    /// The name of whoever is signed in.
    pub(crate) username: Option<&'s str>,
    pub(crate) notice: Option<Notice>,
    /// This page, to come back to after a change of language or a sign-in.
    pub(crate) here: &'s Next,
    /// The demonstration says so.
    pub(crate) demo: bool,
    pub(crate) middle: &'s Middle,
}

impl Shell<'_> {
    fn page_title(&self) -> String {
        let values = [("page", self.middle.title.as_str().into()), ("name", self.brand.name.as_str().into())];
        self.t.with("page-title", &values).into_owned()
    }

    fn is(&self, place: Place) -> bool {
        self.middle.place == place
    }

    fn sign_in(&self) -> String {
        SignInUrl.after(self.here)
    }

    fn styles(&self) -> impl Iterator<Item = String> {
        std::iter::once(&STYLE).chain(self.middle.styles).map(|name| self.assets.url(name))
    }

    fn scripts(&self) -> impl Iterator<Item = String> {
        self.middle.scripts.iter().map(|name| self.assets.url(name))
    }
}
