//! A private PostgreSQL for tests: Debian's programs, a folder of its own, gone with the process however that ends.
//!
//! It knows nothing of the product, so that the tests of every crate may use it. Where PostgreSQL is missing it says
//! what to do and fails; a test that is skipped proves nothing.

mod bouncer;
mod database;
mod machine;
mod place;
mod programs;
mod site;

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Child, Stdio},
    sync::{LazyLock, Mutex},
};

pub use bouncer::{Bouncer, shared_bouncer};
pub use database::Database;
use place::Place;
pub use place::free_port;
use programs::Programs;
pub use site::Site;

/// What goes wrong is told in a sentence.
pub type Result<T = ()> = std::result::Result<T, String>;

/// The superuser of every cluster; anybody on this machine may be them.
pub const USER: &str = "houselights";

/// How often another port is tried when somebody was quicker.
const ATTEMPTS: usize = 5;

/// Good for tests: small and quick. What was committed survives a crash of PostgreSQL, not one of the machine.
const QUICK: &str = "fsync = off\nfull_page_writes = off\nshared_buffers = 64MB\nmax_connections = 300\n\
                     max_wal_size = 4GB\nlog_min_duration_statement = -1\nautovacuum_naptime = 10s\n";

/// Keeps a folder until its standard input ends, which is when the process that started it is gone; then stops what
/// runs in it and removes it.
const KEEPER: &str = "cat >/dev/null; [ ! -f data/postmaster.pid ] || \"$0\" -D data -m immediate -w -t 30 stop \
                      >/dev/null 2>&1; cd /; rm -rf -- \"$1\"";

static SHARED: LazyLock<Result<Cluster>> = LazyLock::new(|| Cluster::start(&Options::default()));

/// The cluster that all tests of this process share; it starts when it is first asked for.
///
/// # Panics
/// Where there is no PostgreSQL, or it does not start.
#[expect(clippy::panic, reason = "a test without its database should end there")]
pub fn shared() -> &'static Cluster {
    SHARED.as_ref().unwrap_or_else(|why| panic!("no PostgreSQL for this test: {why}"))
}

/// How a cluster is made.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Sync to the disk, as one does in production: for tests about power cuts and for figures.
    pub durable: bool,
    /// Further settings of `postgresql.conf`.
    pub settings: Vec<(String, String)>,
    /// Files for the data folder, such as `server.crt`.
    pub files: Vec<(String, Vec<u8>)>,
    /// Where its folder is made; the system's temporary one unless told.
    pub parent: Option<PathBuf>,
    /// Further words for `initdb`, such as `--wal-segsize=1`.
    pub initdb: Vec<String>,
}

/// How a cluster is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Orderly: sessions are ended, everything is written.
    Fast,
    /// As if the process were killed: the next start recovers from the log.
    Immediate,
}

/// A running PostgreSQL of our own.
#[derive(Debug)]
pub struct Cluster {
    programs: Programs,
    place: Place,
    port: u16,
    templates: Mutex<Vec<&'static str>>,
    /// Its standard input is the sign that we are alive.
    keeper: Child,
}

