//! Changing what is on: what staff do, with the same checks and refusals as programme files.

use std::sync::Arc;

use houselights_domain::films::Mapping;
use houselights_store::Db;

use crate::{
    catalogue::Catalogue,
    clock::Clock,
    error::Result,
    programme::{self, ImportReport, ListFormat, MoviesReport, Progress},
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
}
