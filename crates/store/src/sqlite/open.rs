//! Opening the embedded database: who else has it, which SQLite this is, which schema it holds.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64},
    },
    time::Duration,
};

use parking_lot::Mutex;
use rusqlite::{Connection, OpenFlags};

use super::{Readers, Sqlite};
use crate::{
    error::{Error, Result},
    exec::Access,
    hot::{claim_tail::ClaimTail, user_index::UserIndex},
    migrate::{self, SchemaState, Step},
};

/// The database's name in the data folder.
const FILE: &str = "houselights.sqlite3";
/// SQLite versions that can lose committed data when the WAL is reset (<https://sqlite.org/wal.html#walresetbug>).
const WAL_RESET_BUG: std::ops::RangeInclusive<i32> = 3_007_000..=3_051_002;
/// How long a statement waits for another process that writes.
const BUSY: Duration = Duration::from_secs(5);
/// Prepared statements kept a connection.
const STATEMENTS: usize = 128;

/// Where the embedded database is and how it is used.
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    /// The data folder; made if it is missing.
    pub folder: PathBuf,
    /// The most readers at once.
    pub readers: usize,
}

impl Sqlite {
    /// Opens, or makes, the database in the folder. Blocks.
    pub(crate) fn open(options: &SqliteOptions, access: Access) -> Result<Self> {
        Self::open_knowing(options, access, migrate::steps())
    }

    /// The same as a program of another version does it, which knows other steps.
    pub(crate) fn open_knowing(options: &SqliteOptions, access: Access, steps: &[Step]) -> Result<Self> {
        let version = rusqlite::version_number();
        if WAL_RESET_BUG.contains(&version) {
            return Err(Error::Setup(format!(
                "this build contains SQLite {}, which can lose committed bookings; build with 3.51.3 or later",
                rusqlite::version()
            )));
        }
        let folder = &options.folder;
        let file = folder.join(FILE);
        if access == Access::Read {
            if !file.exists() {
                return Err(Error::Setup(format!(
                    "there is no database in {}: check --data-dir, or make one with `houselights migrate`",
                    folder.display()
                )));
            }
        } else {
            make_folder(folder)?;
        }
        let (lock, alone) = lock(folder, access)?;
        let mut writer = if access == Access::Read { reader(&file)? } else { writer(&file)? };
        let schema = match (access, alone) {
            (Access::Serve, _) | (Access::Maintain, true) => migrate::sqlite(&mut writer, steps)?,
            _ => migrate::sqlite_state(&writer, steps)?,
        };
        let behind = matches!(migrate::admitted(schema)?, SchemaState::Behind { .. });
        if behind && access != Access::Read {
            return Err(Error::Setup(
                "the server that runs on this data folder is older than this program: restart it first".into(),
            ));
        }
        let version = AtomicI64::new(writer.query_row("PRAGMA data_version", [], |row| row.get(0))?);
        let user_index = if behind { UserIndex::default() } else { UserIndex::load(&writer)? };
        let claim_tail =
            if behind || access == Access::Read { ClaimTail::default() } else { ClaimTail::load(&writer)? };
        Ok(Self {
            file,
            schema,
            turn: Mutex::new(()),
            writer: Arc::new(Mutex::new(writer)),
            readers: Readers::new(options.readers.max(1)),
            user_index,
            claim_tail,
            version,
            cold_writes: AtomicU64::new(0),
            _lock: lock,
        })
    }
}

fn make_folder(folder: &Path) -> Result<()> {
    let refuse = |what: &str, error: &io::Error| {
        Error::Setup(format!(
            "the data folder {} {what} ({error}): choose another with --data-dir, or give this user the right to write there",
            folder.display()
        ))
    };
    std::fs::create_dir_all(folder).map_err(|error| refuse("cannot be made", &error))?;
    let probe = folder.join(format!(".probe-{}", std::process::id()));
    File::create(&probe).and_then(|_| std::fs::remove_file(&probe)).map_err(|error| refuse("is not writable", &error))
}

/// The folder's lock. It is given up in so many words: a process that is just being started has all open files of this
/// one until it becomes what it is to be, and would keep the lock for that long.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Where that is not possible, closing the file does it.
        let _closing = self.0.unlock();
    }
}

/// Takes the folder's lock. `true`: nobody else has the folder.
fn lock(folder: &Path, access: Access) -> Result<(Option<Lock>, bool)> {
    let path = folder.join("lock");
    let setup = |error: io::Error| Error::Setup(format!("{} cannot be locked: {error}", path.display()));
    if access == Access::Read {
        return Ok((None, false));
    }
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(setup)?;
    match (file.try_lock(), access) {
        (Ok(()), _) => Ok((Some(Lock(file)), true)),
        (Err(TryLockError::WouldBlock), Access::Serve) => Err(Error::Setup(format!(
            "another Houselights runs on the data folder {}: stop it first, or give this one its own --data-dir",
            folder.display()
        ))),
        (Err(TryLockError::WouldBlock), _) => Ok((None, false)),
        (Err(TryLockError::Error(error)), _) => Err(setup(error)),
    }
}

fn writer(file: &Path) -> Result<Connection> {
    let connection = Connection::open(file).map_err(|error| cannot_open(file, &error))?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(Error::Setup(format!("{} cannot be used in WAL mode (it says {mode})", file.display())));
    }
    connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 16000;
         PRAGMA journal_size_limit = 134217728; PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY;",
    )?;
    Ok(connection)
}

/// A connection that cannot write.
pub(super) fn reader(file: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).map_err(|error| cannot_open(file, &error))?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.execute_batch("PRAGMA cache_size = -2000; PRAGMA query_only = ON;")?;
    Ok(connection)
}

fn cannot_open(file: &Path, error: &rusqlite::Error) -> Error {
    Error::Setup(format!("{} cannot be opened: {error}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_was_given_up_is_free_though_another_process_has_the_file_still() {
        let folder = tempfile::tempdir().unwrap();
        let (held, alone) = lock(folder.path(), Access::Serve).unwrap();
        assert!(alone);
        // As a process has it that was started just now.
        let inherited = held.as_ref().unwrap().0.try_clone().unwrap();
        assert!(lock(folder.path(), Access::Serve).is_err());
        drop(held);
        assert!(lock(folder.path(), Access::Serve).unwrap().1);
        drop(inherited);
    }
}
