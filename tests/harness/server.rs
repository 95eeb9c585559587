//! The binary as a process: started, asked, killed, stopped, measured.

use std::{
    fs::{self, File},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{
    Attempting, Result,
    client::{Ask, Client},
};

/// Far more than it takes: a debug build that shares its processors with other work must not fail a test.
const STARTS_WITHIN: Duration = Duration::from_mins(2);
const PAUSE: Duration = Duration::from_millis(2);

/// Asks again and again until there is something, at most so long.
pub fn poll<T>(what: &str, within: Duration, mut look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let start = Instant::now();
    loop {
        if let Some(found) = look()? {
            return Ok(found);
        }
        if start.elapsed() > within {
            return Err(format!("{what}: not within {within:?}"));
        }
        thread::sleep(PAUSE);
    }
}

/// How a server is to be started.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// The binary.
    pub binary: PathBuf,
    /// The data folder.
    pub data: PathBuf,
    /// Settings by variable, without `HOUSELIGHTS_`.
    pub settings: Vec<(&'static str, String)>,
    /// A shell command that goes before, such as `ulimit -n 20000;`.
    pub before: String,
    /// A program that becomes the server, such as `setpriv --pdeathsig KILL --`.
    pub wrapper: String,
    /// `serve` or `demo`.
    pub command: &'static str,
    /// Where it listens.
    pub listen: String,
}

impl Recipe {
    /// Without rate limits, with tokens that outlast the run.
    pub fn new(binary: &Path, data: &Path) -> Self {
        let settings = vec![("RATE_LIMITS", "off".to_owned()), ("ACCESS_LIFETIME", "1d".to_owned())];
        let (before, wrapper) = (String::new(), String::new());
        let (binary, data, listen) = (binary.to_owned(), data.to_owned(), "127.0.0.1:0".to_owned());
        Self { binary, data, settings, before, wrapper, command: "serve", listen }
    }

    /// With a further setting.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &impl ToString) -> Self {
        self.settings.push((name, value.to_string()));
        self
    }

    /// A command of the binary on the data folder and with the settings of the server, to its end.
    pub fn run(&self, words: &[&str]) -> Result<Output> {
        let mut command = Command::new(&self.binary);
        self.set(&mut command);
        command.args(words).arg("--data-dir").arg(&self.data).stdin(Stdio::null());
        command.output().attempting("cannot run the binary")
    }

    /// As [`Self::run`], failing with what it says unless it succeeds.
    pub fn done(&self, words: &[&str]) -> Result<String> {
        let output = self.run(words)?;
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        if output.status.success() {
            Ok(said)
        } else {
            Err(format!("`{}`: {}: {said}", words.join(" "), output.status))
        }
    }

    /// `houselights verify` must find nothing.
    pub fn verify(&self) -> Result<String> {
        self.done(&["verify"])
    }

    /// Where the server's log goes.
    pub fn log(&self) -> PathBuf {
        let mut name = self.data.file_name().unwrap_or_default().to_owned();
        name.push(".log");
        self.data.with_file_name(name)
    }

    /// Starts the server without waiting for it.
    pub fn spawn(&self) -> Result<Server> {
        let log = File::create(self.log()).attempting("cannot write the server's log")?;
        let Self { before, wrapper, command: serve, listen, .. } = self;
        let words = format!("{before} exec {wrapper} \"$0\" {serve} --listen {listen} --data-dir \"$1\"");
        let mut command = Command::new("sh");
        command.arg("-c").arg(words).arg(&self.binary).arg(&self.data);
        self.set(&mut command);
        command.env("HOUSELIGHTS_LOG_FORMAT", "json").stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let child = command.spawn().attempting("cannot start the server")?;
        Ok(Server { child, at: SocketAddr::from(([127, 0, 0, 1], 0)), log: self.log(), started: Instant::now() })
    }

    fn set(&self, command: &mut Command) {
        for (name, value) in &self.settings {
            command.env(format!("HOUSELIGHTS_{name}"), value);
        }
    }

    /// Starts the server and waits for its first answer.
    pub fn start(&self) -> Result<Server> {
        let mut server = self.spawn()?;
        server.wait_until_open()?;
        Ok(server)
    }
}

