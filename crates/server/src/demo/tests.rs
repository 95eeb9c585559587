use std::collections::{BTreeMap, BTreeSet};

use houselights_domain::{
    layout::SeatKind,
    programme::{CheckedProgramme, Known},
};
use proptest::prelude::*;

use super::*;

fn noon(date: Date) -> UtcMicros {
    TimeZone::UTC.to_timestamp(date.at(12, 0, 0, 0)).unwrap().into()
}

fn checked(now: UtcMicros) -> CheckedProgramme {
    let checked = programme(now).check(&Known::default());
    checked.unwrap_or_else(|problems| panic!("at {}: {problems:?}", now.rfc3339_utc()))
}

/// Every screen has a full day on every day, at hours at which people go to the cinema.
fn a_good_week(now: UtcMicros) {
    let checked = checked(now);
    let zones: BTreeMap<_, _> = checked.cinemas.iter().map(|cinema| (&cinema.key, &cinema.zone)).collect();
    let mut days: BTreeMap<_, u32> = BTreeMap::new();
    for show in &checked.shows {
        let local = zones[&show.screen.cinema].to_datetime(show.starts_at.timestamp());
        assert!((11..22).contains(&local.hour()), "{} begins at {local}", show.key);
        *days.entry((&show.screen, local.date())).or_default() += 1;
    }
    let screens: usize = checked.cinemas.iter().map(|cinema| cinema.screens.len()).sum();
    assert_eq!(days.len(), screens * 7);
    assert!(days.values().all(|shows| (4..=9).contains(shows)), "{days:?}");
    let shown: BTreeSet<_> = checked.shows.iter().map(|show| &show.movie).collect();
    assert_eq!(shown.len(), checked.movies.len(), "every film runs");
}

#[test]
fn weeks_with_a_clock_change_are_good() {
    for (year, month, day) in [(2027, 3, 28), (2027, 10, 31), (2027, 3, 14), (2027, 11, 7)] {
        for before in 0..7 {
            a_good_week(noon(Date::constant(year, month, day).checked_sub(before.days()).unwrap()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_week_is_good(second in 1_700_000_000_i64..4_000_000_000) {
        a_good_week(UtcMicros(second * UtcMicros::SECOND));
    }

    #[test]
    fn tomorrow_changes_nothing_about_the_days_that_were_there(second in 1_700_000_000_i64..4_000_000_000) {
        let now = UtcMicros(second * UtcMicros::SECOND);
        let (today, tomorrow) = (programme(now), programme(now.plus(24 * 60 * UtcMicros::MINUTE)));
        prop_assert_eq!(&today.cinemas, &tomorrow.cinemas);
        prop_assert_eq!(&today.movies, &tomorrow.movies);
        let known: BTreeMap<_, _> = today.shows.iter().map(|show| (&show.key, show)).collect();
        let mut same = 0;
        for show in &tomorrow.shows {
            if let Some(before) = known.get(&show.key) {
                prop_assert_eq!(*before, show);
                same += 1;
            }
        }
        prop_assert!(same >= today.shows.len() / 7 * 5, "{} of {}", same, today.shows.len());
    }
}

#[test]
fn the_halls_have_the_seats_that_they_should() {
    let checked = checked(noon(Date::constant(2027, 1, 1)));
    let seats = |cinema: usize, screen: usize| &checked.cinemas[cinema].screens[screen].layout;
    assert_eq!(
        [seats(0, 0), seats(0, 1), seats(0, 2), seats(0, 3)].map(houselights_domain::Layout::total_seats),
        [120, 320, 12, 60]
    );
    let has = |layout: &houselights_domain::Layout, kind| layout.seats().iter().any(|seat| seat.kind == kind);
    assert!(has(seats(0, 0), SeatKind::Wheelchair) && has(seats(0, 0), SeatKind::Companion));
    assert!(has(seats(0, 1), SeatKind::Premium) && has(seats(0, 2), SeatKind::SofaLeft));
    let currencies: BTreeSet<_> = checked.cinemas.iter().map(|cinema| cinema.currency.code()).collect();
    assert_eq!(currencies.len(), 3);
}

#[test]
fn the_first_show_is_of_the_first_film_and_late_in_the_week() {
    let now = noon(Date::constant(2027, 1, 1));
    let checked = checked(now);
    assert_eq!(checked.shows[0].movie, "metropolis");
    assert!(checked.shows[0].starts_at > now.plus(5 * 24 * 60 * UtcMicros::MINUTE));
}

#[test]
fn the_file_reads_back() {
    let made = programme(noon(Date::constant(2027, 1, 1)));
    assert_eq!(Programme::parse(&made.to_json().unwrap()).unwrap(), made);
}
