//! Shows: which movie, where, when and for how much.

use std::{collections::BTreeMap, fmt, str::FromStr};

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::{instant, local_text, rules};
use crate::{
    money::{Currency, Minor},
    problem::{Problem, Problems, quoted},
    show::{PriceList, SALES_CLOSE_AFTER_START, Slot},
    time::UtcMicros,
};

/// The highest price of a seat, in minor units.
pub const MAX_PRICE: i64 = 100_000_000;

/// A show as a programme file writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShowDraft {
    /// Names it for ever.
    pub key: String,
    /// A movie's key.
    pub movie: String,
    /// A cinema's key and a screen's: `rex/1`.
    pub screen: String,
    /// RFC 3339, or local time of the cinema without an offset.
    pub starts_at: String,
    /// Such as `2D`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Language heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio: Option<String>,
    /// Language read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subtitles: Option<String>,
    /// Minor units by band of seats; empty: the show is free.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub prices: BTreeMap<String, i64>,
    /// As `starts_at`; absent: at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sales_open_at: Option<String>,
    /// As `starts_at`; absent: [`SALES_CLOSE_AFTER_START`] after the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sales_close_at: Option<String>,
}

/// Where a show takes place: `cinema/screen`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScreenPath {
    /// The cinema's key.
    pub cinema: String,
    /// The screen's key within it.
    pub screen: String,
}

impl fmt::Display for ScreenPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.cinema, self.screen)
    }
}

impl FromStr for ScreenPath {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('/') {
            Some((cinema, screen)) if !cinema.is_empty() && !screen.is_empty() && !screen.contains('/') => {
                Ok(Self { cinema: cinema.to_owned(), screen: screen.to_owned() })
            }
            _ => Err(format!("{} is no cinema and screen such as \"rex/1\"", quoted(text))),
        }
    }
}

/// What a show needs to know of its movie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownMovie {
    /// Running time.
    pub duration_minutes: u32,
}

/// What a show needs to know of its screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownScreen {
    /// The cinema's zone, in which local times are meant.
    pub zone: TimeZone,
    /// What the prices are in.
    pub currency: Currency,
    /// Minutes between two films.
    pub cleaning_minutes: u32,
}

/// A show that may be stored, if its screen is free then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewShow {
    /// 1 to 100 characters.
    pub key: String,
    /// The movie's key.
    pub movie: String,
    /// The screen.
    pub screen: ScreenPath,
    /// When the film begins.
    pub starts_at: UtcMicros,
    /// How long it needs the screen: the film and the cleaning.
    pub slot: Slot,
    /// At most 50 characters.
    pub format: Option<String>,
    /// At most 50 characters.
    pub audio: Option<String>,
    /// At most 50 characters.
    pub subtitles: Option<String>,
    /// In minor units of `currency`; empty: free.
    pub prices: PriceList,
    /// The cinema's currency.
    pub currency: Currency,
    /// Before this nothing is sold; [`UtcMicros::BEGINNING`] if the draft is silent.
    pub sales_open_at: UtcMicros,
    /// From this on nothing is sold; later than `sales_open_at`.
    pub sales_close_at: UtcMicros,
}

impl NewShow {
    /// Checks one show of a movie and a screen that exist; paths are its fields (`starts_at`, `prices.premium`).
    pub fn check(draft: &ShowDraft, movie: KnownMovie, screen: &KnownScreen) -> Result<Self, Vec<Problem>> {
        let mut problems = Problems::default();
        let text = |given: &Option<String>| rules::optional(given.as_deref(), rules::MAX_LABEL);
        let starts_at = problems.or_default("starts_at", instant(&draft.starts_at, &screen.zone));
        let (sales_open_at, sales_close_at) = sales(draft, starts_at, &screen.zone, &mut problems);
        let made = Self {
            key: problems.or_default("key", rules::key(&draft.key)),
            movie: problems.or_default("movie", rules::key(&draft.movie)),
            screen: problems.or_default("screen", draft.screen.parse()),
            starts_at,
            slot: Slot::of(starts_at, movie.duration_minutes, screen.cleaning_minutes),
            format: problems.or_default("format", text(&draft.format)),
            audio: problems.or_default("audio", text(&draft.audio)),
            subtitles: problems.or_default("subtitles", text(&draft.subtitles)),
            prices: prices(&draft.prices, &mut problems),
            currency: screen.currency,
            sales_open_at,
            sales_close_at,
        };
        problems.finish(Some(made))
    }

    /// The way back, for the export, with times in the cinema's zone; checks to the same show
    /// (times to the second).
    pub fn draft(&self, zone: &TimeZone) -> ShowDraft {
        let text = |at: UtcMicros, default: UtcMicros| (at != default).then(|| local_text(at, zone));
        ShowDraft {
            key: self.key.clone(),
            movie: self.movie.clone(),
            screen: self.screen.to_string(),
            starts_at: local_text(self.starts_at, zone),
            format: self.format.clone(),
            audio: self.audio.clone(),
            subtitles: self.subtitles.clone(),
            prices: self.prices.0.iter().map(|(band, price)| (band.clone(), price.0)).collect(),
            sales_open_at: text(self.sales_open_at, UtcMicros::BEGINNING),
            sales_close_at: text(self.sales_close_at, self.starts_at.plus(SALES_CLOSE_AFTER_START)),
        }
    }
}

