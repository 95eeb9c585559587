//! What is on, as visitors read it: by day, by film, one film.
//!
//! All coming shows stand in one [`Snapshot`] a generation of the catalogue, so that a page costs no query. What a page
//! says about sales and seats changes without the catalogue: a [`Basis`] tells whether a page that was made is still
//! true.

mod basis;
mod choose;
mod film;
mod snapshot;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use basis::Basis;
pub use choose::{Choices, Ignored, Wanted};
pub use film::{FilmDay, FilmProgramme};
use houselights_domain::{CinemaId, MovieId, ShowId, show::Availability, show::Sales};
use houselights_store::Db;
use jiff::{
    ToSpan as _,
    civil::{Date, DateTime},
};
use parking_lot::RwLock;
use snapshot::Snapshot;
pub use snapshot::{Film, Listed};

use crate::{
    catalogue::{Catalogue, ShowFacts},
    clock::Clock,
    error::Result,
    occupancy::Occupancy,
    posters::{Mark, Posters, Wall},
};

/// The most shows on one page: more than that nobody reads, and a chain's visitors choose a cinema.
const MOST_ON_A_PAGE: usize = 400;
/// Days that are offered side by side.
const WEEK: i64 = 7;

/// The programme for visitors.
#[derive(Debug)]
pub struct Listings {
    pub(crate) db: Db,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) occupancy: Arc<Occupancy>,
    pub(crate) posters: Arc<Posters>,
    pub(crate) clock: Arc<dyn Clock>,
    current: RwLock<Option<Arc<Snapshot>>>,
    making: tokio::sync::Mutex<()>,
}

/// A show as a line of a list.
#[derive(Clone, Debug)]
pub struct ShowLine {
    /// The show.
    pub facts: Arc<ShowFacts>,
    /// When it begins by the cinema's clock.
    pub local: DateTime,
    /// What is spoken: the show's own word, or the film's only language.
    pub language: Option<String>,
    /// Where its sales stand.
    pub sales: Sales,
    /// It has begun.
    pub begun: bool,
    /// What is left.
    pub seats: Availability,
}

/// The shows of one cinema.
#[derive(Clone, Debug)]
pub struct CinemaShows {
    /// The cinema.
    pub cinema: CinemaId,
    /// Its name.
    pub name: String,
    /// Soonest first.
    pub shows: Vec<ShowLine>,
}

/// A film with its shows of one day.
#[derive(Clone, Debug)]
pub struct FilmShows {
    /// The film.
    pub film: Arc<Film>,
    /// The picture of its poster, where there is one.
    pub poster: Option<Mark>,
    /// By name.
    pub cinemas: Vec<CinemaShows>,
}

/// A day of the strip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StripDay {
    /// The day.
    pub date: Date,
    /// How many of its shows match and are not over.
    pub shows: usize,
}

/// The days that are offered, and how to come to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strip {
    /// Today, if all cinemas in question agree on the date.
    pub today: Option<Date>,
    /// A week.
    pub days: Vec<StripDay>,
    /// A day of the week before, unless it is over.
    pub earlier: Option<Date>,
    /// The next day with a show after this week.
    pub later: Option<Date>,
}

/// One day's programme.
#[derive(Clone, Debug)]
pub struct DayProgramme {
    /// What was asked for, without what was [`Ignored`].
    pub wanted: Wanted,
    /// What was asked for and cannot be.
    pub ignored: Vec<Ignored>,
    /// What can be chosen.
    pub choices: Arc<Choices>,
    /// The day.
    pub day: Date,
    /// Days to choose from.
    pub strip: Strip,
    /// Films in order of their next show.
    pub films: Vec<FilmShows>,
    /// Shows of this day that are over.
    pub over: usize,
    /// Shows for which there was no room.
    pub left_out: usize,
    /// Where there are none: the next day that has some.
    pub next: Option<Date>,
    /// What all this rests on.
    pub basis: Basis,
}

/// A film with its next show.
#[derive(Clone, Debug)]
pub struct FilmNext {
    /// The film.
    pub film: Arc<Film>,
    /// The picture of its poster, where there is one.
    pub poster: Option<Mark>,
    /// The next show.
    pub next: Arc<ShowFacts>,
    /// When that begins by the cinema's clock.
    pub local: DateTime,
    /// How many shows match.
    pub shows: usize,
}

