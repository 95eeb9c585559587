//! One film and all its coming shows.

use std::sync::Arc;

use jiff::civil::Date;

use super::{Basis, CinemaShows, Film, ShowLine, add};
use crate::posters::Mark;

/// A film's shows of one day.
#[derive(Clone, Debug)]
pub struct FilmDay {
    /// The day by the cinemas' calendar.
    pub date: Date,
    /// By name.
    pub cinemas: Vec<CinemaShows>,
}

/// A film with its shows.
#[derive(Clone, Debug)]
pub struct FilmProgramme {
    /// The film.
    pub film: Arc<Film>,
    /// The picture of its poster, where there is one.
    pub poster: Option<Mark>,
    /// Today, if all cinemas agree on the date.
    pub today: Option<Date>,
    /// Soonest first; only days with shows.
    pub days: Vec<FilmDay>,
    /// Whether there are other cinemas, so that each has to be named.
    pub several_cinemas: bool,
    /// Shows for which there was no room.
    pub left_out: usize,
    /// What all this rests on.
    pub basis: Basis,
}

/// Shows come soonest first, but not so their days: zones differ.
pub(super) fn by_day(lines: Vec<ShowLine>) -> Vec<FilmDay> {
    let mut days: Vec<FilmDay> = Vec::new();
    for line in lines {
        let date = line.local.date();
        let at = days.partition_point(|known| known.date < date);
        if days.get(at).is_none_or(|known| known.date != date) {
            days.insert(at, FilmDay { date, cinemas: Vec::new() });
        }
        add(&mut days[at].cinemas, line);
    }
    days
}