impl Cluster {
    /// Makes and starts one. Takes a second or two.
    pub fn start(options: &Options) -> Result<Self> {
        let programs = Programs::find()?;
        let place = Place::make(options.parent.as_deref())?;
        let keeper = place
            .command("sh")
            .args(["-c", KEEPER])
            .arg(programs.path("pg_ctl"))
            .arg(place.folder())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("the cluster's keeper cannot be started: {error}"))?;
        let mut cluster = Self { programs, place, port: 0, templates: Mutex::default(), keeper };
        cluster.initialise(options)?;
        for attempt in 1.. {
            cluster.port = place::free_port()?;
            match cluster.start_again() {
                Ok(()) => break,
                Err(why) if attempt >= ATTEMPTS => return Err(why),
                Err(_) => {}
            }
        }
        Ok(cluster)
    }

    fn initialise(&self, options: &Options) -> Result {
        let words = ["-D", "data", "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"];
        let words: Vec<&str> = words.into_iter().chain(options.initdb.iter().map(String::as_str)).collect();
        self.run("initdb", &words)?;
        let mut settings = String::from("listen_addresses = '127.0.0.1'\nlogging_collector = off\n");
        let _infallible = writeln!(settings, "unix_socket_directories = '{}'", self.folder().display());
        settings += if options.durable { "max_connections = 300\n" } else { QUICK };
        for (name, value) in &options.settings {
            let _infallible = writeln!(settings, "{name} = '{value}'");
        }
        let file = self.data().join("postgresql.conf");
        let written = fs::read_to_string(&file).and_then(|before| fs::write(&file, before + "\n" + &settings));
        written.map_err(|error| format!("postgresql.conf cannot be written: {error}"))?;
        options.files.iter().try_for_each(|(name, bytes)| self.place.write(&self.data().join(name), bytes))
    }

    /// Starts it, at first or after [`Self::stop`], on the port that it has.
    pub fn start_again(&self) -> Result {
        let port = format!("-p {}", self.port);
        let started = self.run("pg_ctl", &["-D", "data", "-l", "log", "-w", "-t", "60", "-o", &port, "start"]);
        started.map_err(|why| format!("{why}; its log ends with: {}", self.log_tail()))
    }

    /// Stops it and waits until it has ended.
    pub fn stop(&self, how: Stop) -> Result {
        let mode = match how {
            Stop::Fast => "fast",
            Stop::Immediate => "immediate",
        };
        self.run("pg_ctl", &["-D", "data", "-m", mode, "-w", "-t", "60", "stop"])
    }

    /// Whether its first process is there.
    pub fn is_running(&self) -> bool {
        self.run("pg_ctl", &["-D", "data", "status"]).is_ok()
    }

    /// All of it stands still, with its connections open, until what is returned is dropped.
    #[must_use]
    pub fn freeze(&self) -> Frozen {
        let data = self.data();
        machine::freeze(&data);
        Frozen(data)
    }

    /// What a statement answers: a line a row, with `|` between columns.
    pub fn query(&self, database: &str, statement: &str) -> Result<String> {
        let port = self.port.to_string();
        self.answer("psql", &["-XAtq", "-h", "127.0.0.1", "-p", &port, "-U", USER, "-d", database, "-c", statement])
    }

    /// The number of its first process, for signals such as SIGSTOP.
    pub fn process(&self) -> Result<u32> {
        let file = fs::read_to_string(self.data().join("postmaster.pid")).map_err(|error| error.to_string())?;
        let first = file.lines().next().and_then(|line| line.trim().parse().ok());
        first.ok_or_else(|| "postmaster.pid tells no number".to_owned())
    }

    /// Where one of its databases is found.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    /// Its port on 127.0.0.1.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Its folder, which holds its Unix socket and its log too.
    pub fn folder(&self) -> &Path {
        self.place.folder()
    }

    /// Where its files are.
    pub fn data(&self) -> PathBuf {
        self.folder().join("data")
    }

    fn log_tail(&self) -> String {
        let log = fs::read_to_string(self.folder().join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(5)..].join(" / ")
    }

    /// Runs one of PostgreSQL's programs as the cluster's owner.
    pub(crate) fn run(&self, program: &str, words: &[&str]) -> Result {
        // What a server that it starts would write to a pipe kept it open.
        self.ended(program, words, Stdio::null()).map(drop)
    }

    fn answer(&self, program: &str, words: &[&str]) -> Result<String> {
        let said = self.ended(program, words, Stdio::piped())?;
        Ok(String::from_utf8_lossy(&said).trim().to_owned())
    }

    fn ended(&self, program: &str, words: &[&str], stdout: Stdio) -> Result<Vec<u8>> {
        let output = self
            .place
            .command(self.programs.path(program))
            .args(words)
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(Stdio::piped())
            .output()
            .map_err(|error| format!("{program} cannot be run: {error}"))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        Err(format!("{program} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim()))
    }
}

/// A cluster that stands still; see [`Cluster::freeze`].
#[derive(Debug)]
pub struct Frozen(PathBuf);

impl Drop for Frozen {
    fn drop(&mut self) {
        machine::thaw(&self.0);
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // Fails only where it has ended already.
        let _ended = self.keeper.wait();
    }
}