/// All films that are on.
#[derive(Clone, Debug)]
pub struct FilmWall {
    /// What was asked for, without what was [`Ignored`].
    pub wanted: Wanted,
    /// What was asked for and cannot be.
    pub ignored: Vec<Ignored>,
    /// What can be chosen.
    pub choices: Arc<Choices>,
    /// Days to choose from.
    pub strip: Strip,
    /// Films in order of their next show.
    pub films: Vec<FilmNext>,
    /// What all this rests on.
    pub basis: Basis,
}

impl Listings {
    pub(crate) fn new(
        db: Db,
        catalogue: Arc<Catalogue>,
        occupancy: Arc<Occupancy>,
        posters: Arc<Posters>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            db,
            catalogue,
            occupancy,
            posters,
            clock,
            current: RwLock::default(),
            making: tokio::sync::Mutex::default(),
        }
    }

    /// What is on as it stands now.
    async fn snapshot(&self) -> Result<Arc<Snapshot>> {
        if let Some(snapshot) = self.fresh() {
            return Ok(snapshot);
        }
        let _one_at_a_time = self.making.lock().await;
        if let Some(snapshot) = self.fresh() {
            return Ok(snapshot);
        }
        let made = Arc::new(Snapshot::read(&self.catalogue, self.clock.now()).await?);
        *self.current.write() = Some(Arc::clone(&made));
        Ok(made)
    }

    fn fresh(&self) -> Option<Arc<Snapshot>> {
        let current = self.current.read();
        current.as_ref().filter(|snapshot| snapshot.is_good(self.catalogue.generation(), self.clock.now())).cloned()
    }

    /// The programme of a day: the one that is wanted, else the next that has a show.
    pub async fn day(&self, wanted: Wanted) -> Result<DayProgramme> {
        let wall = self.posters.wall().await;
        let (snapshot, now) = (self.snapshot().await?, self.clock.now());
        let (wanted, ignored) = snapshot.accept(wanted, now);
        let matching = snapshot.matching(&wanted);
        let coming = || matching.iter().filter(|show| !show.is_over(now));
        let today = snapshot.today(&wanted, now);
        let day = wanted.day.or_else(|| coming().map(|show| show.day()).min()).unwrap_or(today.first);
        let of_day: Vec<&Listed> = coming().filter(|show| show.day() == day).copied().collect();
        let over = matching.iter().filter(|show| show.day() == day && show.is_over(now)).count();
        let left_out = of_day.len().saturating_sub(MOST_ON_A_PAGE);
        let shown = &of_day[..of_day.len() - left_out];
        let lines = self.lines(shown, now).await?;
        let next = of_day.is_empty().then(|| coming().map(|show| show.day()).filter(|other| *other > day).min());
        Ok(DayProgramme {
            strip: strip(&matching, today, day, now),
            basis: Basis::of(&snapshot, &matching, &lines, now).with(&wall),
            films: by_film(shown, lines, &wall),
            choices: Arc::clone(&snapshot.choices),
            next: next.flatten(),
            wanted,
            ignored,
            day,
            over,
            left_out,
        })
    }

    /// All films that match, each with its next show; without a day, of all days.
    pub async fn films(&self, wanted: Wanted) -> Result<FilmWall> {
        let wall = self.posters.wall().await;
        let (snapshot, now) = (self.snapshot().await?, self.clock.now());
        let (wanted, ignored) = snapshot.accept(wanted, now);
        let matching = snapshot.matching(&wanted);
        let today = snapshot.today(&wanted, now);
        let mut films: Vec<FilmNext> = Vec::new();
        let sold = |show: &&&Listed| !show.is_over(now) && !show.facts.row.called_off;
        let on_day = |show: &&&Listed| wanted.day.is_none_or(|day| show.day() == day);
        for show in matching.iter().filter(sold).filter(on_day) {
            match films.iter_mut().find(|known| known.film.id == show.film.id) {
                Some(known) => known.shows += 1,
                None => films.push(FilmNext {
                    film: Arc::clone(&show.film),
                    poster: wall.mark(show.film.poster.as_deref()),
                    next: Arc::clone(&show.facts),
                    local: show.local,
                    shows: 1,
                }),
            }
        }
        let day = wanted.day.unwrap_or(today.first);
        Ok(FilmWall {
            strip: strip(&matching, today, day, now),
            basis: Basis::of(&snapshot, &matching, &[], now).with(&wall),
            choices: Arc::clone(&snapshot.choices),
            wanted,
            ignored,
            films,
        })
    }

    /// One film with all its coming shows. A film that is not on has none.
    pub async fn film(&self, id: MovieId) -> Result<FilmProgramme> {
        let wall = self.posters.wall().await;
        let (snapshot, now) = (self.snapshot().await?, self.clock.now());
        let film = match snapshot.film(id) {
            Some(film) => film,
            None => Arc::new(Film::of(self.catalogue.movie(id).await?)),
        };
        let matching: Vec<&Listed> = snapshot.shows.iter().filter(|show| show.film.id == id).collect();
        let coming: Vec<&Listed> = matching.iter().filter(|show| !show.is_over(now)).copied().collect();
        let left_out = coming.len().saturating_sub(MOST_ON_A_PAGE);
        let shown = &coming[..coming.len() - left_out];
        let lines = self.lines(shown, now).await?;
        let basis = Basis::of(&snapshot, &matching, &lines, now).with(&wall);
        let today = snapshot.today(&Wanted::default(), now);
        let several_cinemas = snapshot.choices.cinemas.len() > 1;
        let (poster, today) = (wall.mark(film.poster.as_deref()), today.agreed());
        Ok(FilmProgramme { film, poster, today, days: film::by_day(lines), several_cinemas, left_out, basis })
    }

    /// A film's own facts, such as for its poster.
    pub async fn film_facts(&self, id: MovieId) -> Result<Arc<Film>> {
        match self.snapshot().await?.film(id) {
            Some(film) => Ok(film),
            None => Ok(Arc::new(Film::of(self.catalogue.movie(id).await?))),
        }
    }

    /// Whether what was made on this basis is what would be made now.
    pub async fn still(&self, basis: &Basis) -> bool {
        let wall = self.posters.wall().await;
        basis.holds(&self.catalogue, &self.occupancy, &wall, self.clock.now())
    }

    async fn lines(&self, shows: &[&Listed], now: houselights_domain::UtcMicros) -> Result<Vec<ShowLine>> {
        let ids: Vec<ShowId> = shows.iter().map(|show| show.facts.row.id).collect();
        let taken = self.occupancy.look(&self.db, &ids, |seats| seats.taken(now)).await?;
        Ok(shows.iter().zip(taken).map(|(show, taken)| show.line(taken, now)).collect())
    }
}

