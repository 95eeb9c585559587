//! What the database has of the things that a file, or a staff form, speaks of.

use std::collections::{BTreeSet, HashMap};

use houselights_domain::{
    CinemaId, MovieId, ScreenId,
    draft::{KnownMovie, KnownScreen, ScreenPath},
    programme::{Known, Programme},
};
use houselights_store::{
    Query,
    cold::{
        catalogue::Movie,
        cinemas::{self, CinemaRow},
        movies,
        screens::{self, ScreenRow},
        shows::{self, StoredShow},
    },
};
use jiff::tz::TimeZone;

use crate::error::{Error, Result};

/// Rows by key; kept true while an import changes them.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    pub(crate) cinemas: HashMap<String, CinemaRow>,
    pub(crate) screens: HashMap<ScreenPath, ScreenRow>,
    pub(crate) movies: HashMap<String, Movie>,
    pub(crate) shows: HashMap<String, StoredShow>,
    /// Screens whose pause between two films was changed.
    pub(crate) recleaned: Vec<ScreenId>,
    /// Movies whose running time was changed.
    pub(crate) relengthed: Vec<MovieId>,
}

impl Stored {
    /// Reads all cinemas and screens, and the movies and shows of the file.
    pub(crate) async fn for_file(db: &impl Query, file: &Programme) -> Result<Self> {
        let own = file.movies.iter().map(|movie| movie.key.as_str());
        let played = file.shows.iter().map(|show| show.movie.as_str());
        let movie_keys: Vec<&str> = own.chain(played).collect::<BTreeSet<_>>().into_iter().collect();
        let show_keys: Vec<&str> = file.shows.iter().map(|show| show.key.as_str()).collect();
        let cinemas = cinemas::page(db, CinemaId(0), i64::MAX).await?;
        let screens = screens::page(db, ScreenId(0), i64::MAX).await?;
        let movies = movies::of_keys(db, &movie_keys).await?;
        let shows = shows::of_keys(db, &show_keys).await?;
        Ok(Self {
            cinemas: cinemas.into_iter().map(|row| (row.key.clone(), row)).collect(),
            screens: screens.into_iter().map(|row| (path_of(&row), row)).collect(),
            movies: movies.into_iter().map(|row| (row.key.clone(), row)).collect(),
            shows: shows.into_iter().map(|row| (row.key.clone(), row)).collect(),
            ..Self::default()
        })
    }

    /// Reads all cinemas and screens, and nothing else.
    pub(crate) async fn places(db: &impl Query) -> Result<Self> {
        Self::for_file(db, &Programme::default()).await
    }

    /// What a file's shows may refer to.
    pub(crate) fn known(&self) -> Result<Known> {
        let mut known = Known::default();
        for (key, movie) in &self.movies {
            let duration_minutes = movie.as_asked()?.duration_minutes;
            known.movies.insert(key.clone(), KnownMovie { duration_minutes });
        }
        for (path, screen) in &self.screens {
            known.screens.insert(path.clone(), known_screen(screen)?);
        }
        Ok(known)
    }
}

/// A screen's path.
pub(crate) fn path_of(row: &ScreenRow) -> ScreenPath {
    ScreenPath { cinema: row.cinema_key.clone(), screen: row.key.clone() }
}

/// What a show needs to know of a stored screen.
pub(crate) fn known_screen(row: &ScreenRow) -> Result<KnownScreen> {
    Ok(KnownScreen {
        zone: zone(&row.timezone)?,
        currency: row.currency.parse().map_err(|error| Error::Bug(format!("cinema {}: {error}", row.cinema)))?,
        cleaning_minutes: row.cleaning_minutes,
    })
}

/// A stored zone.
pub(crate) fn zone(name: &str) -> Result<TimeZone> {
    TimeZone::get(name).map_err(|_| Error::Bug(format!("the time zone {name} is unknown to this build")))
}