/// When sales open and close; a show whose sales close before they open could never sell a seat.
fn sales(draft: &ShowDraft, starts_at: UtcMicros, zone: &TimeZone, problems: &mut Problems) -> (UtcMicros, UtcMicros) {
    let time = |given: &Option<String>| given.as_deref().map(|text| instant(text, zone)).transpose();
    let open = problems.keep("sales_open_at", time(&draft.sales_open_at));
    let close = problems.keep("sales_close_at", time(&draft.sales_close_at));
    let opens = open.flatten().unwrap_or(UtcMicros::BEGINNING);
    let closes = close.flatten().unwrap_or_else(|| starts_at.plus(SALES_CLOSE_AFTER_START));
    let all_read = open.is_some() && close.is_some() && starts_at != UtcMicros::default();
    if all_read && opens >= closes {
        problems.push("sales_open_at", format!("sales must open before they close ({})", local_text(closes, zone)));
    }
    (opens, closes)
}

fn prices(given: &BTreeMap<String, i64>, problems: &mut Problems) -> PriceList {
    let mut list = PriceList::default();
    for (band, price) in given {
        if !PriceList::BANDS.contains(&band.as_str()) {
            problems.push("prices", format!("{} is none of {}", quoted(band), PriceList::BANDS.join(", ")));
        } else if (0..=MAX_PRICE).contains(price) {
            list.0.insert(band.clone(), Minor(*price));
        } else {
            problems.push(format!("prices.{band}"), format!("{price} must be 0 to {MAX_PRICE} minor units"));
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FILM: KnownMovie = KnownMovie { duration_minutes: 153 };

    fn hall() -> KnownScreen {
        let zone = TimeZone::get("Europe/London").unwrap();
        KnownScreen { zone, currency: "GBP".parse().unwrap(), cleaning_minutes: 15 }
    }

    fn draft() -> ShowDraft {
        ShowDraft {
            key: "s1".into(),
            movie: "m1".into(),
            screen: "rex/1".into(),
            starts_at: "2027-01-01T19:30:00".into(),
            format: Some("2D".into()),
            prices: [("standard".to_owned(), 1_200), ("premium".to_owned(), MAX_PRICE)].into(),
            ..ShowDraft::default()
        }
    }

    fn faults(draft: &ShowDraft) -> Vec<String> {
        NewShow::check(draft, FILM, &hall()).unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_show_is_taken_with_its_defaults() {
        let made = NewShow::check(&draft(), FILM, &hall()).unwrap();
        assert_eq!(made.starts_at.rfc3339_utc(), "2027-01-01T19:30:00.000000Z");
        assert_eq!(made.slot.until.rfc3339_utc(), "2027-01-01T22:18:00.000000Z");
        assert_eq!(made.sales_open_at, UtcMicros::BEGINNING);
        assert_eq!(made.sales_close_at.rfc3339_utc(), "2027-01-01T19:45:00.000000Z");
        assert_eq!(made.prices.0.len(), 2);
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let faulty = ShowDraft {
            key: String::new(),
            movie: " ".into(),
            screen: "rex".into(),
            starts_at: "soon".into(),
            audio: Some("x".repeat(51)),
            prices: [("standard".to_owned(), -1), ("premium".to_owned(), MAX_PRICE + 1), ("gold".to_owned(), 1)].into(),
            sales_open_at: Some("2027-03-28T01:30:00".into()),
            ..draft()
        };
        let said = faults(&faulty);
        assert_eq!(said.len(), 9, "{said:#?}");
        assert!(said.contains(&"screen: \"rex\" is no cinema and screen such as \"rex/1\"".to_owned()));
        assert!(said.contains(&"prices.standard: -1 must be 0 to 100000000 minor units".to_owned()));
        assert!(said.iter().any(|s| s.starts_with("prices: \"gold\" is none of standard, premium")));
        assert!(said.iter().any(|s| s.starts_with("sales_open_at:") && s.contains("does not exist")));
    }

    #[test]
    fn sales_open_before_they_close() {
        let said = faults(&ShowDraft { sales_open_at: Some("2027-01-01T19:45:00".into()), ..draft() });
        assert_eq!(said, ["sales_open_at: sales must open before they close (2027-01-01T19:45:00)"]);
        let early = ShowDraft { sales_open_at: Some("2027-01-01T19:44:59".into()), ..draft() };
        assert!(NewShow::check(&early, FILM, &hall()).is_ok());
        let both = ShowDraft { sales_close_at: Some("2026-12-01T10:00:00Z".into()), ..early };
        assert_eq!(faults(&both).len(), 1);
    }

    proptest! {
        #[test]
        fn what_was_taken_is_written_back_as_the_same(
            second in 1..4_000_000_000_i64, open in prop::option::of(1..100_000_i64), close in prop::option::of(1..100_000_i64),
            prices in prop::collection::btree_map(prop::sample::select(PriceList::BANDS.to_vec()).prop_map(str::to_owned), 0..=MAX_PRICE, 0..6),
        ) {
            let (zone, second) = (hall().zone, second + 200_000);
            let text = |second: i64| local_text(UtcMicros(second * UtcMicros::SECOND), &zone);
            let asked = ShowDraft {
                starts_at: text(second), prices,
                sales_open_at: open.map(|before| text(second - before)), sales_close_at: close.map(|after| text(second + after)),
                ..draft()
            };
            let made = NewShow::check(&asked, FILM, &hall()).unwrap();
            prop_assert_eq!(made.draft(&zone).starts_at, asked.starts_at);
            prop_assert_eq!(NewShow::check(&made.draft(&zone), FILM, &hall()), Ok(made));
        }
    }
}