fn strip(matching: &[&Listed], today: snapshot::Today, day: Date, now: houselights_domain::UtcMicros) -> Strip {
    let weeks = today.first.until(day).map_or(0, |span| i64::from(span.get_days()).max(0) / WEEK);
    let plus = |days: i64| today.first.checked_add(days.days()).unwrap_or(today.first);
    let coming = || matching.iter().filter(|show| !show.is_over(now)).map(|show| show.day());
    let days: Vec<StripDay> = (0..WEEK)
        .map(|index| plus(weeks * WEEK + index))
        .map(|date| StripDay { date, shows: coming().filter(|other| *other == date).count() })
        .collect();
    Strip {
        today: today.agreed(),
        earlier: (weeks > 0).then(|| plus((weeks - 1) * WEEK)),
        later: coming().filter(|other| *other >= plus((weeks + 1) * WEEK)).min(),
        days,
    }
}

/// Shows come soonest first, and so do the films.
fn by_film(shows: &[&Listed], lines: Vec<ShowLine>, wall: &Wall) -> Vec<FilmShows> {
    let mut films: Vec<FilmShows> = Vec::new();
    for (show, line) in shows.iter().zip(lines) {
        let known = films.iter().position(|known| known.film.id == show.film.id);
        let at = known.unwrap_or_else(|| {
            let poster = wall.mark(show.film.poster.as_deref());
            films.push(FilmShows { film: Arc::clone(&show.film), poster, cinemas: Vec::new() });
            films.len() - 1
        });
        add(&mut films[at].cinemas, line);
    }
    films
}

/// Puts a show with its cinema; cinemas stand by name.
fn add(cinemas: &mut Vec<CinemaShows>, line: ShowLine) {
    let row = &line.facts.row;
    if let Some(known) = cinemas.iter_mut().find(|known| known.cinema == row.cinema) {
        known.shows.push(line);
    } else {
        let before = cinemas.partition_point(|known| known.name <= row.cinema_name);
        let (cinema, name) = (row.cinema, row.cinema_name.clone());
        cinemas.insert(before, CinemaShows { cinema, name, shows: vec![line] });
    }
}
