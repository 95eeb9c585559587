//! Cinemas and their screens.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::rules;
use crate::{
    layout::{Layout, LayoutPlan, RowPlan},
    money::Currency,
    problem::{Problem, Problems, quoted},
};

/// Between two films, if a screen does not say otherwise.
pub const DEFAULT_CLEANING_MINUTES: u32 = 15;
/// The longest pause between two films.
pub const MAX_CLEANING_MINUTES: u32 = 600;
/// The most screens of one cinema.
pub const MAX_SCREENS: usize = 1_000;

/// A cinema as a programme file writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CinemaDraft {
    /// Names it for ever, in files and in `cinema/screen`.
    pub key: String,
    /// What people read.
    pub name: String,
    /// IANA name, such as `Europe/London`.
    pub timezone: String,
    /// ISO 4217 code, such as `GBP`.
    pub currency: String,
    /// Its auditoriums.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub screens: Vec<ScreenDraft>,
}

/// A screen as a programme file writes it: with exactly one of `layout` and `seats`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScreenDraft {
    /// Names it for ever within its cinema.
    pub key: String,
    /// What people read.
    pub name: String,
    /// Minutes between the end of a film and the next one's beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cleaning_minutes: Option<i64>,
    /// Row by row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layout: Option<Vec<RowPlan>>,
    /// A plain hall of so many seats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seats: Option<i64>,
}

/// A cinema that may be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCinema {
    /// 1 to 100 characters, without `/`.
    pub key: String,
    /// 1 to 200 characters.
    pub name: String,
    /// The zone's name as the time zone database spells it.
    pub timezone: String,
    /// The zone itself.
    pub zone: TimeZone,
    /// What its prices are in.
    pub currency: Currency,
    /// Its auditoriums, with distinct keys.
    pub screens: Vec<NewScreen>,
}

/// A screen that may be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewScreen {
    /// 1 to 100 characters, without `/`.
    pub key: String,
    /// 1 to 200 characters.
    pub name: String,
    /// 0 to 600 minutes between two films.
    pub cleaning_minutes: u32,
    /// Its seats.
    pub layout: Layout,
}

impl NewCinema {
    /// Checks a cinema with all its screens; paths are relative to it (`timezone`, `screens[0].key`).
    pub fn check(draft: &CinemaDraft) -> Result<Self, Vec<Problem>> {
        let mut problems = Problems::default();
        let key = problems.or_default("key", rules::path_key(&draft.key));
        let name = problems.or_default("name", rules::line(&draft.name, rules::MAX_NAME));
        let zone = problems.keep("timezone", zone(&draft.timezone));
        let currency = problems.keep("currency", draft.currency.parse::<Currency>());
        let screens = screens(&draft.screens, &mut problems);
        let made = zone.zip(currency).map(|((timezone, zone), currency)| Self {
            key,
            name,
            timezone,
            zone,
            currency,
            screens,
        });
        problems.finish(made)
    }

    /// The way back, for the export; checks to the same cinema.
    pub fn draft(&self) -> CinemaDraft {
        CinemaDraft {
            key: self.key.clone(),
            name: self.name.clone(),
            timezone: self.timezone.clone(),
            currency: self.currency.code().to_owned(),
            screens: self.screens.iter().map(NewScreen::draft).collect(),
        }
    }
}

impl NewScreen {
    /// Checks one screen; paths are relative to it (`layout`, `cleaning_minutes`).
    pub fn check(draft: &ScreenDraft) -> Result<Self, Vec<Problem>> {
        let mut problems = Problems::default();
        let key = problems.or_default("key", rules::path_key(&draft.key));
        let name = problems.or_default("name", rules::line(&draft.name, rules::MAX_NAME));
        let cleaning_minutes = draft
            .cleaning_minutes
            .map_or(Ok(DEFAULT_CLEANING_MINUTES), |given| rules::minutes(given, 0, MAX_CLEANING_MINUTES));
        let cleaning_minutes = problems.or_default("cleaning_minutes", cleaning_minutes);
        let (path, layout) = layout(draft);
        let layout = problems.keep(path, layout);
        problems.finish(layout.map(|layout| Self { key, name, cleaning_minutes, layout }))
    }

    /// The way back, for the export; checks to the same screen.
    pub fn draft(&self) -> ScreenDraft {
        let (layout, seats) = match self.layout.plan() {
            LayoutPlan::Rows(rows) => (Some(rows.clone()), None),
            LayoutPlan::Plain(seats) => (None, Some(i64::from(*seats))),
        };
        ScreenDraft {
            key: self.key.clone(),
            name: self.name.clone(),
            cleaning_minutes: Some(i64::from(self.cleaning_minutes)),
            layout,
            seats,
        }
    }
}

