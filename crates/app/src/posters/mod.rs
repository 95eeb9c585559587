//! Posters that a cinema keeps as files in a folder: which there are, and each in the sizes that pages show.
//!
//! Nothing is read before somebody looks at a page. Then the folder is listed, at most once in a few seconds, so that a
//! page knows the mark of each file without opening it. A picture is unpacked when a browser asks for it first, on a
//! thread that may block, few at a time; its sizes are kept in memory within a bound. What goes wrong with a file is
//! logged once, and the film has a drawn poster until the file is another.

mod folder;
mod sizes;
mod survey;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
pub use folder::Mark;
use houselights_domain::UtcMicros;
use parking_lot::RwLock;
use quick_cache::{Weighter, sync::Cache};
use sizes::Sizes;
pub use sizes::Width;
pub use survey::{Survey, survey};
use tokio::sync::{Mutex, Semaphore};

use crate::clock::Clock;

/// How long what was seen in the folder is taken for true.
const LOOK_EVERY: i64 = 5 * UtcMicros::SECOND;
/// A file that could not be read is tried again after so long: its disk or its rights may be mended.
const TRY_AGAIN: i64 = UtcMicros::MINUTE;
/// How long a page waits for a folder that does not answer.
const FOLDER_PATIENCE: Duration = Duration::from_secs(1);
/// How long a browser waits for a picture before it gets the drawn one.
const PICTURE_PATIENCE: Duration = Duration::from_secs(10);
/// The most requests that wait for pictures; further ones get the drawn ones.
const MOST_WAITING: usize = 256;
/// About how many bytes the sizes of one poster have.
const USUAL_WEIGHT: u64 = 200_000;

/// Where a cinema's posters are, and what they may cost.
#[derive(Clone, Debug)]
pub struct PosterSettings {
    /// The folder; without it all posters are drawn.
    pub folder: Option<PathBuf>,
    /// The most memory that made pictures take, in bytes.
    pub memory: u64,
    /// How many pictures are made at once.
    pub at_once: usize,
}

impl Default for PosterSettings {
    fn default() -> Self {
        Self { folder: None, memory: 32 << 20, at_once: 1 }
    }
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("it was changed just now")]
    Changed,
    #[error("it cannot be read ({0})")]
    Unreadable(#[from] io::Error),
    #[error("{0}")]
    NoPicture(String),
}

/// The files that can be shown, as far as is known.
#[derive(Clone, Debug, Default)]
pub struct Wall {
    /// Grows when a file comes, goes, is replaced or turns out to be no picture.
    pub generation: u64,
    files: HashMap<String, Mark>,
}

impl Wall {
    /// The picture that a film has, if its file is there.
    pub fn mark(&self, poster: Option<&str>) -> Option<Mark> {
        self.files.get(poster?).copied()
    }
}

/// A file that was refused.
#[derive(Debug)]
struct Refused {
    mark: Mark,
    /// Until then; `None`: for as long as it is the same file.
    until: Option<UtcMicros>,
}

#[derive(Debug, Default)]
struct Seen {
    wall: Arc<Wall>,
    /// When the folder was looked at last.
    looked: Option<UtcMicros>,
    refused: HashMap<String, Refused>,
    /// The log has been told that the folder cannot be read.
    folder_told: bool,
}

/// A cinema's posters.
#[derive(Debug)]
pub struct Posters {
    settings: PosterSettings,
    clock: Arc<dyn Clock>,
    seen: RwLock<Seen>,
    looking: Arc<Mutex<()>>,
    made: Cache<(String, Mark), Arc<Sizes>, Weight>,
    turns: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

#[derive(Clone, Debug)]
struct Weight;

impl Weighter<(String, Mark), Arc<Sizes>> for Weight {
    fn weight(&self, key: &(String, Mark), sizes: &Arc<Sizes>) -> u64 {
        200 + key.0.len() as u64 + sizes.weight()
    }
}

impl Posters {
    /// Looks at nothing yet.
    pub fn new(settings: PosterSettings, clock: Arc<dyn Clock>) -> Self {
        let films = usize::try_from(settings.memory / USUAL_WEIGHT).unwrap_or(usize::MAX).max(1);
        Self {
            made: Cache::with_weighter(films, settings.memory, Weight),
            turns: Arc::new(Semaphore::new(settings.at_once.max(1))),
            waiting: Arc::new(Semaphore::new(MOST_WAITING)),
            looking: Arc::default(),
            seen: RwLock::default(),
            settings,
            clock,
        }
    }

