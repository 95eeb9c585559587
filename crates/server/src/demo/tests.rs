use std::collections::{BTreeMap, BTreeSet};

use houselights_domain::{
    Layout,
    layout::{Seat, SeatKind},
    programme::{CheckedProgramme, Known},
};
use houselights_testkit::{House, Plan};
use proptest::prelude::*;

use super::{
    crowd::{Party, Showing},
    *,
};

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

/// Side by side, whole sofas, nobody on a wheelchair's place or where seats are left free.
fn sits_well(party: &Party, hall: &Layout, spared: u32) -> bool {
    let seats: Vec<&Seat> = party.seats.iter().map(|number| hall.seat(*number).unwrap()).collect();
    let sofas = |kind| seats.iter().filter(|seat| seat.kind == kind).count();
    seats.windows(2).all(|two| two[0].row == two[1].row && two[0].column + 1 == two[1].column)
        && sofas(SeatKind::SofaLeft) == sofas(SeatKind::SofaRight)
        && seats.iter().all(|seat| seat.number.0 > spared)
        && sofas(SeatKind::Wheelchair) + sofas(SeatKind::Companion) == 0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn parties_sit_together_and_more_have_come_the_nearer_the_day(
        key in "demo-[a-z0-9-]{1,20}", spared in prop_oneof![Just(0_u32), 1..60_u32], is_evening: bool, screen in 0..4_usize
    ) {
        let checked = checked(noon(Date::constant(2027, 1, 1)));
        let hall = &checked.cinemas[0].screens[screen].layout;
        let mut later: Option<Vec<Party>> = None;
        for days in (0..8).rev() {
            let come = crowd::parties(&Showing { key: &key, hall, days, is_evening, spared });
            prop_assert!(come.iter().all(|party| sits_well(party, hall, spared)));
            let seats: Vec<_> = come.iter().flat_map(|party| &party.seats).collect();
            prop_assert_eq!(seats.iter().collect::<BTreeSet<_>>().len(), seats.len(), "a seat was sold twice");
            prop_assert!(come.iter().all(|party| party.payer < crowd::names().count()));
            if let Some(before) = later {
                prop_assert_eq!(&come[..before.len()], before);
            }
            later = Some(come);
        }
    }
}

#[test]
fn everybody_has_a_name_of_their_own_that_an_account_may_have() {
    let names: Vec<String> = crowd::names().collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    assert!(names.iter().all(|name| houselights_domain::credentials::username(name).is_ok()));
}

/// By the ordinary door; once, however often the demo is started; and the next day there are more.
#[tokio::test]
async fn the_crowd_buys_once_and_leaves_the_first_rows_of_the_first_show() {
    let now = houselights_testkit::programme::NOW;
    let house = House::planned(Plan { programme: programme(now), ..Plan::default() }).await;
    let guest = house.customer("guest").await;
    let made = sales::sell(&house.db, &house.app, "guest").await.unwrap();
    assert!((500..5_000).contains(&made), "{made} orders");
    assert_eq!(sales::sell(&house.db, &house.app, "guest").await.unwrap(), 0);

    let mut by_day: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    let movies = guest.get("/api/movies/").await.expect(200).column("id");
    for movie in movies {
        let shows = guest.get(&format!("/api/movies/{movie}/shows/")).await.expect(200).json();
        for show in shows.as_array().unwrap() {
            let at = UtcMicros::from(show["date_time"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap());
            let seen = by_day.entry((at.0 - now.0) / (24 * 60 * UtcMicros::MINUTE)).or_default();
            let total = show["total_seats"].as_i64().unwrap();
            *seen = (seen.0 + total - show["available_seats"].as_i64().unwrap(), seen.1 + total);
        }
    }
    let share = |day: i64| by_day[&day].0 * 100 / by_day[&day].1;
    assert!((25..70).contains(&share(0)) && (1..10).contains(&share(6)), "{by_day:?}");
    let seats: Vec<u32> = (1..=10).collect();
    _ = guest.book_all(1, &seats).await.expect(201);

    house.clock.advance(24 * 60 * UtcMicros::MINUTE);
    let next_day = sales::sell(&house.db, &house.app, "guest").await.unwrap();
    assert!((1..made).contains(&next_day), "{next_day} after {made}");
}
