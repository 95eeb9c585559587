//! `signing-keys.json` in the data folder: nobody but its owner may read it, and it is never half written.

use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Read, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

const NAME: &str = "signing-keys.json";
/// What group and world may do, in a mode.
#[cfg(unix)]
const OTHERS: u32 = 0o077;

/// One key as the file keeps it. Its `Debug` shows its name only.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct StoredKey {
    pub(super) kid: String,
    /// Hexadecimal digits; their text is the key.
    pub(super) secret: String,
    /// Microseconds since 1970.
    pub(super) created_at: i64,
}

impl fmt::Debug for StoredKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

#[derive(Serialize, Deserialize)]
struct Contents {
    keys: Vec<StoredKey>,
}

/// The file of one folder.
#[derive(Debug)]
pub(super) struct KeyFile {
    folder: PathBuf,
    path: PathBuf,
}

impl KeyFile {
    pub(super) fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), path: folder.join(NAME) }
    }

    /// The keys, or `None` when there is no file.
    pub(super) fn read(&self) -> Result<Option<Vec<StoredKey>>> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.setup("cannot be read", &error)),
        };
        self.check_mode(&file)?;
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(|error| self.setup("cannot be read", &error))?;
        // Not the parser's words: they may repeat a part of a secret.
        let damaged = || self.setup("is damaged", &"put it back from a backup, or delete it and all must log in anew");
        let contents: Contents = serde_json::from_str(&text).map_err(|_| damaged())?;
        if contents.keys.is_empty() || contents.keys.iter().any(|key| key.secret.len() < 32) {
            return Err(damaged());
        }
        Ok(Some(contents.keys))
    }

    /// Makes the file; when another process was faster, its keys are the keys.
    pub(super) fn create(&self, keys: Vec<StoredKey>) -> Result<Vec<StoredKey>> {
        let failed = |error: io::Error| self.setup("cannot be made", &error);
        let draft = self.draft(&keys).map_err(failed)?;
        let linked = fs::hard_link(&draft, &self.path);
        fs::remove_file(&draft).map_err(failed)?;
        match linked {
            Ok(()) => {
                sync_folder(&self.folder).map_err(failed)?;
                Ok(keys)
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                self.read()?.ok_or_else(|| self.setup("vanished", &"start again"))
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// Puts these keys in the place of those in the file.
    pub(super) fn replace(&self, keys: &[StoredKey]) -> Result<()> {
        let failed = |error: io::Error| self.setup("cannot be written", &error);
        let draft = self.draft(keys).map_err(failed)?;
        fs::rename(&draft, &self.path).and_then(|()| sync_folder(&self.folder)).map_err(failed)
    }

    /// The keys in a file beside the real one, on the disk, readable by the owner only from its first moment.
    fn draft(&self, keys: &[StoredKey]) -> io::Result<PathBuf> {
        let draft = self.folder.join(format!(".{NAME}.{}", std::process::id()));
        match fs::remove_file(&draft) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&draft)?;
        serde_json::to_writer_pretty(&mut file, &Contents { keys: keys.to_vec() })?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        Ok(draft)
    }

    #[cfg(unix)]
    fn check_mode(&self, file: &File) -> Result<()> {
        use std::os::unix::fs::PermissionsExt;
        let mode = file.metadata().map_err(|error| self.setup("cannot be read", &error))?.permissions().mode();
        if mode & OTHERS == 0 {
            return Ok(());
        }
        let path = self.path.display();
        Err(houselights_store::Error::Setup(format!(
            "{path} can be read or changed by others (mode {:o}): run `chmod 600 {path}`, and rotate the keys if \
             somebody may have read it",
            mode & 0o777
        ))
        .into())
    }

    #[cfg(not(unix))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "modes are a Unix notion")]
    fn check_mode(&self, _: &File) -> Result<()> {
        Ok(())
    }

    fn setup(&self, what: &str, why: &dyn fmt::Display) -> Error {
        houselights_store::Error::Setup(format!("{} {what}: {why}", self.path.display())).into()
    }
}

/// A new name is on the disk only when its folder is.
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
