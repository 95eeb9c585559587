//! Programmes and films for the tests of templates: every branch, and hostile texts wherever a text can stand.

use std::sync::Arc;

use houselights_app::{
    catalogue::{ShowFacts, ShowRow},
    listings::{
        Basis, Choices, CinemaShows, DayProgramme, Film, FilmDay, FilmNext, FilmProgramme, FilmShows, FilmWall,
        Ignored, ShowLine, Strip, StripDay, Wanted,
    },
    posters::Mark,
};
use houselights_domain::{
    CinemaId, Layout, LayoutId, MovieId, ScreenId, ShowId, UtcMicros,
    layout::LayoutPlan,
    money::Minor,
    show::{Availability, PriceList, Sales},
};
use jiff::{ToSpan as _, civil::date, tz::TimeZone};

use super::page::Programme;
use crate::{pages::tests::HOSTILE, text::Text};

const NOW: UtcMicros = UtcMicros(1_800_000_000_000_000);

fn film(full: bool) -> Arc<Film> {
    let some = |full: bool| full.then(|| HOSTILE.to_owned());
    Arc::new(Film {
        id: MovieId(7),
        title: HOSTILE.into(),
        duration_minutes: 153,
        certificate: some(full),
        languages: if full { vec!["de".into(), HOSTILE.into()] } else { Vec::new() },
        genres: if full { vec![HOSTILE.into(), "Drama".into()] } else { Vec::new() },
        synopsis: some(full).map(|text| format!("{text}\n\n{text}")).unwrap_or_default(),
        released: full.then(|| date(2027, 1, 10)),
        poster: full.then(|| HOSTILE.to_owned()),
    })
}

fn picture(film: &Film) -> Option<Mark> {
    film.poster.as_ref().map(|_| Mark::sample())
}

fn facts(full: bool) -> Arc<ShowFacts> {
    let some = |text: &str| full.then(|| text.to_owned());
    let prices = [("standard".to_owned(), Minor(900)), ("premium".to_owned(), Minor(1300))];
    let row = ShowRow {
        id: ShowId(3),
        key: "s".into(),
        movie: MovieId(7),
        movie_title: HOSTILE.into(),
        screen: ScreenId(1),
        screen_name: HOSTILE.into(),
        cinema: CinemaId(1),
        cinema_name: HOSTILE.into(),
        timezone: "Europe/Berlin".into(),
        currency: "EUR".into(),
        layout: LayoutId(1),
        total_seats: 10,
        starts_at: NOW,
        ends_at: NOW,
        format: some(HOSTILE),
        audio: some(HOSTILE),
        subtitles: some("en"),
        prices: String::new(),
        sales_open_at: NOW,
        sales_close_at: NOW,
        called_off: false,
        revision: 1,
    };
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let layout = Arc::new(Layout::new(LayoutPlan::Plain(10)).unwrap());
    let prices = PriceList(if full { prices.into() } else { [].into() });
    Arc::new(ShowFacts { date_time: NOW.rfc3339_in(&zone), row, layout, prices, zone })
}

fn lines() -> Vec<ShowLine> {
    let states = [
        (Sales::Open, false, Availability::Plenty),
        (Sales::Open, false, Availability::Few),
        (Sales::Open, true, Availability::Plenty),
        (Sales::Open, false, Availability::SoldOut),
        (Sales::NotYet, false, Availability::Plenty),
        (Sales::Closed, true, Availability::Plenty),
        (Sales::CalledOff, false, Availability::Plenty),
    ];
    let line = |(index, (sales, begun, seats)): (usize, (Sales, bool, Availability))| {
        let facts = facts(index != 2);
        let local = facts.zone.to_datetime(NOW.timestamp());
        let language = (index != 3).then(|| ["de", HOSTILE][index % 2].to_owned());
        ShowLine { facts, local, language, sales, begun, seats }
    };
    states.into_iter().enumerate().map(line).collect()
}

fn cinemas() -> Vec<CinemaShows> {
    let one = |id: i64, name: &str| CinemaShows { cinema: CinemaId(id), name: name.into(), shows: lines() };
    vec![one(1, HOSTILE), one(2, "Rex")]
}

fn choices(several: bool) -> Arc<Choices> {
    let several = |all: &[&str]| all.iter().take(if several { 9 } else { 0 }).map(|text| (*text).to_owned()).collect();
    let names: Vec<String> = several(&[HOSTILE, "Rex"]);
    let cinemas = (1..).map(CinemaId).zip(names).collect();
    Arc::new(Choices { cinemas, formats: several(&["2D", HOSTILE]), languages: several(&["de", HOSTILE]) })
}

fn strip(moving: bool) -> Strip {
    let today = date(2027, 1, 15);
    let day = |index: i64| StripDay {
        date: today.checked_add(index.days()).unwrap(),
        shows: usize::try_from(index).unwrap(),
    };
    Strip {
        today: (!moving).then_some(today),
        days: (0..7).map(day).collect(),
        earlier: moving.then_some(today),
        later: moving.then_some(today),
    }
}

fn wanted(some: bool) -> Wanted {
    if !some {
        return Wanted::default();
    }
    let (format, language) = (Some("2D".into()), Some(HOSTILE.into()));
    Wanted { cinema: Some(CinemaId(1)), day: Some(date(2027, 1, 16)), format, language }
}

fn day(full: bool, next: bool) -> DayProgramme {
    let of = |film: Arc<Film>| FilmShows { poster: picture(&film), film, cinemas: cinemas() };
    DayProgramme {
        wanted: wanted(next),
        ignored: if full {
            vec![Ignored::Cinema, Ignored::Day, Ignored::Format, Ignored::Language]
        } else {
            Vec::new()
        },
        choices: choices(full || next),
        day: date(2027, 1, 15),
        strip: strip(next),
        films: if full { vec![of(film(true)), of(film(false))] } else { Vec::new() },
        over: usize::from(full),
        left_out: usize::from(full),
        next: next.then(|| date(2027, 1, 20)),
        basis: Basis::default(),
    }
}

fn wall(full: bool, chosen: bool) -> FilmWall {
    let next = |film: Arc<Film>| {
        let facts = facts(true);
        FilmNext { poster: picture(&film), film, local: facts.zone.to_datetime(NOW.timestamp()), next: facts, shows: 2 }
    };
    FilmWall {
        wanted: wanted(chosen),
        ignored: Vec::new(),
        choices: choices(full || chosen),
        strip: strip(chosen),
        films: if full { vec![next(film(true)), next(film(false))] } else { Vec::new() },
        basis: Basis::default(),
    }
}

pub(super) fn programmes(t: Text) -> Vec<Programme> {
    let days = [(true, false), (true, true), (false, false), (false, true)];
    let days = days.map(|(full, next)| Programme::of_day(t, day(full, next), Vec::new()));
    let walls = [(true, false), (true, true), (false, false), (false, true)];
    let walls = walls.map(|(full, chosen)| Programme::of_films(t, wall(full, chosen), vec![Ignored::Day]));
    days.into_iter().chain(walls).collect()
}

pub(crate) fn films() -> Vec<FilmProgramme> {
    let today = date(2027, 1, 15);
    let one = |full: bool, days: i64| FilmProgramme {
        film: film(full),
        poster: picture(&film(full)),
        today: full.then_some(today),
        days: (0..days)
            .map(|day| FilmDay { date: today.checked_add(day.days()).unwrap(), cinemas: cinemas() })
            .collect(),
        several_cinemas: full,
        left_out: usize::from(full),
        basis: Basis::default(),
    };
    vec![one(true, 3), one(false, 1), one(false, 0)]
}
