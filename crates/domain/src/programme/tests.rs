use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::{
    draft::{KnownMovie, KnownScreen, ScreenDraft},
    layout::RowPlan,
    problem::MAX_PROBLEMS,
};

/// The example of the documentation.
const EXAMPLE: &str = r#"{
  "cinemas": [{
    "key": "rex", "name": "Rex", "timezone": "Europe/London", "currency": "GBP",
    "screens": [
      {"key": "1", "name": "Screen 1", "cleaning_minutes": 15,
       "layout": [{"row": "A", "seats": "__sss_ssss_sss__"}, {"row": "B", "seats": "__wc__ppppp_(())"}]},
      {"key": "2", "name": "Screen 2", "seats": 120}
    ]}],
  "movies": [{"key": "m1", "title": "Metropolis", "duration_minutes": 153, "certificate": "PG", "languages": ["de"], "genres": ["Science fiction"],
              "synopsis": "...", "poster": "metropolis.webp"}],
  "shows": [{"key": "s1", "movie": "m1", "screen": "rex/1", "starts_at": "2027-01-01T19:30:00", "format": "2D", "audio": "de", "subtitles": "en",
             "prices": {"standard": 1200, "premium": 1500}}]
}"#;

fn example() -> Programme {
    Programme::parse(EXAMPLE).unwrap()
}

fn faults(programme: &Programme, known: &Known) -> Vec<String> {
    programme.check(known).unwrap_err().iter().map(ToString::to_string).collect()
}

fn show(key: &str, starts_at: &str) -> ShowDraft {
    ShowDraft { key: key.into(), starts_at: starts_at.into(), ..example().shows[0].clone() }
}

fn known() -> Known {
    let zone = TimeZone::get("America/New_York").unwrap();
    let hall = KnownScreen { zone, currency: "USD".parse().unwrap(), cleaning_minutes: 30 };
    Known {
        movies: [("old".to_owned(), KnownMovie { duration_minutes: 60 })].into(),
        screens: [("rex/9".parse().unwrap(), hall.clone()), ("odeon/1".parse().unwrap(), hall)].into(),
    }
}

#[test]
fn the_documented_example_is_taken() {
    let checked = example().check(&Known::default()).unwrap();
    assert_eq!(checked.cinemas[0].screens[0].layout.total_seats(), 21);
    assert_eq!(checked.cinemas[0].screens[1].layout.total_seats(), 120);
    assert_eq!(checked.shows[0].starts_at.rfc3339_utc(), "2027-01-01T19:30:00.000000Z");
    assert_eq!(checked.shows[0].currency.code(), "GBP");
}

#[test]
fn what_is_no_programme_is_refused_with_line_and_column() {
    let said = |text: &str| Programme::parse(text).unwrap_err()[0].to_string();
    assert_eq!(
        said("{\n \"movis\": []}"),
        "line 2, column 8: unknown field `movis`, expected one of `cinemas`, `movies`, `shows`"
    );
    assert!(said(&EXAMPLE.replace("153", "\"153\"")).starts_with("line 9, column "));
    assert!(said(&EXAMPLE.replace("\"poster\"", "\"postr\"")).contains("unknown field `postr`"));
    assert!(said(&EXAMPLE.replace("\"name\": \"Rex\", ", "")).contains("missing field `name`"));
    assert!(said("").starts_with("line 1, column 0: "));
    assert!(said("{} {}").contains("trailing characters"));
    assert_eq!(Programme::parse("\u{feff}{}"), Ok(Programme::default()));
}

#[test]
fn a_show_may_be_of_what_was_known_before() {
    let mut programme = Programme { shows: vec![show("s1", "2027-01-01T19:30:00")], ..Programme::default() };
    programme.shows[0].movie = "old".into();
    programme.shows[0].screen = "odeon/1".into();
    let checked = programme.check(&known()).unwrap();
    assert_eq!(checked.shows[0].starts_at.rfc3339_utc(), "2027-01-02T00:30:00.000000Z");
    assert_eq!(checked.shows[0].slot.until.rfc3339_utc(), "2027-01-02T02:00:00.000000Z");
}

