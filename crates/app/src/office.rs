//! Changing what is on: what staff do, with the same checks and refusals as programme files.

mod cinemas;
mod movies;
mod shows;

use std::sync::Arc;

use houselights_domain::{Problem, films::Mapping};
pub use houselights_store::cold::{
    cinemas::CinemaRow,
    screens::{LayoutVersion, ScreenRow},
    shows::StoredShow,
};
use houselights_store::{
    Db,
    cold::{
        shows::Clash,
        turns::{self, ProgrammeTurn},
    },
    exec::BoxFuture,
};

use crate::{
    catalogue::Catalogue,
    clock::Clock,
    error::{Error, Result},
    programme::{self, ImportReport, ListFormat, MoviesReport, Progress, Put, Stop},
};

/// The use cases.
#[derive(Debug)]
pub struct Office {
    pub(crate) db: Db,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) catalogue: Arc<Catalogue>,
}

impl Office {
    /// Imports a programme file: see [`programme::import`].
    pub async fn import(&self, text: String, progress: Progress<'_>) -> Result<ImportReport> {
        let report = programme::import(&self.db, self.clock.as_ref(), text, progress).await;
        self.catalogue.changed();
        report
    }

    /// Writes the programme as a file: see [`programme::export`].
    pub async fn export(&self) -> Result<String> {
        programme::export(&self.db).await
    }

    /// Imports a list of films: see [`programme::import_movies`].
    pub async fn import_movies(
        &self,
        list: Vec<u8>,
        format: ListFormat,
        mapping: &Mapping,
        progress: Progress<'_>,
    ) -> Result<MoviesReport> {
        let report = programme::import_movies(&self.db, list, format, mapping, progress).await;
        self.catalogue.changed();
        report
    }

    /// One transaction that has the programme alone, after which the catalogue knows that it is out of date.
    async fn write<T, F>(&self, body: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t ProgrammeTurn<'t>) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        let write = self.db.write(move |tx| {
            Box::pin(async move {
                let turn = turns::programme(tx).await?;
                body(&turn).await
            })
        });
        let done = write.await;
        self.catalogue.changed();
        done
    }
}

/// What a rule refuses of a file by its path is for staff a conflict with what is there, as a sentence.
fn put<T>(put: Put<T>) -> Result<T> {
    put.map_err(|stop| match stop {
        Stop::At(problem) => Error::Conflict(problem.reason),
        Stop::Failed(error) => error,
    })
}

/// Two shows that need one screen at the same time, and what to do about it.
fn overlap(clash: &Clash) -> Error {
    Error::Conflict(format!("{}; choose another time or screen, or call one of them off", programme::clash_told(clash)))
}

/// Problems of a field.
fn fault(field: &str, reason: impl Into<String>) -> Error {
    programme::invalid(vec![Problem::new(field, reason.into())])
}

/// A key names a row for ever.
fn same_key(before: &str, after: &str) -> Result<()> {
    if before == after { Ok(()) } else { Err(fault("key", format!("is {before:?} for ever"))) }
}

#[cfg(test)]
mod tests;
