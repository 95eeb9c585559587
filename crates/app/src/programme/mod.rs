//! Programme files in and out: all of a file or nothing of it, and the same file again changes nothing.
//!
//! The functions here need a database and the time only, so that they work beside a server as well as inside one;
//! [`crate::Office`] is how a server calls them, because its catalogue has to learn of the change.

mod export;
mod films;
mod put;
mod stored;

use std::collections::BTreeSet;

use houselights_domain::{
    MovieId, Problem, ScreenId, UtcMicros,
    draft::{NewCinema, NewMovie, NewShow},
    problem::Problems,
    programme::Programme,
};
use houselights_store::{
    Db,
    cold::{
        movies as movie_rows, shows as show_rows,
        turns::{self, ProgrammeTurn},
    },
};
use tokio::sync::watch;

pub use export::export;
pub(crate) use export::{cinema_draft, movie_draft, screen_draft, show_draft};
pub use films::{ListFormat, MAX_LIST_BYTES, MoviesReport, import_movies};
pub(crate) use put::{Change, Put, Stop, TicketsMay, clash_told};
pub(crate) use stored::Stored;

use crate::{
    clock::Clock,
    error::{Error, Result},
};

/// What is told while an import runs: how many of how many parts are done.
pub type Progress<'p> = &'p mut (dyn FnMut(usize, usize) + Send);

/// What became of the parts of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// They were not there before.
    pub created: usize,
    /// They were there, and were different.
    pub changed: usize,
    /// They were there exactly so.
    pub unchanged: usize,
}

/// What an import has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Sites.
    pub cinemas: Counts,
    /// Auditoriums.
    pub screens: Counts,
    /// Films.
    pub movies: Counts,
    /// Screenings.
    pub shows: Counts,
}

impl ImportReport {
    /// Whether the import has changed anything.
    pub fn changed(&self) -> bool {
        [self.cinemas, self.screens, self.movies, self.shows].iter().any(|kind| kind.created + kind.changed > 0)
    }
}

impl Counts {
    const fn add(&mut self, change: Change) {
        match change {
            Change::Created => self.created += 1,
            Change::Changed => self.changed += 1,
            Change::Unchanged => self.unchanged += 1,
        }
    }
}

/// Imports a programme file: all of it, or nothing. [`Error::Invalid`] names the place and the reason of everything
/// that cannot be taken, up to [`houselights_domain::problem::MAX_PROBLEMS`].
pub async fn import(db: &Db, clock: &dyn Clock, text: String, progress: Progress<'_>) -> Result<ImportReport> {
    let file = tokio::task::spawn_blocking(move || Programme::parse(&text)).await;
    let file = file.map_err(|error| Error::Bug(format!("reading a file panicked: {error}")))?.map_err(invalid)?;
    let now = clock.now();
    let (told, mut tells) = watch::channel((0, file.parts()));
    let write = db.write(move |tx| {
        Box::pin(async move {
            let turn = turns::programme(tx).await?;
            take(&turn, &file, now, &told).await
        })
    });
    let mut write = std::pin::pin!(write);
    loop {
        tokio::select! {
            biased;
            result = &mut write => return result,
            Ok(()) = tells.changed() => {
                let (done, total) = *tells.borrow_and_update();
                progress(done, total);
            }
        }
    }
}

/// Problems as an error of a use case.
pub(crate) fn invalid(problems: Vec<Problem>) -> Error {
    Error::Invalid(problems.into_iter().map(|problem| (problem.path, problem.reason)).collect())
}

/// One file under way.
struct Import<'i> {
    tx: &'i ProgrammeTurn<'i>,
    now: UtcMicros,
    stored: Stored,
    report: ImportReport,
    problems: Problems,
    /// Screens that are cleaned longer and movies that became longer, with their places in the file.
    longer: Vec<(String, Longer)>,
    told: &'i watch::Sender<(usize, usize)>,
}

enum Longer {
    Screen(ScreenId),
    Movie(MovieId),
}

