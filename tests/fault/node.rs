//! One node: how it is started, in which dress, and what can be done to its process.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use houselights_tests::harness::{
    Attempting as _, Result,
    disk::Mounted,
    server::{Recipe, Server, signal},
};

use crate::{network::Names, proxy::Proxy};

/// MiB for a data folder on a small disk, besides what is in it.
const ROOM: u64 = 48;
const LIBRARIES: &str = "/usr/lib";
const FAKETIME: &str = "faketime/libfaketimeMT.so.1";

/// What is special about how a node is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dress {
    Plain,
    /// Its clock can be moved, its sense of how time passes cannot.
    OwnClock,
    /// It lives in a network namespace, at the end of a cable.
    OwnNetwork,
    /// Its data folder is on a disk that can be filled.
    SmallDisk,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Node {
    recipe: Recipe,
    pub(crate) dress: Dress,
    server: Option<Server>,
    paused: bool,
    pub(crate) proxy: Option<Proxy>,
    network: Option<Names>,
    pub(crate) disk: Option<Mounted>,
    work: PathBuf,
}

impl Node {
    pub(crate) fn new(recipe: Recipe, work: &Path, proxy: Option<Proxy>) -> Self {
        let work = work.to_owned();
        Self { recipe, dress: Dress::Plain, server: None, paused: false, proxy, network: None, disk: None, work }
    }

    /// With a further setting, from its next start on.
    pub(crate) fn set(&mut self, name: &'static str, value: &str) {
        self.recipe.settings.push((name, value.to_owned()));
    }

    pub(crate) fn data(&self) -> &Path {
        &self.recipe.data
    }

    fn clock(&self) -> PathBuf {
        self.recipe.data.with_extension("clock")
    }

    /// How it is started as it is dressed.
    fn dressed(&self) -> Result<Recipe> {
        let mut recipe = self.recipe.clone();
        let mut database = "127.0.0.1".to_owned();
        match (self.dress, &self.network, &self.disk) {
            (Dress::OwnClock, ..) => {
                recipe.before = format!(
                    "export LD_PRELOAD='{}' FAKETIME_TIMESTAMP_FILE='{}' FAKETIME_NO_CACHE=1 \
                     FAKETIME_DONT_FAKE_MONOTONIC=1;",
                    faketime()?.display(),
                    self.clock().display()
                );
            }
            (Dress::OwnNetwork, Some(names), _) => {
                recipe.wrapper = format!("ip netns exec {}", names.namespace);
                recipe.listen = format!("{}:0", names.inside);
                database.clone_from(&names.outside);
            }
            (Dress::SmallDisk, _, Some(disk)) => recipe.data = disk.at().join("data"),
            (Dress::Plain, ..) => {}
            (dress, ..) => return Err(format!("{dress:?} was not prepared")),
        }
        if let Some(proxy) = &self.proxy {
            let user = houselights_testpg::USER;
            let url = format!("postgres://{user}@{database}:{}/postgres?sslmode=disable", proxy.port);
            recipe = recipe.with("DATABASE_URL", &url);
        }
        Ok(recipe)
    }

    /// Changes what it will be started in. It must not run.
    pub(crate) fn wear(&mut self, dress: Dress, network: Option<Names>) -> Result {
        if let Some(disk) = self.disk.take() {
            fs::remove_dir_all(&self.recipe.data).attempting("cannot remove the data folder")?;
            copy(&disk.at().join("data"), &self.recipe.data)?;
        }
        self.dress = dress;
        self.network = network;
        match dress {
            Dress::OwnClock => self.set_clock(0)?,
            Dress::SmallDisk => {
                let bytes: u64 = fs::read_dir(&self.recipe.data)
                    .attempting("cannot list the data folder")?
                    .filter_map(|entry| entry.ok()?.metadata().ok())
                    .map(|file| file.len())
                    .sum();
                let disk = Mounted::new(&self.work.join("small-disk"), ROOM + (bytes >> 20))?;
                copy(&self.recipe.data, &disk.at().join("data"))?;
                self.disk = Some(disk);
            }
            Dress::Plain | Dress::OwnNetwork => {}
        }
        Ok(())
    }

    /// Moves its clock by so many seconds.
    pub(crate) fn set_clock(&self, seconds: i64) -> Result {
        if self.dress != Dress::OwnClock {
            return Ok(());
        }
        let new = self.recipe.data.with_extension("clock-to-be");
        // Whoever reads the time must not find half of it.
        let moved = fs::write(&new, format!("{seconds:+}\n")).and_then(|()| fs::rename(&new, self.clock()));
        moved.attempting("cannot move the clock")
    }

    pub(crate) fn spawn(&self) -> Result<Server> {
        let recipe = self.dressed()?;
        let log = fs::read(recipe.log()).unwrap_or_default();
        let earlier = self.recipe.data.with_extension("earlier.log");
        let mut all = fs::File::options().create(true).append(true).open(earlier).attempting("the earlier log")?;
        std::io::Write::write_all(&mut all, &log).attempting("the earlier log")?;
        recipe.spawn()
    }

    pub(crate) fn start(&mut self) -> Result<SocketAddr> {
        let mut server = self.spawn()?;
        server.wait_until_open()?;
        let at = server.at;
        self.server = Some(server);
        Ok(at)
    }

    /// Its process, which is no longer looked after.
    pub(crate) fn off(&mut self) -> Option<Server> {
        self.paused = false;
        self.server.take()
    }

    /// Whether it runs. One that has ended by itself is an error.
    pub(crate) fn runs(&mut self) -> Result<bool> {
        let Some(server) = &mut self.server else { return Ok(false) };
        match server.ended()? {
            None => Ok(true),
            Some(status) => Err(format!("a node ended by itself with {status}: {}", server.logged())),
        }
    }

    /// SIGSTOP.
    pub(crate) fn pause(&mut self) -> Result {
        if let Some(server) = &self.server {
            signal("STOP", server.id())?;
            self.paused = true;
        }
        Ok(())
    }

    /// SIGCONT.
    pub(crate) fn go_on(&mut self) -> Result {
        match &self.server {
            Some(server) if std::mem::take(&mut self.paused) => signal("CONT", server.id()),
            _ => Ok(()),
        }
    }
}

/// Copies a folder, owners and all.
pub(crate) fn copy(from: &Path, to: &Path) -> Result {
    let done = Command::new("cp").arg("-a").arg(from).arg(to).output().attempting("cannot run cp")?;
    done.status.success().then_some(()).ok_or_else(|| String::from_utf8_lossy(&done.stderr).trim().to_owned())
}

/// Debian's library that moves clocks.
fn faketime() -> Result<PathBuf> {
    let folders = fs::read_dir(LIBRARIES).attempting("cannot list /usr/lib")?;
    let mut found = folders.filter_map(|entry| Some(entry.ok()?.path().join(FAKETIME)));
    found.find(|path| path.is_file()).ok_or_else(|| "moving a clock needs libfaketime (Debian: faketime)".to_owned())
}
