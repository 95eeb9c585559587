//! The whole of a programme: what its parts say about each other.

use std::collections::{BTreeMap, HashMap, hash_map::Entry};

use jiff::tz::TimeZone;

use super::Programme;
use crate::{
    draft::{CinemaDraft, KnownMovie, KnownScreen, NewCinema, NewMovie, NewShow, ScreenPath},
    money::Currency,
    problem::{Problem, Problems, quoted},
    show::overlaps,
};

/// What the database has already, to which a file's shows may refer. A part of the file itself comes first.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Movies by key.
    pub movies: BTreeMap<String, KnownMovie>,
    /// Screens by cinema and screen.
    pub screens: BTreeMap<ScreenPath, KnownScreen>,
}

/// A programme that may be stored, save for overlaps with the shows that the database has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedProgramme {
    /// In the file's order, with distinct keys.
    pub cinemas: Vec<NewCinema>,
    /// In the file's order, with distinct keys.
    pub movies: Vec<NewMovie>,
    /// In the file's order, with distinct keys; each one's movie and screen are in this file or known.
    pub shows: Vec<NewShow>,
}

/// What the file's shows may refer to. `None`: a part of this file with problems of its own, which are told
/// there and not again at every show.
struct Index<'a> {
    known: &'a Known,
    movies: HashMap<&'a str, Option<KnownMovie>>,
    cinemas: HashMap<&'a str, Option<(TimeZone, Currency)>>,
    screens: HashMap<(&'a str, &'a str), Option<KnownScreen>>,
}

impl Programme {
    /// Checks every part and what the parts say about each other. All problems are told at once, up to
    /// [`crate::problem::MAX_PROBLEMS`], each with its path: `shows[3].starts_at`.
    pub fn check(&self, known: &Known) -> Result<CheckedProgramme, Vec<Problem>> {
        let mut problems = Problems::default();
        let mut index = Index { known, movies: HashMap::new(), cinemas: HashMap::new(), screens: HashMap::new() };
        let cinemas = self.check_cinemas(&mut index, &mut problems);
        let movies = self.check_movies(&mut index, &mut problems);
        let shows = self.check_shows(&index, &mut problems);
        tell_overlaps(&shows, &index, &mut problems);
        let shows = shows.into_iter().map(|(_, show)| show).collect();
        problems.finish(Some(CheckedProgramme { cinemas, movies, shows }))
    }

    fn check_cinemas<'a>(&'a self, index: &mut Index<'a>, problems: &mut Problems) -> Vec<NewCinema> {
        let mut keys = Keys::default();
        let mut cinemas = Vec::new();
        for (at, draft) in self.cinemas.iter().enumerate() {
            let path = format!("cinemas[{at}]");
            keys.add(&path, &draft.key, problems);
            let checked = problems.part(&path, NewCinema::check(draft));
            index.add_cinema(draft, checked.as_ref());
            cinemas.extend(checked);
        }
        cinemas
    }

    fn check_movies<'a>(&'a self, index: &mut Index<'a>, problems: &mut Problems) -> Vec<NewMovie> {
        let mut keys = Keys::default();
        let mut movies = Vec::new();
        for (at, draft) in self.movies.iter().enumerate() {
            let path = format!("movies[{at}]");
            keys.add(&path, &draft.key, problems);
            let checked = problems.part(&path, NewMovie::check(draft));
            let movie = checked.as_ref().map(|movie| KnownMovie { duration_minutes: movie.duration_minutes });
            index.movies.insert(&draft.key, movie);
            movies.extend(checked);
        }
        movies
    }

    /// The shows that are sound by themselves, each with its place in the file.
    fn check_shows(&self, index: &Index<'_>, problems: &mut Problems) -> Vec<(usize, NewShow)> {
        let mut keys = Keys::default();
        let mut shows = Vec::new();
        for (at, draft) in self.shows.iter().enumerate() {
            if problems.is_full() {
                break;
            }
            let path = format!("shows[{at}]");
            keys.add(&path, &draft.key, problems);
            let movie = problems.keep(&format!("{path}.movie"), index.movie(&draft.movie)).flatten();
            let screen = match draft.screen.parse() {
                Ok(place) => problems.keep(&format!("{path}.screen"), index.screen(&place)).flatten(),
                Err(_) => None, // told by the show's own check
            };
            let leads_somewhere = movie.is_some() && screen.is_some();
            let (movie, screen) = (movie.unwrap_or(NO_MOVIE), screen.unwrap_or_else(no_screen));
            let checked = problems.part(&path, NewShow::check(draft, movie, &screen));
            shows.extend(checked.filter(|_| leads_somewhere).map(|show| (at, show)));
        }
        shows
    }
}

