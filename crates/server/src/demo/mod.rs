//! The demo's programme: a pure function of the present instant.
//!
//! What runs on a screen on a day follows from that day alone. Starting again tomorrow adds the days that are new, and
//! changes nothing about those that were there, so bookings stay good.

mod crowd;
mod films;
mod halls;
mod sales;
mod seed;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use houselights_domain::{
    UtcMicros,
    draft::{CinemaDraft, DEFAULT_CLEANING_MINUTES, MovieDraft, ScreenDraft, ShowDraft},
    programme::Programme,
};
pub(crate) use seed::{banner, guard, guard_open, seed};

use jiff::{
    ToSpan as _,
    civil::{Date, DateTime},
    tz::TimeZone,
};

/// Today and the six days after it.
const DAYS: i64 = 7;
/// The first film begins about then, in minutes after midnight.
const OPENING: i64 = 11 * 60;
/// The last one begins no later.
const LAST_START: i64 = 21 * 60 + 45;
/// Films begin at full five minutes.
const GRID: i64 = 5;

/// A week of shows from `now`'s day on, in each cinema's own zone.
fn programme(now: UtcMicros) -> Programme {
    let (cinemas, movies) = (halls::cinemas(), films::films());
    let mut shows = Vec::new();
    for cinema in &cinemas {
        let zone = TimeZone::get(&cinema.timezone).unwrap_or(TimeZone::UTC);
        let today = zone.to_datetime(now.timestamp()).date();
        for (index, screen) in (0..).zip(&cinema.screens) {
            for day in 0..DAYS {
                if let Ok(date) = today.checked_add(day.days()) {
                    shows.extend(day_on_screen(cinema, screen, index, date, &movies));
                }
            }
        }
    }
    lead_with_the_latest(&mut shows, &movies);
    Programme { cinemas, movies, shows }
}

/// What runs on one screen on one day, one film after the other.
fn day_on_screen(
    cinema: &CinemaDraft,
    screen: &ScreenDraft,
    index: i64,
    date: Date,
    movies: &[MovieDraft],
) -> Vec<ShowDraft> {
    let cleaning = screen.cleaning_minutes.unwrap_or(i64::from(DEFAULT_CLEANING_MINUTES));
    let count = i64::try_from(movies.len()).unwrap_or(1).max(1);
    // Screens open one after the other, so that not everybody stands at the counter at once.
    let mut start = OPENING + index * 20;
    // A step of five through twelve films shows each once before any comes again.
    let first = day_number(date) * 7 + index * 3 + i64::try_from(cinema.key.len()).unwrap_or(0);
    let mut shows = Vec::new();
    while start <= LAST_START {
        let slot = i64::try_from(shows.len()).unwrap_or(0);
        let which = usize::try_from((first + slot * 5).rem_euclid(count)).unwrap_or(0);
        let Some(movie) = movies.get(which) else { break };
        let Some(starts_at) = at(date, start) else { break };
        shows.push(show(cinema, screen, movie, starts_at, slot));
        let free = start + movie.duration_minutes + cleaning;
        start = (free + GRID - 1) / GRID * GRID;
    }
    shows
}

fn show(cinema: &CinemaDraft, screen: &ScreenDraft, movie: &MovieDraft, starts_at: DateTime, slot: i64) -> ShowDraft {
    let language = movie.languages.first().cloned();
    let spoken_here = match cinema.currency.as_str() {
        "EUR" => "de",
        _ => "en",
    };
    let subtitles = language.as_deref().filter(|language| *language != spoken_here).map(|_| spoken_here.to_owned());
    ShowDraft {
        key: format!("demo-{}-{}-{}-{}", starts_at.date(), cinema.key, screen.key, slot + 1),
        movie: movie.key.clone(),
        screen: format!("{}/{}", cinema.key, screen.key),
        starts_at: starts_at.to_string(),
        format: Some(format(movie, slot).into()),
        audio: language,
        subtitles,
        prices: prices(&cinema.currency, starts_at.hour() < 17),
        ..ShowDraft::default()
    }
}

/// The old films come as prints or as restorations.
fn format(movie: &MovieDraft, slot: i64) -> &'static str {
    let old = movie.release_date.as_deref().is_some_and(|day| day.starts_with("19"));
    match (old, slot % 2) {
        (false, _) => "2D",
        (true, 0) => "35 mm",
        (true, _) => "4K",
    }
}

/// Matinees are cheaper; a companion's seat costs nothing.
fn prices(currency: &str, matinee: bool) -> BTreeMap<String, i64> {
    let standard = match (currency, matinee) {
        ("GBP", true) => 850,
        ("GBP", false) => 1250,
        ("EUR", true) => 900,
        ("EUR", false) => 1300,
        (_, true) => 1100,
        (_, false) => 1650,
    };
    let of = |band: &str, price: i64| (band.to_owned(), price);
    BTreeMap::from([
        of("standard", standard),
        of("premium", standard + 400),
        of("sofa", standard + 600),
        of("wheelchair", standard),
        of("companion", 0),
    ])
}

/// The first show of the file becomes show 1 of a new database, which is the one that everybody's first command
/// books: so it is one of the week's last day, of the first film, and in a hall with room for everybody.
fn lead_with_the_latest(shows: &mut Vec<ShowDraft>, movies: &[MovieDraft]) {
    shows.sort_by(|a, b| (&a.starts_at, &a.screen).cmp(&(&b.starts_at, &b.screen)));
    let first = movies.first().map(|movie| movie.key.as_str());
    let leads =
        |show: &ShowDraft| Some(show.movie.as_str()) == first && !halls::LOUNGES.contains(&show.screen.as_str());
    if let Some(latest) = shows.iter().rposition(leads) {
        let latest = shows.remove(latest);
        shows.insert(0, latest);
    }
}

fn day_number(date: Date) -> i64 {
    i64::from(date.day_of_year()) + i64::from(date.year()) * 366
}

fn at(date: Date, minutes: i64) -> Option<DateTime> {
    date.at(0, 0, 0, 0).checked_add(minutes.minutes()).ok()
}
