//! PostgreSQL with standbys and automatic failover, made from the templates of `deploy/ha`: three machines that are three
//! folders and three addresses of the loopback interface, each with etcd, Patroni and PostgreSQL, and a
//! balancer before them.

use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{self, Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{Result, bouncer, machine, place::Place, programs::Programs};

/// A machine's number: 1, 2 or 3.
pub type Number = u8;

const MACHINES: [Number; 3] = [1, 2, 3];
/// The last number of the balancer's address.
const BALANCER: u8 = 9;
/// Debian keeps it where only root's path leads.
const HAPROXY: &str = "/usr/sbin/haproxy";
const PASSWORD: &str = "only4a4loopback4address";
/// What Debian's unit files use, and the templates.
const PATRONI: u16 = 8008;
const POSTGRES: u16 = 5432;
const POOLER: u16 = 6432;

const LONGEST_ANSWER: u64 = 1 << 16;

/// Until all three machines are there, from nothing or after a crash.
const SETTLES_WITHIN: Duration = Duration::from_mins(2);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Keeps a folder until its standard input ends, which is when the process that started it is gone; then kills what runs
/// in it and removes it.
const KEEPER: &str = "cat >/dev/null; cd /; for again in 1 2 3; do for one in /proc/[0-9]*; do \
                      case $(readlink \"$one/cwd\") in \"$1\"|\"$1\"/*) kill -9 \"${one#/proc/}\";; esac; done; sleep 0.1; \
                      done 2>/dev/null; rm -rf -- \"$1\"";

/// Three machines and a way to whoever is primary.
#[derive(Debug)]
pub struct Site {
    programs: Programs,
    place: Place,
    /// The second and third number of all addresses: each process has its own.
    net: (u8, u8),
    children: Vec<Child>,
    pooler: Option<Child>,
    keeper: Child,
}

impl Site {
    /// Makes and starts it, from the folder `deploy/ha`. Takes a quarter of a minute.
    pub fn start(templates: &Path) -> Result<Self> {
        let programs = Programs::find()?;
        let place = Place::make(None)?;
        // It is ours and not the machines': it can kill and remove whatever is in the folder.
        let keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper"])
            .arg(place.folder())
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("the keeper of the machines cannot be started: {error}"))?;
        let mine = process::id().to_be_bytes();
        let net = (64 + mine[2] % 64, 1 + mine[3] % 250);
        let mut site = Self { programs, place, net, children: Vec::new(), pooler: None, keeper };
        site.make(templates)?;
        for machine in MACHINES {
            site.boot(machine)?;
        }
        let proxy = site.place.folder().join("haproxy.cfg");
        let balancer = site.run_on(
            if Path::new(HAPROXY).is_file() { HAPROXY } else { "haproxy" },
            &["-db", "-f", &proxy.to_string_lossy()],
            &site.place.folder().join("balancer"),
        )?;
        site.children.push(balancer);
        site.settled()?;
        site.make_database()?;
        Ok(site)
    }

    /// Fills the templates in, by the script that is for administrators, and moves what has a fixed place.
    fn make(&self, templates: &Path) -> Result {
        let folder = self.place.folder();
        let text = |path: &Path| fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()));
        let mut settings = vec!["NETWORK=127.0.0.0/8".to_owned()];
        for machine in MACHINES {
            settings.push(format!("NAME_{machine}=db{machine}"));
            settings.push(format!("ADDRESS_{machine}={}", self.address(machine)));
        }
        settings.extend(
            ["SUPERUSER", "REPLICATION", "HOUSELIGHTS", "REST"].map(|who| format!("{who}_PASSWORD={PASSWORD}")),
        );
        self.place.write(&folder.join("site.env"), (settings.join("\n") + "\n").as_bytes())?;
        for script in ["fill.sh", "certificates.sh"] {
            // The account that runs the rest may not be able to read the templates.
            done(Command::new("sh").arg(templates.join(script)).arg(folder.join("site.env")).arg(folder.join("made")))?;
        }
        for machine in MACHINES {
            let (from, to) = (folder.join(format!("made/db{machine}")), self.machine(machine));
            self.place.make_folder(&to)?;
            let here = to.to_string_lossy();
            let patroni = moved(
                &text(&from.join("config.yml"))?,
                &[
                    ("/var/lib/postgresql/15", &here),
                    ("/usr/lib/postgresql/15/bin", &self.programs.path("").to_string_lossy()),
                    ("/var/run/postgresql", &here),
                    ("/etc/patroni/tls", &here),
                    ("shared_buffers: 2GB", "shared_buffers: 64MB"),
                ],
            )?;
            self.place.write(&to.join("config.yml"), patroni.as_bytes())?;
            let etcd = moved(&text(&from.join("etcd"))?, &[("/var/lib/etcd/houselights", &format!("{here}/etcd"))])?;
            self.place.write(&to.join("etcd.env"), etcd.as_bytes())?;
            for file in ["server.crt", "server.key"] {
                self.place.write(&to.join(file), text(&from.join(file))?.as_bytes())?;
            }
        }
        self.place.make_folder(&folder.join("balancer"))?;
        let listen = format!("{}:{POSTGRES}", self.address(BALANCER));
        let proxy = moved(&text(&folder.join("made/haproxy.cfg"))?, &[("127.0.0.1:5432", &listen)])?;
        self.place.write(&folder.join("haproxy.cfg"), proxy.as_bytes())?;
        self.place.write(&folder.join("database.sql"), text(&folder.join("made/database.sql"))?.as_bytes())
    }

    fn make_database(&self) -> Result {
        let primary = self.primary().ok_or("there is no primary")?;
        let place = format!("host={} user=postgres dbname=postgres sslmode=require", self.address(primary));
        let mut psql = self.place.command(self.programs.path("psql"));
        psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "database.sql", &place]);
        psql.env("PGPASSWORD", PASSWORD).env("HOME", self.place.folder());
        done(&mut psql)
    }

    /// Starts what a machine starts when it is switched on.
    fn boot(&mut self, machine: Number) -> Result {
        let at = self.machine(machine);
        let etcd = self.run_on("sh", &["-c", "set -a; . ./etcd.env; exec etcd"], &at)?;
        let patroni = self.run_on("patroni", &["config.yml"], &at)?;
        self.children.extend([etcd, patroni]);
        Ok(())
    }

    /// Puts a `PgBouncer` before the balancer, from the file of `deploy/pgbouncer`.
    pub fn pool(&mut self) -> Result {
        let (at, balancer) = (self.place.folder().join("pooler"), self.address(BALANCER));
        self.place.make_folder(&at)?;
        let here = at.to_string_lossy();
        let settings = moved(
            bouncer::TEMPLATE,
            &[
                ("host=127.0.0.1", &format!("host={balancer}")),
                ("listen_addr = 127.0.0.1", &format!("listen_addr = {balancer}")),
                ("/var/run/postgresql", &here),
                ("/var/log/postgresql", &here),
                ("/etc/pgbouncer", &here),
                (";server_tls_", "server_tls_"),
            ],
        )?;
        self.place.write(&at.join("pgbouncer.ini"), settings.as_bytes())?;
        self.place.write(&at.join("userlist.txt"), format!("\"houselights\" \"{PASSWORD}\"\n").as_bytes())?;
        let authority = fs::read(self.place.folder().join("made/ca.crt")).map_err(|error| error.to_string())?;
        self.place.write(&at.join("ca.crt"), &authority)?;
        self.pooler = Some(self.run_on(bouncer::PROGRAM, &["-q", "pgbouncer.ini"], &at)?);
        let open = SocketAddr::from((balancer, POOLER));
        self.wait("PgBouncer does not open", |_| TcpStream::connect(open).is_ok())
    }

    /// Fails where the process of [`Self::pool`] has ended.
    pub fn still_pools(&mut self) -> Result {
        match self.pooler.as_mut().map(Child::try_wait) {
            None | Some(Ok(None)) => Ok(()),
            Some(ended) => Err(format!("PgBouncer has ended by itself: {ended:?}")),
        }
    }

    fn run_on(&self, program: &str, words: &[&str], at: &Path) -> Result<Child> {
        let opened = File::options().append(true).create(true).open(at.join("log"));
        let log = opened.map_err(|error| format!("a machine's log cannot be written: {error}"))?;
        let again = log.try_clone().map_err(|error| format!("a machine's log cannot be written: {error}"))?;
        let mut command = self.place.command(program);
        command.args(words).current_dir(at).env("HOME", at).stdin(Stdio::null()).stdout(log).stderr(again);
        command.spawn().map_err(|error| format!("{program} cannot be started: {error}"))
    }

    /// The whole machine is switched off.
    pub fn kill(&mut self, machine: Number) -> Result {
        machine::kill(&self.machine(machine))?;
        self.children.retain_mut(|child| !matches!(child.try_wait(), Ok(Some(_))));
        Ok(())
    }

    /// The whole machine stands still: connections to it stay, and nothing is answered.
    pub fn freeze(&self, machine: Number) {
        machine::freeze(&self.machine(machine));
    }

    /// A machine that stood still goes on, as if no time had passed.
    pub fn thaw(&self, machine: Number) {
        machine::thaw(&self.machine(machine));
    }

    /// Switches a machine on that was switched off, and waits until all is well again.
    pub fn revive(&mut self, machine: Number) -> Result {
        self.boot(machine)?;
        self.settled()
    }

    /// Waits until one machine is primary, one a synchronous standby, and the third a standby.
    pub fn settled(&self) -> Result {
        self.wait("the machines have not found together", Self::is_settled)
    }

    fn wait(&self, or: &str, until: impl Fn(&Self) -> bool) -> Result {
        let start = Instant::now();
        while !until(self) {
            if start.elapsed() > SETTLES_WITHIN {
                return Err(format!("{or}; the log of the first machine: {}", self.log_tail(1)));
            }
            thread::sleep(LOOK_EVERY);
        }
        Ok(())
    }

    fn is_settled(&self) -> bool {
        // Whoever has just got the right to be primary is a standby still, and says both.
        let (standbys, primaries): (Vec<_>, Vec<_>) =
            MACHINES.into_iter().partition(|machine| self.says_yes(*machine, "/replica"));
        primaries.len() == 1
            && primaries.iter().all(|machine| self.says_yes(*machine, "/primary"))
            && standbys.iter().filter(|machine| self.says_yes(**machine, "/synchronous")).count() == 1
    }

    /// The machine that holds the right to be primary.
    pub fn primary(&self) -> Option<Number> {
        MACHINES.into_iter().find(|machine| self.says_yes(*machine, "/primary"))
    }

    /// A planned switch-over to another machine. Returns the new primary's number when it is done.
    pub fn switch_over(&self) -> Result<Number> {
        let find = |path| MACHINES.into_iter().find(|machine| self.says_yes(*machine, path));
        let (Some(from), Some(to)) = (find("/primary"), find("/synchronous")) else {
            return Err("there is no primary with a synchronous standby".into());
        };
        let (leader, candidate) = (format!("db{from}"), format!("db{to}"));
        let mut patronictl = self.place.command("patronictl");
        patronictl.args(["-c", "config.yml", "switchover", "--leader", &leader, "--candidate", &candidate, "--force"]);
        // Its colours and progress need a terminal's language.
        done(patronictl.current_dir(self.machine(from)).env("HOME", self.machine(from)))?;
        Ok(to)
    }

    /// The database's URL by the three machines' own addresses.
    pub fn direct(&self) -> String {
        let hosts: Vec<String> = MACHINES.map(|machine| self.address(machine).to_string()).to_vec();
        format!("postgres://houselights:{PASSWORD}@{}/houselights?{}", hosts.join(","), self.protected())
    }

    /// The database's URL through the balancer.
    pub fn balanced(&self) -> String {
        let balancer = self.address(BALANCER);
        format!("postgres://houselights:{PASSWORD}@houselights-db/houselights?hostaddr={balancer}&{}", self.protected())
    }

    /// The database's URL through [`Self::pool`].
    pub fn pooled(&self) -> String {
        let pooler = self.address(BALANCER);
        format!("postgres://houselights:{PASSWORD}@{pooler}:{POOLER}/houselights?sslmode=disable")
    }

    fn protected(&self) -> String {
        format!("sslmode=verify-full&sslrootcert={}", self.place.folder().join("made/ca.crt").display())
    }

    /// The last lines of a machine's log.
    pub fn log_tail(&self, machine: Number) -> String {
        let log = fs::read_to_string(self.machine(machine).join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    fn machine(&self, machine: Number) -> PathBuf {
        self.place.folder().join(format!("machine{machine}"))
    }

    fn address(&self, last: u8) -> Ipv4Addr {
        Ipv4Addr::new(127, self.net.0, self.net.1, last)
    }

    /// What Patroni on a machine answers to a question, as HAProxy puts it.
    fn says_yes(&self, machine: Number, path: &str) -> bool {
        let ask = || -> std::io::Result<bool> {
            let at = SocketAddr::from((self.address(machine), PATRONI));
            let mut stream = TcpStream::connect_timeout(&at, Duration::from_secs(1))?;
            stream.set_read_timeout(Some(Duration::from_secs(1)))?;
            write!(stream, "OPTIONS {path} HTTP/1.0\r\n\r\n")?;
            let mut answer = Vec::new();
            stream.take(LONGEST_ANSWER).read_to_end(&mut answer)?;
            Ok(answer.get(8..12) == Some(b" 200"))
        };
        ask().unwrap_or(false)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // Both fail only where they have ended already.
        let _ended = self.keeper.wait();
        for child in self.children.iter_mut().chain(&mut self.pooler) {
            let _ended = child.wait();
        }
    }
}

/// A template with other places; fails where it does not name one of them any more.
fn moved(template: &str, places: &[(&str, &str)]) -> Result<String> {
    places.iter().try_fold(template.to_owned(), |text, (from, to)| {
        if text.contains(from) { Ok(text.replace(from, to)) } else { Err(format!("the template has no {from}")) }
    })
}

fn done(command: &mut Command) -> Result {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{program} cannot be run: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(format!("{program} ended with {}: {}", output.status, said.trim()))
}