    /// What hangs there, as it was seen a few seconds ago at most; longer ago only if the folder does not answer.
    pub async fn wall(self: &Arc<Self>) -> Arc<Wall> {
        self.look().await;
        Arc::clone(&self.seen.read().wall)
    }

    /// A poster by the name of its file, with the mark of what was found; `None` where the drawn one has to do.
    pub async fn picture(self: &Arc<Self>, name: &str, width: Width) -> Option<(Mark, Bytes)> {
        let mark = self.wall().await.mark(Some(name))?;
        let key = (name.to_owned(), mark);
        let sizes = match self.made.get(&key) {
            Some(sizes) => sizes,
            None => self.wait_for(key).await?,
        };
        Some((mark, sizes.of(width)))
    }

    /// Has the folder looked at if that is due. Only who notices waits; others take what was seen before, if anything.
    async fn look(self: &Arc<Self>) {
        let Some(folder) = &self.settings.folder else { return };
        let now = self.clock.now();
        let good = |then: UtcMicros| (then..then.plus(LOOK_EVERY)).contains(&now);
        let looked = self.seen.read().looked;
        if looked.is_some_and(good) {
            return;
        }
        let Ok(turn) = Arc::clone(&self.looking).try_lock_owned() else {
            if looked.is_none() {
                _ = tokio::time::timeout(FOLDER_PATIENCE, self.looking.lock()).await;
            }
            return;
        };
        let (posters, folder) = (Arc::clone(self), folder.clone());
        let look = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            posters.saw(&folder, folder::list(&folder), now);
        });
        _ = tokio::time::timeout(FOLDER_PATIENCE, look).await;
    }

    fn saw(&self, folder: &Path, found: io::Result<HashMap<String, Mark>>, now: UtcMicros) {
        let mut seen = self.seen.write();
        seen.looked = Some(now);
        let fault = found.as_ref().err();
        if let Some(error) = fault.filter(|_| !seen.folder_told) {
            let folder = folder.display();
            tracing::warn!(%folder, %error, "the folder of posters cannot be read: all posters are drawn");
        }
        seen.folder_told = fault.is_some();
        let mut files = found.unwrap_or_default();
        seen.refused.retain(|name, refused| files.get(name) == Some(&refused.mark));
        files.retain(|name, _| {
            seen.refused.get(name).is_none_or(|refused| refused.until.is_some_and(|until| until <= now))
        });
        seen.hang(files);
    }

    /// The file is not shown any more; the log is told when it hears of it first.
    fn refuse(&self, (name, mark): &(String, Mark), fault: &Fault) {
        let until = match fault {
            Fault::Changed => return,
            Fault::Unreadable(_) => Some(self.clock.now().plus(TRY_AGAIN)),
            Fault::NoPicture(_) => None,
        };
        let mut seen = self.seen.write();
        let before = seen.refused.insert(name.clone(), Refused { mark: *mark, until });
        if before.is_none_or(|before| before.mark != *mark) {
            tracing::warn!(file = name, "a poster cannot be shown, so the film has a drawn one: {fault}");
        }
        let mut files = seen.wall.files.clone();
        if files.get(name) == Some(mark) {
            _ = files.remove(name);
        }
        seen.hang(files);
    }

    /// The sizes of a poster that are not kept. They are made even if who asked first has gone.
    async fn wait_for(self: &Arc<Self>, key: (String, Mark)) -> Option<Arc<Sizes>> {
        let waiting = Arc::clone(&self.waiting).try_acquire_owned().ok()?;
        let posters = Arc::clone(self);
        let making = tokio::spawn(async move {
            let _waiting = waiting;
            posters.made.get_or_insert_async(&key, posters.make(&key)).await.ok()
        });
        tokio::time::timeout(PICTURE_PATIENCE, making).await.ok()?.ok()?
    }

    async fn make(&self, key: &(String, Mark)) -> Result<Arc<Sizes>, ()> {
        let folder = self.settings.folder.as_ref().ok_or(())?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(drop)?;
        let (file, mark) = (folder.join(&key.0), key.1);
        let made = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            Sizes::make(&folder::read(&file, mark)?).map_err(Fault::NoPicture)
        });
        let gave_up = |_| Fault::NoPicture("its decoder gave up".into());
        match made.await.map_err(gave_up).flatten() {
            Ok(sizes) => Ok(Arc::new(sizes)),
            Err(fault) => {
                self.refuse(key, &fault);
                Err(())
            }
        }
    }
}

impl Seen {
    fn hang(&mut self, files: HashMap<String, Mark>) {
        if files != self.wall.files {
            self.wall = Arc::new(Wall { generation: self.wall.generation + 1, files });
        }
    }
}
