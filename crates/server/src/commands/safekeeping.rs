//! `backup` and `restore`.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use houselights_app::{Clock as _, clock::SystemClock};
use houselights_store::{Access, Db, SchemaState, SqliteOptions};
use indicatif::{ProgressBar, ProgressStyle};

use super::data::{DATABASE, open, schema};
use crate::{
    cli,
    config::Config,
    failure::{Failure, Result},
    print,
};

/// What SQLite keeps beside a database that is open, or was when its machine stopped.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// `backup FILE`. The copy is written beside the file and takes its name only when it is whole.
pub(crate) async fn backup(config: &Config, args: &cli::Backup) -> Result {
    embedded_only(config)?;
    let file = &args.file;
    if file.exists() && !args.force {
        return Err(Failure::new(format!("{} is there already: choose another name, or add --force", file.display())));
    }
    let db = open(config, Access::Read).await?;
    let partial = with_suffix(file, ".partial");
    remove(&partial)?;
    own_file(&partial).map_err(|error| Failure::new(format!("{} cannot be written: {error}", partial.display())))?;
    let bar = progress_bar("pages");
    let moving = bar.clone();
    let copied = db
        .backup(partial.clone(), move |done, total| {
            moving.set_length(u64::from(total));
            moving.set_position(u64::from(done));
        })
        .await;
    bar.finish_and_clear();
    if let Err(error) = copied {
        remove(&partial)?;
        return Err(Failure::new(format!("the backup was not written to {}: {error}", file.display())));
    }
    fs::File::open(&partial)?.sync_all()?;
    fs::rename(&partial, file)?;
    let size = fs::metadata(file)?.len();
    Ok(print::out(&format!("{} written, {size} bytes. It is as secret as the database.\n", file.display()))?)
}

/// Whoever has PostgreSQL has its tools.
fn embedded_only(config: &Config) -> Result {
    if config.database.is_none() {
        return Ok(());
    }
    Err(Failure::Usage(
        "backup and restore are for the embedded database. PostgreSQL has its own tools: `pg_dump --format=custom` and \
         `pg_restore` for a copy of one moment, `pg_basebackup` with WAL archiving for every moment"
            .into(),
    ))
}

/// `restore FILE`.
pub(crate) async fn restore(config: &Config, args: &cli::Restore) -> Result {
    embedded_only(config)?;
    let (file, folder) = (&args.file, &config.data_dir);
    if !file.is_file() {
        return Err(Failure::new(format!("there is no file {}: name one that a backup wrote", file.display())));
    }
    fs::create_dir_all(folder)
        .map_err(|error| Failure::new(format!("{} cannot be made: {error}", folder.display())))?;
    let target = folder.join(DATABASE);
    let there = target.exists();
    // The copy is checked, not the file: whatever opening it writes, the backup stays as it is.
    let incoming = Incoming::copy(file, folder)?;
    let state = incoming.look().await?;
    if there && !args.yes {
        confirm(&target)?;
    }
    let lock = alone(folder)?;
    let aside = if there { Some(keep_aside(&target)?) } else { None };
    fs::rename(incoming.file(), &target)?;
    drop(lock);
    let mut out = format!("{} restored to {} ({}).\n", file.display(), target.display(), schema(state));
    if let Some(aside) = aside {
        let _infallible = writeln!(out, "The database that was there is now {}.", aside.display());
    }
    Ok(print::out(&out)?)
}

/// A copy of a backup in a folder of its own within the data folder, gone when it is dropped.
struct Incoming(PathBuf);

impl Incoming {
    fn copy(backup: &Path, folder: &Path) -> Result<Self> {
        let own = folder.join(format!("restore-{}", std::process::id()));
        fs::create_dir_all(&own)?;
        let incoming = Self(own);
        fs::copy(backup, incoming.file())?;
        fs::File::open(incoming.file())?.sync_all()?;
        Ok(incoming)
    }

    fn file(&self) -> PathBuf {
        self.0.join(DATABASE)
    }

    async fn look(&self) -> Result<SchemaState> {
        let options = SqliteOptions { folder: self.0.clone(), readers: 1 };
        let db = Db::open_sqlite(options, Access::Read).await.map_err(|error| match error {
            houselights_store::Error::Setup(sentence) => Failure::Failed(sentence),
            other => Failure::new(format!("the file is no Houselights database: {other}")),
        })?;
        match db.schema() {
            SchemaState::Behind { at: 0, .. } => {
                Err(Failure::new("the file is no Houselights database: it has none of its tables"))
            }
            state => Ok(state),
        }
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            print::note(&format!("{} could not be removed: {error}", self.0.display()));
        }
    }
}