/// The zone and its proper name: jiff looks names up without regard to case.
fn zone(name: &str) -> Result<(String, TimeZone), String> {
    let found = TimeZone::get(name).ok().filter(|zone| !zone.is_unknown());
    let named = found.and_then(|zone| Some((zone.iana_name()?.to_owned(), zone)));
    named.ok_or_else(|| format!("{} is no IANA time zone such as Europe/London", quoted(name)))
}

fn layout(draft: &ScreenDraft) -> (&'static str, Result<Layout, String>) {
    match (&draft.layout, draft.seats) {
        (Some(rows), None) => ("layout", Layout::new(LayoutPlan::Rows(rows.clone())).map_err(|e| e.to_string())),
        (None, Some(seats)) => {
            let count = u32::try_from(seats).map_err(|_| format!("{seats} is no number of seats"));
            let made = count.and_then(|seats| Layout::new(LayoutPlan::Plain(seats)).map_err(|e| e.to_string()));
            ("seats", made)
        }
        (Some(_), Some(_)) => ("layout", Err("give \"layout\" or \"seats\", not both".to_owned())),
        (None, None) => ("layout", Err("is missing: give \"layout\" or \"seats\"".to_owned())),
    }
}

fn screens(drafts: &[ScreenDraft], problems: &mut Problems) -> Vec<NewScreen> {
    if drafts.len() > MAX_SCREENS {
        problems.push("screens", format!("has {} screens; at most {MAX_SCREENS} are possible", drafts.len()));
        return Vec::new();
    }
    let mut keys = BTreeSet::new();
    let mut screens = Vec::new();
    for (index, draft) in drafts.iter().enumerate() {
        let path = format!("screens[{index}]");
        if !keys.insert(draft.key.as_str()) {
            problems.push(format!("{path}.key"), format!("{} is there twice", quoted(&draft.key)));
        }
        screens.extend(problems.part(&path, NewScreen::check(draft)));
    }
    screens
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen(key: &str) -> ScreenDraft {
        ScreenDraft { key: key.into(), name: "Screen".into(), cleaning_minutes: None, layout: None, seats: Some(120) }
    }

    fn cinema(screens: Vec<ScreenDraft>) -> CinemaDraft {
        let (key, name) = ("rex".into(), " Rex ".into());
        CinemaDraft { key, name, timezone: "europe/london".into(), currency: "GBP".into(), screens }
    }

    #[test]
    fn a_cinema_is_taken_with_its_zone_s_proper_name() {
        let made = NewCinema::check(&cinema(vec![screen("1"), screen("2")])).unwrap();
        assert_eq!((made.name.as_str(), made.timezone.as_str()), ("Rex", "Europe/London"));
        assert_eq!((made.screens[1].cleaning_minutes, made.screens[1].layout.total_seats()), (15, 120));
        assert_eq!(NewCinema::check(&made.draft()), Ok(made));
    }

    #[test]
    fn every_fault_is_told_at_once_and_by_its_place() {
        let rows = Some(vec![RowPlan { row: "A".into(), seats: "ss?".into() }]);
        let faulty = CinemaDraft {
            key: "re/x".into(),
            name: "  ".into(),
            timezone: "Europe/Londres".into(),
            currency: "QQQ".into(),
            screens: vec![
                ScreenDraft { cleaning_minutes: Some(601), layout: rows.clone(), seats: None, ..screen("1") },
                ScreenDraft { layout: rows, ..screen("1") },
                ScreenDraft { seats: None, ..screen("3") },
                ScreenDraft { seats: Some(-1), name: "a\nb".into(), ..screen(" 4") },
            ],
        };
        let said: Vec<String> = NewCinema::check(&faulty).unwrap_err().iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "key: \"re/x\" must not contain \"/\"",
                "name: must not be empty",
                "timezone: \"Europe/Londres\" is no IANA time zone such as Europe/London",
                "currency: \"QQQ\" is no ISO 4217 currency code such as EUR, GBP or JPY",
                "screens[0].cleaning_minutes: 601 must be 0 to 600 minutes",
                "screens[0].layout: row \"A\", place 3: '?' is none of s p w c ( ) x _",
                "screens[1].key: \"1\" is there twice",
                "screens[1].layout: give \"layout\" or \"seats\", not both",
                "screens[2].layout: is missing: give \"layout\" or \"seats\"",
                "screens[3].key: \" 4\" must not begin or end with a space",
                "screens[3].name: must be one line of text, without '\\n'",
                "screens[3].seats: -1 is no number of seats",
            ]
        );
    }

    #[test]
    fn the_bounds_themselves_are_inside() {
        for (minutes, fits) in [(-1, false), (0, true), (600, true), (601, false)] {
            let draft = ScreenDraft { cleaning_minutes: Some(minutes), ..screen("1") };
            assert_eq!(NewScreen::check(&draft).is_ok(), fits, "{minutes}");
        }
        for (length, fits) in [(100, true), (101, false)] {
            assert_eq!(NewScreen::check(&screen(&"é".repeat(length))).is_ok(), fits, "{length}");
        }
    }
}