impl<'a> Index<'a> {
    fn add_cinema(&mut self, draft: &'a CinemaDraft, checked: Option<&NewCinema>) {
        for screen in &draft.screens {
            self.screens.insert((&draft.key, &screen.key), None);
        }
        self.cinemas.insert(&draft.key, checked.map(|cinema| (cinema.zone.clone(), cinema.currency)));
        let Some(cinema) = checked else { return };
        for (draft_screen, screen) in draft.screens.iter().zip(&cinema.screens) {
            let known = KnownScreen {
                zone: cinema.zone.clone(),
                currency: cinema.currency,
                cleaning_minutes: screen.cleaning_minutes,
            };
            self.screens.insert((&draft.key, &draft_screen.key), Some(known));
        }
    }

    fn movie(&self, key: &str) -> Result<Option<KnownMovie>, String> {
        let found = self.movies.get(key).copied().or_else(|| self.known.movies.get(key).copied().map(Some));
        found.ok_or_else(|| format!("there is no movie {}, neither in this file nor before", quoted(key)))
    }

    /// A screen known before is taken with the zone and currency that this file gives to its cinema, if any.
    fn screen(&self, place: &ScreenPath) -> Result<Option<KnownScreen>, String> {
        if let Some(screen) = self.screens.get(&(&*place.cinema, &*place.screen)) {
            return Ok(screen.clone());
        }
        let Some(known) = self.known.screens.get(place) else {
            let name = quoted(&place.to_string());
            return Err(format!("there is no screen {name}, neither in this file nor before"));
        };
        Ok(match self.cinemas.get(&*place.cinema) {
            Some(Some((zone, currency))) => {
                Some(KnownScreen { zone: zone.clone(), currency: *currency, cleaning_minutes: known.cleaning_minutes })
            }
            Some(None) => None,
            None => Some(known.clone()),
        })
    }

    fn local(&self, show: &NewShow) -> String {
        match self.screen(&show.screen) {
            Ok(Some(screen)) => show.starts_at.rfc3339_in(&screen.zone),
            _ => show.starts_at.rfc3339_utc(),
        }
    }
}

/// Stands in for a movie that is missing or wrong, so that the rest of a show is checked all the same.
const NO_MOVIE: KnownMovie = KnownMovie { duration_minutes: 1 };

/// Stands in for a screen that is missing or wrong: UTC, so that no local time is refused for its sake.
fn no_screen() -> KnownScreen {
    KnownScreen { zone: TimeZone::UTC, currency: Currency::NONE, cleaning_minutes: 0 }
}

/// The keys of one kind, and where each was first.
#[derive(Default)]
struct Keys<'a>(HashMap<&'a str, String>);

impl<'a> Keys<'a> {
    fn add(&mut self, path: &str, key: &'a str, problems: &mut Problems) {
        match self.0.entry(key) {
            Entry::Vacant(vacant) => {
                vacant.insert(path.to_owned());
            }
            Entry::Occupied(first) => {
                problems.push(format!("{path}.key"), format!("{} is the key of {} already", quoted(key), first.get()));
            }
        }
    }
}

/// Tells each show that begins before the screen is free of an earlier one.
fn tell_overlaps(shows: &[(usize, NewShow)], index: &Index<'_>, problems: &mut Problems) {
    let mut by_screen: BTreeMap<&ScreenPath, Vec<(usize, &NewShow)>> = BTreeMap::new();
    for (at, show) in shows {
        by_screen.entry(&show.screen).or_default().push((*at, show));
    }
    for (screen, mut shows) in by_screen {
        shows.sort_by_key(|(at, show)| (show.starts_at, *at));
        let mut latest: Option<&NewShow> = None; // of those so far, the one that needs the screen longest
        for (at, show) in shows {
            if let Some(before) = latest.filter(|before| overlaps(before.slot, show.slot)) {
                let reason = format!(
                    "{} at {} overlaps {} at {} on screen {} (film and cleaning)",
                    quoted(&show.key),
                    index.local(show),
                    quoted(&before.key),
                    index.local(before),
                    quoted(&screen.to_string()),
                );
                problems.push(format!("shows[{at}].starts_at"), reason);
            }
            if latest.is_none_or(|before| show.slot.until > before.slot.until) {
                latest = Some(show);
            }
        }
    }
}