/// Sends a signal, such as `STOP`, to a process.
pub fn signal(name: &str, process: u32) -> Result {
    let sent = Command::new("kill").arg(format!("-{name}")).arg(process.to_string()).stderr(Stdio::null()).status();
    let sent = sent.attempting("cannot run kill")?.success();
    sent.then_some(()).ok_or_else(|| format!("SIG{name} was not sent to {process}"))
}

/// A running server; it is killed when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Where it listens.
    pub at: SocketAddr,
    log: PathBuf,
    started: Instant,
}

impl Server {
    /// Waits for the first answer; says how long it took from the start.
    pub fn wait_until_open(&mut self) -> Result<Duration> {
        let log = self.log.clone();
        self.at = poll("the server opens", STARTS_WITHIN, || {
            if let Some(status) = self.ended()? {
                return Err(format!("the server ended with {status}: {}", tail(&log)));
            }
            Ok(address(&fs::read_to_string(&log).unwrap_or_default()))
        })?;
        Client::new(self.at).told(Ask::get("/healthz"))?.expect(200)?;
        Ok(self.started.elapsed())
    }

    /// A client of this server.
    pub const fn client(&self) -> Client {
        Client::new(self.at)
    }

    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether, and how, it has ended.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.child.try_wait().attempting("cannot look at the server")
    }

    /// SIGKILL, and waits until it is gone.
    pub fn kill(mut self) -> Result {
        self.child.kill().attempting("cannot kill the server")?;
        self.child.wait().attempting("cannot wait for the server").map(drop)
    }

    /// SIGTERM; does not wait.
    pub fn tell_to_stop(&self) -> Result {
        signal("TERM", self.id())
    }

    /// Waits for the end; fails unless it comes in time with exit code 0.
    pub fn has_stopped(mut self, within: Duration) -> Result<Duration> {
        let start = Instant::now();
        let status = poll("the server ends", within, || self.ended())?;
        if status.success() { Ok(start.elapsed()) } else { Err(format!("{status}: {}", tail(&self.log))) }
    }

    /// SIGTERM, and exit code 0 in time.
    pub fn stop(self, within: Duration) -> Result<Duration> {
        self.tell_to_stop()?;
        self.has_stopped(within)
    }

    /// A line of `/proc/<id>/status` such as `VmHWM`, in KiB.
    pub fn memory(&self, line: &str) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id())).attempting("no /proc")?;
        let found = status.lines().find_map(|text| text.strip_prefix(line)?.strip_prefix(':'));
        let number = found.and_then(|text| text.split_whitespace().next()?.parse().ok());
        number.ok_or_else(|| format!("no {line} in /proc/<id>/status"))
    }

    /// Its memory in KiB, what it shares with others counted in part (`Pss` of `/proc/<id>/smaps_rollup`).
    pub fn proportional_memory(&self) -> Result<u64> {
        let rollup = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.id())).attempting("no smaps_rollup")?;
        let found = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
        let number = found.and_then(|text| text.split_whitespace().next()?.parse().ok());
        number.ok_or_else(|| "no Pss in /proc/<id>/smaps_rollup".to_owned())
    }

    /// The time that it has spent on processors, itself and for it in the kernel, in hundredths of a second.
    pub fn processor_time(&self) -> Result<u64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.id())).attempting("no /proc")?;
        // The second field is a name in parentheses, which may hold anything.
        let rest = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
        let ticks: Vec<u64> = rest.split(' ').skip(11).take(2).filter_map(|text| text.parse().ok()).collect();
        if ticks.len() == 2 { Ok(ticks.iter().sum()) } else { Err("no times in /proc/<id>/stat".to_owned()) }
    }

    /// What it has logged.
    pub fn logged(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address in the line that tells that the server is open.
fn address(log: &str) -> Option<SocketAddr> {
    let line = log.lines().find(|line| line.contains("\"message\":\"open\""))?;
    let line: serde_json::Value = serde_json::from_str(line).ok()?;
    line["address"].as_str()?.parse().ok()
}

fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(10)..].join("\n")
}
