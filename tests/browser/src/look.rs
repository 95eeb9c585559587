//! How somebody sees the pages: the size of their screen and what they ask their browser for.

/// A viewport and wishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four switches of a browser, each of them on or off")]
pub struct Look {
    /// In CSS pixels.
    pub width: u32,
    /// In CSS pixels.
    pub height: u32,
    /// A touch screen with two device pixels to one of CSS.
    pub phone: bool,
    /// Asks for dark colours.
    pub dark: bool,
    /// Asks for no motion.
    pub still: bool,
    /// Runs scripts.
    pub scripts: bool,
    /// What it asks for first, as in `Accept-Language`.
    pub language: &'static str,
}

impl Look {
    /// A desk.
    pub const DESKTOP: Self =
        Self { width: 1280, height: 900, phone: false, dark: false, still: true, scripts: true, language: "en" };
    /// The narrowest phone that is still made.
    pub const PHONE: Self = Self { width: 360, height: 800, phone: true, ..Self::DESKTOP };

    /// In the dark.
    #[must_use]
    pub const fn dark(self) -> Self {
        Self { dark: true, ..self }
    }

    /// With motion.
    #[must_use]
    pub const fn moving(self) -> Self {
        Self { still: false, ..self }
    }

    /// With scripts turned off in the browser's settings.
    #[must_use]
    pub const fn without_scripts(self) -> Self {
        Self { scripts: false, ..self }
    }

    /// In another language.
    #[must_use]
    pub const fn speaking(self, language: &'static str) -> Self {
        Self { language, ..self }
    }
}
