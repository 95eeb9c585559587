//! A small cinema whose shows are each good for one kind of test. Numbers follow the order of the file.

use std::collections::BTreeMap;

use houselights_domain::{
    UtcMicros,
    draft::{CinemaDraft, MovieDraft, ScreenDraft, ShowDraft},
    layout::RowPlan,
    programme::Programme,
};

/// The instant at which the clock of a test stands: 2027-01-15T08:00:00Z.
pub const NOW: UtcMicros = UtcMicros(1_800_000_000_000_000);

/// The film that all shows below are of.
pub const METROPOLIS: i64 = 1;
/// A film with shows of the lounge only.
pub const NOSFERATU: i64 = 2;
/// A film without shows.
pub const SUNRISE: i64 = 3;

/// This evening in the hall of 120 seats, with a price for each kind.
pub const EVENING: i64 = 1;
/// Tomorrow in the hall of 120 seats, free of charge.
pub const TOMORROW: i64 = 2;
/// Now, in the lounge: sales have closed.
pub const CLOSED: i64 = 3;
/// Next month in the hall of 120 seats: sales open in a week.
pub const NOT_YET: i64 = 4;
/// Tomorrow in the lounge, which has 12 seats: good for selling out.
pub const LOUNGE: i64 = 5;
/// Tomorrow in the studio, which has 50 seats: good for a run on it.
pub const STUDIO: i64 = 6;

/// The whole programme: one cinema in London, three screens, three films, six shows.
pub fn programme() -> Programme {
    Programme { cinemas: vec![cinema()], movies: movies(), shows: shows() }
}

fn cinema() -> CinemaDraft {
    let row = |row: &str, seats: &str| RowPlan { row: row.into(), seats: seats.into() };
    let mut hall = vec![row("A", "wc_ssssssss_cw")];
    hall.extend(["B", "C", "D", "E", "F", "G"].map(|name| row(name, "sss_ssssss_sss")));
    hall.extend(["H", "I"].map(|name| row(name, "ppp_pppppp_ppp")));
    hall.push(row("J", "sss_ss()ss_sss"));
    let lounge = vec![row("A", "_pp_pp_"), row("B", "()_()_"), row("C", "()_()_")];
    CinemaDraft {
        key: "rex".into(),
        name: "Rex".into(),
        timezone: "Europe/London".into(),
        currency: "GBP".into(),
        screens: vec![
            screen("hall", "Screen 1", Some(hall), None),
            screen("lounge", "Lounge", Some(lounge), None),
            screen("studio", "Studio", None, Some(50)),
        ],
    }
}

/// A screen that is cleaned in a quarter of an hour.
pub fn screen(key: &str, name: &str, layout: Option<Vec<RowPlan>>, seats: Option<i64>) -> ScreenDraft {
    ScreenDraft { key: key.into(), name: name.into(), cleaning_minutes: Some(15), layout, seats }
}

/// A film.
pub fn movie(key: &str, title: &str, duration_minutes: i64) -> MovieDraft {
    MovieDraft { key: key.into(), title: title.into(), duration_minutes, ..MovieDraft::default() }
}

/// A show that is free of charge and on sale at once; `starts_at` in the cinema's zone.
pub fn show(key: &str, movie: &str, screen: &str, starts_at: &str) -> ShowDraft {
    ShowDraft {
        key: key.into(),
        movie: movie.into(),
        screen: format!("rex/{screen}"),
        starts_at: starts_at.into(),
        ..ShowDraft::default()
    }
}

fn movies() -> Vec<MovieDraft> {
    vec![
        MovieDraft {
            certificate: Some("PG".into()),
            languages: vec!["de".into()],
            genres: vec!["Drama".into(), "Science fiction".into()],
            release_date: Some("1927-01-10".into()),
            ..movie("metropolis", "Metropolis", 153)
        },
        movie("nosferatu", "Nosferatu", 94),
        movie("sunrise", "Sunrise: A Song of Two Humans", 94),
    ]
}

fn shows() -> Vec<ShowDraft> {
    let price = |band: &str, price: i64| (band.to_owned(), price);
    let prices = BTreeMap::from([price("standard", 1200), price("premium", 1500), price("companion", 0)]);
    vec![
        ShowDraft {
            prices,
            format: Some("2D".into()),
            audio: Some("de".into()),
            subtitles: Some("en".into()),
            ..show("evening", "metropolis", "hall", "2027-01-15T19:30:00")
        },
        show("tomorrow", "metropolis", "hall", "2027-01-16T19:30:00"),
        show("closed", "nosferatu", "lounge", "2027-01-15T07:30:00"),
        ShowDraft {
            sales_open_at: Some("2027-01-22T10:00:00".into()),
            ..show("not-yet", "metropolis", "hall", "2027-02-15T19:30:00")
        },
        show("lounge", "nosferatu", "lounge", "2027-01-16T20:00:00"),
        show("studio", "metropolis", "studio", "2027-01-16T18:00:00"),
    ]
}
