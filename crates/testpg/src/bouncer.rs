//! PgBouncer before a cluster, in transaction mode, made from the file of `deploy/pgbouncer`.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpStream},
    process::{Child, Stdio},
    sync::LazyLock,
    thread,
    time::{Duration, Instant},
};

use crate::{Cluster, Database, Result, USER, place, shared};

pub(crate) const TEMPLATE: &str = include_str!("../../../deploy/pgbouncer/pgbouncer.ini");
pub(crate) const PROGRAM: &str = "/usr/sbin/pgbouncer";
const PASSWORD: &str = "only4a4test";
const OPENS_WITHIN: Duration = Duration::from_secs(30);

/// Ends it when its own standard input ends, which is when the process that started it is gone.
const KEEPER: &str = "\"$0\" -q pgbouncer.ini & cat >/dev/null; kill \"$!\"";

static SHARED: LazyLock<Result<Bouncer>> = LazyLock::new(|| Bouncer::before(shared()));

/// The one before the cluster that all tests of this process share; it starts when it is first asked for.
///
/// # Panics
/// Where there is no PgBouncer, or it does not start.
#[expect(clippy::panic, reason = "a test without its pooler should end there")]
pub fn shared_bouncer() -> &'static Bouncer {
    SHARED.as_ref().unwrap_or_else(|why| panic!("no PgBouncer for this test: {why}"))
}

/// A running PgBouncer. It ends with the process, however that ends.
#[derive(Debug)]
pub struct Bouncer {
    port: u16,
    /// Its standard input is the sign that we are alive.
    keeper: Child,
}

impl Bouncer {
    fn before(cluster: &Cluster) -> Result<Self> {
        let folder = cluster.folder();
        let port = place::free_port()?;
        let here = folder.to_string_lossy();
        let mut ini = TEMPLATE.to_owned();
        for (from, to) in [
            ("port=5432", format!("port={}", cluster.port())),
            ("listen_port = 6432", format!("listen_port = {port}")),
            ("/var/run/postgresql", here.to_string()),
            ("/var/log/postgresql", here.to_string()),
            ("/etc/pgbouncer", here.to_string()),
            // Each test has a database of its own, and all of them one cluster.
            ("default_pool_size = 20", "default_pool_size = 8".to_owned()),
        ] {
            if !ini.contains(from) {
                return Err(format!("deploy/pgbouncer/pgbouncer.ini has no {from}"));
            }
            ini = ini.replace(from, &to);
        }
        cluster.place.write(&folder.join("pgbouncer.ini"), ini.as_bytes())?;
        cluster.place.write(&folder.join("userlist.txt"), format!("\"{USER}\" \"{PASSWORD}\"\n").as_bytes())?;
        let keeper = cluster
            .place
            .command("sh")
            .args(["-c", KEEPER, PROGRAM])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{PROGRAM} cannot be started: {error} (Debian: apt-get install pgbouncer)"))?;
        let bouncer = Self { port, keeper };
        bouncer.opens(&folder.join("pgbouncer.log"))?;
        Ok(bouncer)
    }

    fn opens(&self, log: &std::path::Path) -> Result {
        let start = Instant::now();
        while TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))).is_err() {
            if start.elapsed() > OPENS_WITHIN {
                let said = std::fs::read_to_string(log).unwrap_or_default();
                return Err(format!("PgBouncer does not open (Debian: apt-get install pgbouncer): {said}"));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// A database by this way.
    pub fn url(&self, database: &Database) -> String {
        format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{}/{}?sslmode=disable", self.port, database.name())
    }
}

impl Drop for Bouncer {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // Fails only where it has ended already.
        let _ended = self.keeper.wait();
    }
}