/// Takes the folder's lock, as a server does. The old database is not opened: it may be of a newer program, which is
/// a reason to restore, and must stay as it is.
fn alone(folder: &Path) -> Result<fs::File> {
    let path = folder.join("lock");
    let lock = fs::OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(fs::TryLockError::WouldBlock) => Err(Failure::new(format!(
            "another Houselights runs on the data folder {}: stop it first",
            folder.display()
        ))),
        Err(fs::TryLockError::Error(error)) => Err(error.into()),
    }
}

fn confirm(target: &Path) -> Result {
    if !print::can_ask() {
        return Err(Failure::new("nobody is there to confirm it: add --yes"));
    }
    let question = format!("Replace {}? It will be kept under another name. [y/N] ", target.display());
    let answer = print::ask(&question)?.unwrap_or_default();
    if matches!(answer.to_lowercase().as_str(), "y" | "yes") {
        Ok(())
    } else {
        Err(Failure::new("nothing was changed"))
    }
}

/// Moves a database with what lies beside it to a name with the time in it.
fn keep_aside(target: &Path) -> Result<PathBuf> {
    let now = SystemClock.now().timestamp().strftime("%Y%m%dT%H%M%SZ").to_string();
    let aside = with_suffix(target, &format!(".replaced-{now}"));
    if aside.exists() {
        return Err(Failure::new(format!("{} is there already: try again in a second", aside.display())));
    }
    for beside in BESIDE {
        let from = with_suffix(target, beside);
        if from.exists() {
            fs::rename(&from, with_suffix(&aside, beside))?;
        }
    }
    fs::rename(target, &aside)?;
    Ok(aside)
}

/// Makes an empty file that nobody else may read.
fn own_file(path: &Path) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn remove(file: &Path) -> Result {
    match fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// A progress bar on a terminal, and nothing elsewhere.
pub(crate) fn progress_bar(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.with_message(what)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::config::Purpose;

    fn config(folder: &Path) -> Config {
        let flags = BTreeMap::from([("data_dir", folder.to_string_lossy().into_owned())]);
        Config::load(&flags, None, &|_| None, Purpose::Cinema).unwrap()
    }

    fn to(file: &Path, force: bool) -> cli::Backup {
        cli::Backup { file: file.to_owned(), force, data: cli::DataArgs::default() }
    }

    fn from(file: &Path) -> cli::Restore {
        cli::Restore { file: file.to_owned(), yes: true, data: cli::DataArgs::default() }
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn a_backup_is_not_overwritten_and_comes_back_and_the_old_database_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (data, file) = (folder.path().join("data"), folder.path().join("backup"));
        let config = config(&data);
        drop(open(&config, Access::Maintain).await.unwrap());
        backup(&config, &to(&file, false)).await.unwrap();
        assert!(backup(&config, &to(&file, false)).await.is_err());
        backup(&config, &to(&file, true)).await.unwrap();
        restore(&config, &from(&file)).await.unwrap();
        let names = names(&data);
        assert!(names.iter().any(|name| name.starts_with("houselights.sqlite3.replaced-")), "{names:?}");
        assert!(!names.iter().any(|name| name.starts_with("restore-")), "{names:?}");
        drop(open(&config, Access::Serve).await.unwrap());
    }

    #[tokio::test]
    async fn what_is_no_database_or_would_go_under_a_running_server_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (data, file) = (folder.path().join("data"), folder.path().join("backup"));
        let config = config(&data);
        let running = open(&config, Access::Serve).await.unwrap();
        backup(&config, &to(&file, false)).await.unwrap();
        let before = names(&data);
        let refused = restore(&config, &from(&file)).await.unwrap_err();
        assert!(format!("{refused:?}").contains("another Houselights runs"), "{refused:?}");
        fs::write(&file, "junk").unwrap();
        let refused = restore(&config, &from(&file)).await.unwrap_err();
        assert!(format!("{refused:?}").contains("no Houselights database"), "{refused:?}");
        assert_eq!(names(&data), before);
        drop(running);
    }
}
