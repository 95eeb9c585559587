//! Which language a visitor reads.

use axum::http::{HeaderMap, header};
use unic_langid::LanguageIdentifier;

/// A language that pages are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
    /// Spanish.
    Spanish,
}

impl Language {
    /// All of them, in the order of the switch.
    pub const ALL: [Self; 3] = [Self::English, Self::German, Self::Spanish];

    /// Its BCP 47 code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Spanish => "es",
        }
    }

    /// What those who speak it call it.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
            Self::Spanish => "Español",
        }
    }

    /// The language of a code such as `de` or `de-AT`.
    pub fn from_code(code: &str) -> Option<Self> {
        let primary = code.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(primary))
    }

    /// The first choice of an `Accept-Language` header (RFC 9110, 12.5.4) that is spoken here.
    pub fn accepted(headers: &HeaderMap) -> Option<Self> {
        let lines = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|line| line.to_str().ok());
        let mut best: Option<(f32, Self)> = None;
        for item in lines.flat_map(|line| line.split(',')).take(50) {
            let (code, weight) = item.split_once(';').unwrap_or((item, "q=1"));
            let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok()).unwrap_or(0.0_f32);
            if let Some(language) = Self::from_code(code)
                && weight > best.map_or(0.0, |(weight, _)| weight)
            {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }

    /// As Fluent wants it, for its plural rules.
    pub(super) fn identifier(self) -> LanguageIdentifier {
        self.code().parse().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_dearest_language_that_is_spoken_here_is_taken() {
        let of = |text: &'static str| {
            let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, HeaderValue::from_static(text))]);
            Language::accepted(&headers)
        };
        assert_eq!(of("de-AT,de;q=0.9,en;q=0.8"), Some(Language::German));
        assert_eq!(of("fr-FR, en;q=0.2, es;q=0.7"), Some(Language::Spanish));
        assert_eq!(of("EN"), Some(Language::English));
        for none in ["", "fr", "*", "de;q=0", "de;q=x"] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
