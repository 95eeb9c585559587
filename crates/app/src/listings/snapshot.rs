//! All coming shows at one generation of the catalogue.

use std::{collections::HashMap, sync::Arc};

use houselights_domain::{
    CinemaId, MovieId, UtcMicros,
    show::{Availability, Sales},
};
use jiff::{
    civil::{Date, DateTime},
    tz::TimeZone,
};

use super::{Choices, ShowLine, Wanted};
use crate::{
    catalogue::{Catalogue, Movie, MovieFilter, ShowFacts},
    error::Result,
};

/// How far back shows are kept: the whole of today in every zone, on the day of 25 hours too.
const LOOK_BACK: i64 = 36 * 60 * UtcMicros::MINUTE;
/// After so long it is made anew, so that shows which are over do not pile up.
const GOOD_FOR: i64 = 60 * UtcMicros::MINUTE;
/// The most shows and films kept: the soonest.
const MOST: u32 = 50_000;

/// A film as visitors read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Film {
    /// Its number.
    pub id: MovieId,
    /// Its title.
    pub title: String,
    /// Its running time.
    pub duration_minutes: i64,
    /// The age rating.
    pub certificate: Option<String>,
    /// Codes of the languages spoken in it.
    pub languages: Vec<String>,
    /// Such as `Drama`.
    pub genres: Vec<String>,
    /// A few sentences; may be empty.
    pub synopsis: String,
    /// Day of release.
    pub released: Option<Date>,
    /// The file of its poster, which may not be there.
    pub poster: Option<String>,
}

impl Film {
    pub(super) fn of(movie: Movie) -> Self {
        Self {
            id: movie.id,
            title: movie.title,
            duration_minutes: movie.duration_minutes,
            certificate: movie.certificate,
            languages: movie.languages,
            genres: movie.genres,
            synopsis: movie.synopsis,
            released: movie.release_date.and_then(|day| day.parse().ok()),
            poster: movie.poster,
        }
    }
}

/// A show with what lists sort and filter it by.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The show.
    pub facts: Arc<ShowFacts>,
    /// Its film.
    pub film: Arc<Film>,
    /// When it begins by the cinema's clock.
    pub local: DateTime,
}

impl Listed {
    pub(super) fn of(facts: Arc<ShowFacts>, film: Arc<Film>) -> Self {
        let local = facts.zone.to_datetime(facts.row.starts_at.timestamp());
        Self { facts, film, local }
    }

    /// The day on which it begins by the cinema's calendar: a quarter past midnight is tomorrow.
    pub fn day(&self) -> Date {
        self.local.date()
    }

    /// What is spoken.
    pub fn language(&self) -> Option<&str> {
        self.facts.spoken(&self.film.languages)
    }

    /// It has begun and nobody can go in any more.
    pub(super) fn is_over(&self, now: UtcMicros) -> bool {
        self.facts.row.starts_at <= now && self.facts.sales(now) != Sales::Open
    }

    pub(super) fn line(&self, taken: u32, now: UtcMicros) -> ShowLine {
        ShowLine {
            facts: Arc::clone(&self.facts),
            local: self.local,
            language: self.language().map(str::to_owned),
            sales: self.facts.sales(now),
            begun: self.facts.row.starts_at <= now,
            seats: Availability::of(self.facts.row.total_seats, taken),
        }
    }
}

/// What day it is in the cinemas in question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Today {
    /// Where the sun rises last.
    pub(super) first: Date,
    /// Where it rises first.
    pub(super) last: Date,
}

impl Today {
    /// The date, if it is the same everywhere.
    pub(super) fn agreed(self) -> Option<Date> {
        (self.first == self.last).then_some(self.first)
    }
}

/// What is on.
#[derive(Debug)]
pub(super) struct Snapshot {
    pub(super) generation: u64,
    made_at: UtcMicros,
    /// Soonest first.
    pub(super) shows: Vec<Listed>,
    pub(super) choices: Arc<Choices>,
    zones: Vec<(CinemaId, TimeZone)>,
    films: HashMap<MovieId, Arc<Film>>,
}

impl Snapshot {
    /// Reads what is on at `now`.
    pub(super) async fn read(catalogue: &Catalogue, now: UtcMicros) -> Result<Self> {
        // Read before the rows: if a change comes in between, this is already out of date.
        let generation = catalogue.generation();
        let from = now.plus(-LOOK_BACK);
        let shows = catalogue.shows_from(from, MOST).await?;
        let filter = MovieFilter {
            search: String::new(),
            from,
            to: UtcMicros::NEVER,
            bounded: true,
            after: MovieId(0),
            limit: i64::from(MOST),
        };
        let films = catalogue.movies(filter).await?.into_iter().map(Film::of).collect();
        Ok(Self::of(generation, now, shows, films))
    }

    pub(super) fn of(generation: u64, now: UtcMicros, shows: Vec<Arc<ShowFacts>>, films: Vec<Film>) -> Self {
        let films: HashMap<MovieId, Arc<Film>> = films.into_iter().map(|film| (film.id, Arc::new(film))).collect();
        // A show whose film came between the two queries waits for the next snapshot, which is due already.
        let listed =
            |facts: Arc<ShowFacts>| Some(Listed::of(Arc::clone(&facts), Arc::clone(films.get(&facts.row.movie)?)));
        let shows: Vec<Listed> = shows.into_iter().filter_map(listed).collect();
        let mut zones: Vec<(CinemaId, TimeZone)> = Vec::new();
        for show in &shows {
            if zones.iter().all(|(known, _)| *known != show.facts.row.cinema) {
                zones.push((show.facts.row.cinema, show.facts.zone.clone()));
            }
        }
        let choices = Arc::new(Choices::of(&shows));
        Self { generation, made_at: now, shows, choices, zones, films }
    }

    pub(super) fn is_good(&self, generation: u64, now: UtcMicros) -> bool {
        self.generation == generation && now < self.until()
    }

    /// From when on it is too old.
    pub(super) fn until(&self) -> UtcMicros {
        self.made_at.plus(GOOD_FOR)
    }

    pub(super) fn film(&self, id: MovieId) -> Option<Arc<Film>> {
        self.films.get(&id).cloned()
    }

    /// Shows of all days that are wanted.
    pub(super) fn matching(&self, wanted: &Wanted) -> Vec<&Listed> {
        self.shows.iter().filter(|show| wanted.matches(show)).collect()
    }

    /// Today, in the wanted cinema or in all.
    pub(super) fn today(&self, wanted: &Wanted, now: UtcMicros) -> Today {
        let dates = self.zones.iter().filter(|(cinema, _)| wanted.cinema.is_none_or(|one| one == *cinema));
        let mut dates = dates.map(|(_, zone)| zone.to_datetime(now.timestamp()).date());
        let first = dates.next().unwrap_or_else(|| TimeZone::UTC.to_datetime(now.timestamp()).date());
        dates.fold(Today { first, last: first }, |today, date| Today {
            first: today.first.min(date),
            last: today.last.max(date),
        })
    }

    /// The next midnight in any of the cinemas.
    pub(super) fn midnight(&self, now: UtcMicros) -> UtcMicros {
        let next = |zone: &TimeZone| {
            let tomorrow = zone.to_datetime(now.timestamp()).date().tomorrow().ok()?;
            Some(UtcMicros::from(tomorrow.to_zoned(zone.clone()).ok()?.timestamp()))
        };
        self.zones.iter().filter_map(|(_, zone)| next(zone)).min().unwrap_or(UtcMicros::NEVER)
    }
}
