//! Readers: connections that only read, each used by one thread at a time.

use std::{path::Path, sync::Arc};

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::open;
use crate::error::{Error, Result};

#[derive(Debug)]
pub(super) struct Readers {
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    /// At most `most` at once; they are opened when they are first needed.
    pub(super) fn new(most: usize) -> Self {
        Self { idle: Mutex::new(Vec::new()), permits: Arc::new(Semaphore::new(most)) }
    }

    pub(super) async fn permit(&self) -> Result<OwnedSemaphorePermit> {
        Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(|_| Error::Unavailable("the database has been closed".into()))
    }

    pub(super) fn with<T>(&self, file: &Path, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let idle = self.idle.lock().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => open::reader(file)?,
        };
        let result = work(&connection);
        if !matches!(result, Err(Error::Corrupt(_) | Error::Unavailable(_))) {
            self.idle.lock().push(connection);
        }
        result
    }
}