async fn take(
    tx: &ProgrammeTurn<'_>,
    file: &Programme,
    now: UtcMicros,
    told: &watch::Sender<(usize, usize)>,
) -> Result<ImportReport> {
    let stored = Stored::for_file(tx, file).await?;
    let checked = file.check(&stored.known()?).map_err(invalid)?;
    let problems = Problems::default();
    let mut import = Import { tx, now, stored, report: ImportReport::default(), problems, longer: Vec::new(), told };
    import.cinemas(&checked.cinemas).await?;
    import.movies(&checked.movies).await?;
    import.shows(&checked.shows).await?;
    import.problems.finish(Some(import.report)).map_err(invalid)
}

impl Import<'_> {
    async fn cinemas(&mut self, cinemas: &[NewCinema]) -> Result<()> {
        for (at, cinema) in cinemas.iter().enumerate() {
            let path = format!("cinemas[{at}]");
            let put = self.stored.put_cinema(self.tx, cinema).await;
            let Some(change) = self.settle(&path, put)? else { continue };
            self.report.cinemas.add(change);
            for (at, screen) in cinema.screens.iter().enumerate() {
                let path = format!("{path}.screens[{at}]");
                let put = self
                    .stored
                    .put_screen(self.tx, &cinema.key, screen, TicketsMay::NotLoseTheirLayout, self.now)
                    .await;
                if let Some(change) = self.settle(&path, put)? {
                    self.report.screens.add(change);
                }
                let longer = self.stored.recleaned.drain(..);
                self.longer.extend(longer.map(|id| (format!("{path}.cleaning_minutes"), Longer::Screen(id))));
            }
        }
        Ok(())
    }

    async fn movies(&mut self, movies: &[NewMovie]) -> Result<()> {
        for (at, movie) in movies.iter().enumerate() {
            let put = self.stored.put_movie(self.tx, movie, self.now).await;
            if let Some(change) = self.settle(&format!("movies[{at}]"), put)? {
                self.report.movies.add(change);
            }
            let longer = self.stored.relengthed.drain(..);
            self.longer.extend(longer.map(|id| (format!("movies[{at}].duration_minutes"), Longer::Movie(id))));
        }
        Ok(())
    }

    /// Puts all shows, and only then looks for overlaps: two shows of a file may change places.
    async fn shows(&mut self, shows: &[NewShow]) -> Result<()> {
        let mut moved = Vec::new();
        for (at, show) in shows.iter().enumerate() {
            if self.problems.is_full() {
                return Ok(());
            }
            let put = self.stored.put_show(self.tx, show, self.now).await;
            let Some((change, id)) = self.settle(&format!("shows[{at}]"), put)? else { continue };
            self.report.shows.add(change);
            if change != Change::Unchanged {
                moved.push((at, id));
            }
        }
        for (at, id) in moved {
            if let Some(clash) = show_rows::clash_of(self.tx, id).await? {
                self.problems.push(format!("shows[{at}].starts_at"), clash_told(&clash));
            }
        }
        self.longer_than_before().await
    }

    /// A film that became longer, or a screen that is cleaned longer, may now run into shows that are not in the file.
    async fn longer_than_before(&mut self) -> Result<()> {
        for (path, which) in std::mem::take(&mut self.longer) {
            let clash = match which {
                Longer::Screen(id) => show_rows::clash_on_screen(self.tx, id, self.now).await?,
                Longer::Movie(id) => show_rows::clash_of_movie(self.tx, id, self.now).await?,
            };
            if let Some(clash) = clash {
                self.problems.push(path, clash_told(&clash));
            }
        }
        Ok(())
    }

    /// The outcome, or its problem is noted with its path; a fault of the database ends the import.
    fn settle<T>(&mut self, path: &str, put: Put<T>) -> Result<Option<T>> {
        self.told.send_modify(|(done, _)| *done += 1);
        match put {
            Ok(done) => Ok(Some(done)),
            Err(Stop::At(problem)) => {
                self.problems.part::<()>(path, Err(vec![problem]));
                Ok(None)
            }
            Err(Stop::Failed(error)) => Err(error),
        }
    }
}

/// The keys of a list of films that the database has already.
async fn movies_there(tx: &ProgrammeTurn<'_>, keys: &[&str]) -> Result<BTreeSet<String>> {
    Ok(movie_rows::of_keys(tx, keys).await?.into_iter().map(|movie| movie.key).collect())
}

#[cfg(test)]
mod tests;
