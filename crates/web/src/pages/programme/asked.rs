//! What a visitor asks of the programme, as it stands in the query string.

use std::fmt;

use axum_extra::routing::TypedPath as _;
use form_urlencoded::Serializer;
use houselights_app::listings::{Ignored, Wanted};
use houselights_domain::CinemaId;
use jiff::civil::Date;

use super::ProgrammeUrl;

/// No format and no language is longer (`draft::rules`).
const LONGEST: usize = 50;
/// Links stay short enough to be kept and to be come back to.
const LONGEST_LINK: usize = 800;

/// How the programme is laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum View {
    /// Films with the times of one day.
    #[default]
    Day,
    /// All films.
    Films,
}

/// What is asked for. Shows as its address, and reads back from it as the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) view: View,
    pub(crate) wanted: Wanted,
}

impl Asked {
    pub(crate) const VIEW: &'static str = "view";
    pub(crate) const FILMS: &'static str = "films";
    pub(crate) const CINEMA: &'static str = "cinema";
    pub(crate) const DAY: &'static str = "day";
    pub(crate) const FORMAT: &'static str = "format";
    pub(crate) const LANGUAGE: &'static str = "language";

    /// Reads a query string. What cannot be meant is left out and named; what is empty or unknown is left out silently.
    pub(crate) fn read(query: &str) -> (Self, Vec<Ignored>) {
        let (mut asked, mut ignored) = (Self::default(), Vec::new());
        for (name, value) in form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.is_empty()) {
            let wanted = &mut asked.wanted;
            let nonsense = match name.as_ref() {
                Self::VIEW if value == Self::FILMS => {
                    asked.view = View::Films;
                    None
                }
                Self::CINEMA => taken(&mut wanted.cinema, value.parse().map(CinemaId).ok(), Ignored::Cinema),
                Self::DAY => taken(&mut wanted.day, day(&value), Ignored::Day),
                Self::FORMAT => taken(&mut wanted.format, label(&value), Ignored::Format),
                Self::LANGUAGE => taken(&mut wanted.language, label(&value), Ignored::Language),
                _ => None,
            };
            ignored.extend(nonsense.filter(|reason| !ignored.contains(reason)));
        }
        if asked.to_string().len() > LONGEST_LINK {
            ignored.extend([Ignored::Format, Ignored::Language]);
            (asked.wanted.format, asked.wanted.language) = (None, None);
        }
        (asked, ignored)
    }

    /// The same in the other view.
    pub(crate) fn seen(&self, view: View) -> Self {
        Self { view, wanted: self.wanted.clone() }
    }

    /// The same on another day, or without one.
    pub(crate) fn on(&self, day: Option<Date>) -> Self {
        Self { view: self.view, wanted: Wanted { day, ..self.wanted.clone() } }
    }

    /// The same in another cinema, or in all.
    pub(crate) fn at(&self, cinema: Option<CinemaId>) -> Self {
        Self { view: self.view, wanted: Wanted { cinema, ..self.wanted.clone() } }
    }

    /// Nothing but the view.
    pub(crate) fn all(&self) -> Self {
        Self { view: self.view, wanted: Wanted::default() }
    }
}

/// Takes a value, the last one where there are several.
fn taken<T>(slot: &mut Option<T>, value: Option<T>, reason: Ignored) -> Option<Ignored> {
    *slot = value;
    slot.is_none().then_some(reason)
}

/// A day as `YYYY-MM-DD` and nothing else that jiff would take.
fn day(text: &str) -> Option<Date> {
    let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    if plain { text.parse().ok() } else { None }
}

fn label(text: &str) -> Option<String> {
    (text.chars().count() <= LONGEST && !text.chars().any(char::is_control)).then(|| text.to_owned())
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut query = Serializer::new(String::new());
        let wanted = &self.wanted;
        if self.view == View::Films {
            query.append_pair(Self::VIEW, Self::FILMS);
        }
        let values = [
            (Self::CINEMA, wanted.cinema.map(|cinema| cinema.0.to_string())),
            (Self::DAY, wanted.day.map(|day| day.to_string())),
            (Self::FORMAT, wanted.format.clone()),
            (Self::LANGUAGE, wanted.language.clone()),
        ];
        for (name, value) in values {
            query.extend_pairs(value.map(|value| (name, value)));
        }
        let query = query.finish();
        let path = ProgrammeUrl.to_uri();
        if query.is_empty() { write!(f, "{path}") } else { write!(f, "{path}?{query}") }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(query: &str) -> (String, Vec<Ignored>) {
        let (asked, ignored) = Asked::read(query);
        (asked.to_string(), ignored)
    }

    #[test]
    fn what_is_asked_for_is_an_address() {
        for (query, address) in [
            ("", "/"),
            ("cinema=&day=&format=&language=&view=", "/"),
            ("utm_source=x&view=days", "/"),
            ("day=2027-01-15&cinema=2", "/?cinema=2&day=2027-01-15"),
            ("view=films&format=35+mm&language=de", "/?view=films&format=35+mm&language=de"),
            ("cinema=1&cinema=2", "/?cinema=2"),
        ] {
            assert_eq!(read(query), (address.to_owned(), Vec::new()), "{query}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_named() {
        for (query, reason) in [
            ("cinema=rex", Ignored::Cinema),
            ("cinema=99999999999999999999", Ignored::Cinema),
            ("day=tomorrow", Ignored::Day),
            ("day=2027-02-30", Ignored::Day),
            ("day=2027-01-15T10:00", Ignored::Day),
            ("format=%00", Ignored::Format),
        ] {
            assert_eq!(read(query), ("/".to_owned(), vec![reason]), "{query}");
        }
        let long = "%F0%9F%8E%AC".repeat(50);
        assert_eq!(read(&format!("format={long}&language={long}")).0, "/");
        assert_eq!(read(&format!("format={}", "x".repeat(51))), ("/".to_owned(), vec![Ignored::Format]));
    }

    proptest! {
        #[test]
        fn an_address_reads_back_as_the_same(query in "\\PC{0,120}") {
            let address = Asked::read(&query).0.to_string();
            let (again, ignored) = Asked::read(address.split_once('?').map_or("", |(_, query)| query));
            prop_assert_eq!(again.to_string(), address);
            prop_assert_eq!(ignored, vec![]);
        }

        #[test]
        fn choices_read_back(cinema in any::<i64>(), format in "[^\\pC]{1,50}", day in 1..3000_i16) {
            let wanted = Wanted { cinema: Some(CinemaId(cinema)), day: Some(jiff::civil::date(day, 2, 3)), format: Some(format), language: None };
            let asked = Asked { view: View::Films, wanted };
            let address = asked.to_string();
            if address.len() <= LONGEST_LINK {
                prop_assert_eq!(Asked::read(address.split_once('?').unwrap().1), (asked, vec![]));
            }
        }
    }
}
