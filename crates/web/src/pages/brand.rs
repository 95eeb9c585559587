//! What makes the pages a cinema's own: its name, its colour and its logo.

use std::{fmt::Write as _, str::FromStr};

use bytes::Bytes;

/// The least contrast between text and what is behind it (WCAG 2.2, 1.4.3), with a little to spare.
const CONTRAST: f64 = 4.6;
/// What a page's accent stands on, the worst case of each scheme: the surfaces of `tokens.css`.
const PAPER: Colour = Colour(0xf1, 0xec, 0xe4);
const NIGHT: Colour = Colour(0x2a, 0x25, 0x2b);
const WHITE: Colour = Colour(0xff, 0xff, 0xff);
const BLACK: Colour = Colour(0x12, 0x0f, 0x13);
/// The red of a curtain.
const CURTAIN: Colour = Colour(0xa3, 0x1c, 0x38);
/// The logo of a house that has given none.
const ICON: &str = "houselights.svg";

/// A cinema's looks.
#[derive(Clone, Debug)]
pub struct Brand {
    /// What the house is called.
    pub name: String,
    /// The colour of its buttons and links, as given; pages use it as dark or as light as reading needs.
    pub colour: Colour,
    /// Its logo.
    pub logo: Option<Logo>,
}

/// A picture file.
#[derive(Clone, Debug)]
pub struct Logo {
    /// `logo.` and its ending, such as `logo.svg`.
    pub name: String,
    /// What is in it.
    pub bytes: Bytes,
}

impl Logo {
    /// The endings of files that browsers show.
    pub const ENDINGS: [&str; 5] = ["svg", "png", "webp", "jpg", "jpeg"];
}

impl Default for Brand {
    fn default() -> Self {
        Self { name: "Houselights".into(), colour: CURTAIN, logo: None }
    }
}

impl Brand {
    /// The file of the logo.
    pub fn icon(&self) -> &str {
        self.logo.as_ref().map_or(ICON, |logo| &logo.name)
    }

    /// The colours that follow from the house's own, for both schemes.
    pub(crate) fn style(&self) -> String {
        let scheme = |on: Colour| {
            let accent = self.colour.readable_on(on);
            format!("--accent:{accent};--on-accent:{};", accent.text_on_it())
        };
        let mut style = String::new();
        _ = write!(style, ":root{{{}}}", scheme(PAPER));
        _ = writeln!(style, "@media (prefers-color-scheme:dark){{:root{{{}}}}}", scheme(NIGHT));
        style
    }
}

/// An sRGB colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(u8, u8, u8);

impl Colour {
    /// Relative luminance (WCAG 2.2).
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// This colour, moved towards black or white until it can be read on the other.
    fn readable_on(self, on: Self) -> Self {
        let towards = if on.luminance() > 0.2 { BLACK } else { WHITE };
        (0..=50).map(|step| self.mixed(towards, step)).find(|mixed| mixed.contrast(on) >= CONTRAST).unwrap_or(towards)
    }

    /// White or black, whichever can be read better.
    fn text_on_it(self) -> Self {
        if self.contrast(WHITE) >= self.contrast(BLACK) { WHITE } else { BLACK }
    }

    /// `step` fiftieths of the way to the other.
    fn mixed(self, other: Self, step: u16) -> Self {
        let mix = |a: u8, b: u8| {
            let sum = u16::from(a) * (50 - step) + u16::from(b) * step;
            u8::try_from(sum / 50).unwrap_or(u8::MAX)
        };
        Self(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }
}

impl std::fmt::Display for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

impl FromStr for Colour {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii());
        let channel = |at: usize| u8::from_str_radix(digits?.get(at..at + 2)?, 16).ok();
        match (channel(0), channel(2), channel(4)) {
            (Some(red), Some(green), Some(blue)) => Ok(Self(red, green, blue)),
            _ => Err("must be a colour such as #a31c38".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_a_cinema_s_colour_is_it_can_be_read(red: u8, green: u8, blue: u8) {
            let colour = Colour(red, green, blue);
            for on in [PAPER, NIGHT] {
                let accent = colour.readable_on(on);
                prop_assert!(accent.contrast(on) >= CONTRAST);
                prop_assert!(accent.text_on_it().contrast(accent) >= 4.5, "{accent}");
            }
            prop_assert_eq!(colour.to_string().parse(), Ok(colour));
        }
    }

    #[test]
    fn what_is_no_colour_is_refused() {
        for wrong in ["", "red", "#fff", "#12345g", "#1234567", "#äöü"] {
            assert!(wrong.parse::<Colour>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_surfaces_are_those_of_the_style_sheet() {
        let tokens = include_str!("../../assets/tokens.css");
        for colour in [PAPER, NIGHT] {
            assert!(tokens.contains(&colour.to_string()), "{colour}");
        }
    }
}