#[test]
fn a_known_screen_moves_to_the_zone_that_the_file_gives_its_cinema() {
    let mut programme = example();
    programme.shows[0].screen = "rex/9".into();
    let checked = programme.check(&known()).unwrap();
    assert_eq!(checked.shows[0].starts_at.rfc3339_utc(), "2027-01-01T19:30:00.000000Z");
    assert_eq!(checked.shows[0].currency.code(), "GBP");
    assert_eq!(checked.shows[0].slot.until.rfc3339_utc(), "2027-01-01T22:33:00.000000Z");
}

#[test]
fn references_that_lead_nowhere_are_told() {
    let mut programme = example();
    programme.shows[0].movie = "m2".into();
    programme.shows.push(ShowDraft { screen: "rex/3".into(), ..show("s2", "2027-01-02T19:30:00") });
    programme.shows.push(ShowDraft { screen: "rex".into(), ..show("s2", "2027-01-03T19:30:00") });
    assert_eq!(
        faults(&programme, &known()),
        [
            "shows[0].movie: there is no movie \"m2\", neither in this file nor before",
            "shows[1].screen: there is no screen \"rex/3\", neither in this file nor before",
            "shows[2].key: \"s2\" is the key of shows[1] already",
            "shows[2].screen: \"rex\" is no cinema and screen such as \"rex/1\"",
        ]
    );
}

#[test]
fn a_faulty_movie_or_cinema_is_told_once_and_not_at_its_shows() {
    let mut programme = example();
    programme.movies[0].duration_minutes = 0;
    programme.cinemas[0].timezone = "Nowhere".into();
    programme.shows.push(show("s2", "2027-01-01T19:30:00"));
    let told = faults(&programme, &Known::default());
    let paths: Vec<&str> = told.iter().filter_map(|said| said.split(": ").next()).collect();
    assert_eq!(paths, ["cinemas[0].timezone", "movies[0].duration_minutes"]);
}

#[test]
fn doubled_keys_are_told() {
    let mut programme = example();
    programme.cinemas.push(programme.cinemas[0].clone());
    programme.movies.push(programme.movies[0].clone());
    assert_eq!(
        faults(&programme, &Known::default()),
        [
            "cinemas[1].key: \"rex\" is the key of cinemas[0] already",
            "movies[1].key: \"m1\" is the key of movies[0] already"
        ]
    );
}

#[test]
fn a_local_time_that_a_clock_change_hides_or_doubles_is_told_with_the_choices() {
    let mut programme = example();
    programme.shows = vec![show("s1", "2027-03-28T01:30:00"), show("s2", "2027-10-31T01:30:00")];
    let told = faults(&programme, &Known::default());
    assert!(
        told[0].starts_with("shows[0].starts_at: ") && told[0].contains("2027-03-28T00:30:00+00:00 or"),
        "{told:?}"
    );
    assert!(
        told[1].starts_with("shows[1].starts_at: ") && told[1].contains("2027-10-31T01:30:00+01:00 or"),
        "{told:?}"
    );
}

#[test]
fn shows_that_need_a_screen_at_once_are_both_named() {
    let mut programme = example();
    // 153 minutes and 15 of cleaning: the screen is free again at 22:18.
    programme.shows = vec![
        show("late", "2027-01-01T22:17:00Z"),
        show("early", "2027-01-01T19:30:00"),
        show("next", "2027-01-02T01:05:00"),
    ];
    assert_eq!(
        faults(&programme, &Known::default()),
        ["shows[0].starts_at: \"late\" at 2027-01-01T22:17:00+00:00 overlaps \"early\" at 2027-01-01T19:30:00+00:00 \
          on screen \"rex/1\" (film and cleaning)"]
    );
    programme.shows[0].starts_at = "2027-01-01T22:18:00Z".into();
    programme.shows[2].starts_at = "2027-01-02T01:06:00".into();
    assert_eq!(programme.check(&Known::default()).unwrap().shows.len(), 3);
    programme.shows[0] = ShowDraft { screen: "rex/2".into(), ..show("late", "2027-01-01T19:30:00") };
    assert_eq!(programme.check(&Known::default()).unwrap().shows.len(), 3);
}

#[test]
fn a_hopeless_file_is_answered_with_the_first_hundred_problems() {
    let shows = (0..5_000).map(|at| show(&at.to_string(), "soon")).collect();
    assert_eq!(faults(&Programme { shows, ..example() }, &Known::default()).len(), MAX_PROBLEMS);
}

#[test]
fn what_was_checked_is_written_back_as_the_same() {
    let checked = example().check(&Known::default()).unwrap();
    let zone = &checked.cinemas[0].zone;
    let exported = Programme {
        cinemas: checked.cinemas.iter().map(crate::draft::NewCinema::draft).collect(),
        movies: checked.movies.iter().map(crate::draft::NewMovie::draft).collect(),
        shows: checked.shows.iter().map(|show| show.draft(zone)).collect(),
    };
    let again = Programme::parse(&exported.to_json().unwrap()).unwrap();
    assert_eq!(again.check(&Known::default()), Ok(checked));
}

fn text() -> BoxedStrategy<String> {
    prop_oneof![".{0,12}", "\\PC{0,12}"].boxed()
}

fn texts() -> BoxedStrategy<Vec<String>> {
    prop::collection::vec(text(), 0..3).boxed()
}

fn maybe() -> BoxedStrategy<Option<String>> {
    prop::option::of(text()).boxed()
}

prop_compose! {
    fn any_screen()(
        key in text(), name in text(), cleaning_minutes: Option<i64>, seats: Option<i64>,
        rows in prop::option::of(prop::collection::vec((text(), text()), 0..3)),
    ) -> ScreenDraft {
        let layout = rows.map(|rows| rows.into_iter().map(|(row, seats)| RowPlan { row, seats }).collect());
        ScreenDraft { key, name, cleaning_minutes, layout, seats }
    }
}

prop_compose! {
    fn any_cinema()(
        key in text(), name in text(), timezone in text(), currency in text(),
        screens in prop::collection::vec(any_screen(), 0..3),
    ) -> CinemaDraft {
        CinemaDraft { key, name, timezone, currency, screens }
    }
}

prop_compose! {
    fn any_movie()(
        key in text(), title in text(), duration_minutes: i64, certificate in maybe(), languages in texts(),
        genres in texts(), synopsis in maybe(), poster in maybe(), release_date in maybe(),
    ) -> MovieDraft {
        MovieDraft { key, title, duration_minutes, certificate, languages, genres, synopsis, poster, release_date }
    }
}

prop_compose! {
    fn any_show()(
        (key, movie, screen, starts_at) in (text(), text(), text(), text()), format in maybe(), audio in maybe(),
        subtitles in maybe(), prices in prop::collection::btree_map(text(), any::<i64>(), 0..3),
        sales_open_at in maybe(), sales_close_at in maybe(),
    ) -> ShowDraft {
        ShowDraft { key, movie, screen, starts_at, format, audio, subtitles, prices, sales_open_at, sales_close_at }
    }
}

proptest! {
    #[test]
    fn what_is_written_reads_back_as_the_same_and_no_check_panics(
        cinemas in prop::collection::vec(any_cinema(), 0..3), movies in prop::collection::vec(any_movie(), 0..3),
        shows in prop::collection::vec(any_show(), 0..3),
    ) {
        let programme = Programme { cinemas, movies, shows };
        let _ = programme.check(&known());
        prop_assert_eq!(Programme::parse(&programme.to_json().unwrap()), Ok(programme));
    }

    #[test]
    fn a_programme_is_taken_if_and_only_if_no_two_slots_meet(starts in prop::collection::vec(0..2_000_i64, 1..6)) {
        let at = |minute: i64| crate::UtcMicros(1_800_000_000_000_000).plus(minute * crate::UtcMicros::MINUTE);
        let shows = starts.iter().enumerate().map(|(i, m)| show(&i.to_string(), &at(*m).rfc3339_utc())).collect();
        let meet = starts.iter().enumerate().any(|(i, a)| starts[..i].iter().any(|b| (a - b).abs() < 153 + 15));
        prop_assert_eq!(Programme { shows, ..example() }.check(&Known::default()).is_err(), meet);
    }
}
