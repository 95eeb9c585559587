//! What a run takes place on: one node on a data folder, or two on one PostgreSQL, each with a way of its own to it.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use crate::{
    check::{Kind, Violation},
    network::Network,
    node::{Dress, Node, copy},
    proxy::{Mood, Proxy, Sales},
};
use houselights_testpg::{Cluster, Options, Stop};
use houselights_tests::harness::{
    Attempting as _, Result,
    client::{Ask, Client},
    disk::{Mounted, fill},
    house,
    server::{Recipe, Server, poll, signal},
};
use serde_json::{Value, json};

const BACK_WITHIN: Duration = Duration::from_mins(1);
const STOPS_WITHIN: Duration = Duration::from_secs(40);
/// MiB for all of PostgreSQL; its ballast leaves nothing of it.
const DISK: u64 = 320;
const DATABASE: &str = "postgres";
/// The screen on which seats are plenty.
pub(crate) const HALL: &str = "palace/1";
/// Transactions that wait in a circle are to be counted before any of them gives up by itself.
const DEADLOCK: (&str, &str) = ("deadlock_timeout", "20ms");

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

impl Database {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// Where the nodes are to be found just now.
#[derive(Clone, Debug)]
pub(crate) struct Doors(Arc<Mutex<Vec<SocketAddr>>>);

impl Doors {
    pub(crate) fn new(at: Vec<SocketAddr>) -> Self {
        Self(Arc::new(Mutex::new(at)))
    }

    pub(crate) fn all(&self) -> Vec<SocketAddr> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The nodes are counted around and around.
    pub(crate) fn at(&self, number: usize) -> SocketAddr {
        let all = self.all();
        all.get(number % all.len().max(1)).copied().unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 1)))
    }

    fn set(&self, number: usize, at: SocketAddr) {
        if let Some(door) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(number) {
            *door = at;
        }
    }
}

/// See the module. What is used by what comes before it, so that it is dropped later, comes last.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) doors: Doors,
    /// For commands that do not serve, which go straight to the database.
    pub(crate) desk: Recipe,
    pub(crate) nodes: Vec<Node>,
    /// Processes of ours and of PostgreSQL that were killed.
    pub(crate) kills: u64,
    pub(crate) cluster: Option<Cluster>,
    network: Option<Network>,
    disk: Option<Mounted>,
    /// It takes what room there is.
    ballast: Option<PathBuf>,
}

impl Stage {
    /// A new house with a programme. The nodes do not run yet.
    pub(crate) fn set(database: Database, binary: &Path, work: &Path) -> Result<Self> {
        let mut stage = match database {
            Database::Sqlite => {
                let desk = house::anew(binary, &work.join("data"))?;
                house::hire(&desk)?;
                Self::with(desk.clone(), vec![Node::new(desk, work, None)])
            }
            Database::Postgres => Self::on_postgres(binary, work)?,
        };
        stage.doors = Doors::new(stage.nodes.iter().map(|_| SocketAddr::from((Ipv4Addr::LOCALHOST, 1))).collect());
        Ok(stage)
    }

    fn with(desk: Recipe, nodes: Vec<Node>) -> Self {
        let doors = Doors::new(Vec::new());
        Self { doors, desk, nodes, kills: 0, cluster: None, network: None, disk: None, ballast: None }
    }

    fn on_postgres(binary: &Path, work: &Path) -> Result<Self> {
        let small = Mounted::new(&work.join("disk"), DISK)?;
        let settings = [("max_wal_size", "48MB"), ("min_wal_size", "2MB"), ("restart_after_crash", "on"), DEADLOCK];
        let options = Options {
            settings: settings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            parent: Some(small.at().to_owned()),
            // Small pieces of the log, so that a full disk is met in it as well.
            initdb: vec!["--wal-segsize=1".to_owned()],
            ..Options::default()
        };
        let cluster = Cluster::start(&options)?;
        let with_key = |recipe: Recipe| recipe.with("SIGNING_KEY", &"the same on every node, for a run of faults");
        let desk = with_key(house::empty(binary, &work.join("desk"))?).with("DATABASE_URL", &cluster.url(DATABASE));
        house::import(&desk)?;
        house::import_this(&desk, &large_hall())?;
        house::hire(&desk)?;
        let to = SocketAddr::from((Ipv4Addr::LOCALHOST, cluster.port()));
        let mut nodes = Vec::new();
        for name in ["node-a", "node-b"] {
            let recipe = with_key(house::empty(binary, &work.join(name))?).with("DATABASE_CONNECTIONS", &6);
            nodes.push(Node::new(recipe, work, Some(Proxy::open(to)?)));
        }
        Ok(Self { cluster: Some(cluster), disk: Some(small), ..Self::with(desk, nodes) })
    }

    fn node(&mut self, number: usize) -> Result<&mut Node> {
        self.nodes.get_mut(number).ok_or_else(|| format!("there is no node {number}"))
    }

    /// Starts a node and waits until it is open.
    pub(crate) fn start(&mut self, number: usize) -> Result {
        let at = self.node(number)?.start()?;
        self.doors.set(number, at);
        Ok(())
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self, number: usize) -> Result {
        if let Some(server) = self.node(number)?.off() {
            server.kill()?;
            self.kills += 1;
        }
        Ok(())
    }

    /// Starts a node and kills it before it is open, or soon after.
    pub(crate) fn kill_at_start(&mut self, number: usize, after: Duration) -> Result {
        let server = self.node(number)?.spawn()?;
        // A seeded moment, not a wait for anything.
        std::thread::sleep(after);
        server.kill()?;
        self.kills += 1;
        Ok(())
    }

    /// Restarts a node in another dress, if it does not wear it already.
    pub(crate) fn dress(&mut self, number: usize, dress: Dress) -> Result {
        if self.node(number)?.dress == dress {
            return Ok(());
        }
        self.node(number)?.go_on()?;
        if let Some(server) = self.node(number)?.off() {
            server.stop(STOPS_WITHIN)?;
        }
        if dress == Dress::OwnNetwork && self.network.is_none() {
            self.network = Some(Network::lay()?);
        }
        let network = self.network.as_ref().map(Network::clone_names);
        self.node(number)?.wear(dress, network)?;
        self.start(number)
    }

    /// SIGSTOP.
    pub(crate) fn pause(&mut self, number: usize) -> Result {
        self.node(number)?.pause()
    }

    pub(crate) fn proxies(&self) -> impl Iterator<Item = &Proxy> {
        self.nodes.iter().filter_map(|node| node.proxy.as_ref())
    }

    pub(crate) fn postgres(&self) -> Result<&Cluster> {
        self.cluster.as_ref().ok_or_else(|| "this is done to PostgreSQL only".to_owned())
    }

    /// What all nodes have sold in one statement.
    pub(crate) fn sales(&self) -> Sales {
        self.proxies().map(Proxy::sales).fold(Sales::default(), |all, one| Sales {
            made: all.made + one.made,
            turned_back: all.turned_back + one.turned_back,
        })
    }

    pub(crate) fn query(&self, statement: &str) -> Result<String> {
        self.postgres()?.query(DATABASE, statement)
    }

    /// Whoever locks in one order never waits in a circle. PostgreSQL finds out only after a second in which all of them
    /// stood still, and then takes one back: nobody is lied to, but customers wait, and each retry may end so again.
    pub(crate) fn deadlocks(&self) -> Result<Vec<Violation>> {
        if self.cluster.is_none() {
            return Ok(Vec::new());
        }
        let count = self.query("SELECT coalesce(sum(deadlocks), 0) FROM pg_stat_database")?;
        let found = (count != "0").then(|| Violation(Kind::Deadlock, format!("PostgreSQL has counted {count}")));
        Ok(found.into_iter().collect())
    }

    /// Takes the key from PostgreSQL's claims. No node may run.
    pub(crate) fn take_key(&self) -> Result {
        let key = "ALTER TABLE claims DROP CONSTRAINT claims_pkey; CREATE INDEX ON claims (show_id, seat_number)";
        self.query(key).map(drop)
    }

    /// As if its first process were killed.
    pub(crate) fn stop_postgres(&mut self) -> Result {
        self.postgres()?.stop(Stop::Immediate)?;
        self.kills += 1;
        Ok(())
    }

    /// SIGKILL for one of PostgreSQL's processes.
    pub(crate) fn kill_backend(&mut self, process: u32) {
        // It may have ended by itself.
        let killed = signal("KILL", process).is_ok();
        self.kills += u64::from(killed);
    }

    /// Pulls the plug of the namespace, or puts it in.
    pub(crate) fn link(&self, up: bool) -> Result {
        self.network.as_ref().map_or(Ok(()), |network| network.link(up))
    }

    /// Not a byte of room is left.
    pub(crate) fn fill_disk(&mut self) -> Result {
        let small = self.nodes.iter().find_map(|node| node.disk.as_ref()).or(self.disk.as_ref());
        let small = small.ok_or("nothing here is on a small disk")?;
        let ballast = small.at().join("ballast");
        fill(&ballast)?;
        self.ballast = Some(ballast);
        Ok(())
    }

    /// Everything that was done is undone; nobody needs to be well yet.
    pub(crate) fn heal(&mut self) -> Result {
        self.proxies().for_each(|proxy| proxy.set(Mood::Pass));
        self.link(true)?;
        if let Some(ballast) = self.ballast.take() {
            fs::remove_file(ballast).attempting("cannot remove the ballast")?;
        }
        if let Some(cluster) = &self.cluster
            && !cluster.is_running()
        {
            cluster.start_again()?;
        }
        for number in 0..self.nodes.len() {
            let node = self.node(number)?;
            node.go_on()?;
            node.set_clock(0)?;
            if !node.runs()? {
                self.start(number)?;
            }
        }
        Ok(())
    }

    /// All nodes in their usual dress, all ready, and nothing under way any more.
    pub(crate) fn rest(&mut self) -> Result {
        for number in 0..self.nodes.len() {
            self.dress(number, Dress::Plain)?;
        }
        ready(&self.doors)?;
        self.quiet()
    }

    /// Waits until no transaction is open: what a node that is gone had sent may still be carried out.
    fn quiet(&self) -> Result {
        if self.cluster.is_none() {
            return Ok(());
        }
        let open = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'
                    AND pid <> pg_backend_pid() AND xact_start IS NOT NULL";
        poll("PostgreSQL comes to rest", BACK_WITHIN, || Ok((self.query(open)? == "0").then_some(())))
    }

    /// Stops all nodes in good order.
    pub(crate) fn close(&mut self) -> Result {
        let servers: Vec<Server> = self.nodes.iter_mut().filter_map(Node::off).collect();
        servers.into_iter().try_for_each(|server| server.stop(STOPS_WITHIN).map(drop))
    }

    /// Removes the data of a run that has found nothing.
    pub(crate) fn clear(&self) -> Result {
        let folders = self.nodes.iter().map(Node::data).chain([self.desk.data.as_path()]);
        folders
            .filter(|folder| folder.exists())
            .try_for_each(|folder| fs::remove_dir_all(folder).attempting("cannot remove a data folder"))
    }

    /// What a failed run leaves to be looked at; says where.
    pub(crate) fn keep(&mut self, work: &Path) -> Result<PathBuf> {
        let kept = work.join("kept");
        if kept.exists() {
            fs::remove_dir_all(&kept).attempting("cannot remove what an earlier run has kept")?;
        }
        if let Some(cluster) = &self.cluster {
            // It may be down already.
            let _stopped = cluster.stop(Stop::Fast);
            copy(&cluster.data(), &kept)?;
        } else if let Some(disk) = self.nodes.iter().find_map(|node| node.disk.as_ref()) {
            copy(disk.at(), &kept)?;
        } else {
            return Ok(self.desk.data.clone());
        }
        Ok(kept)
    }
}

/// A cinema with one hall of 10,000 seats, in which nothing is shown yet.
fn large_hall() -> Value {
    let rows: Vec<Value> = ('A'..='T').map(|row| json!({"row": row, "seats": "s".repeat(500)})).collect();
    json!({
        "cinemas": [{"key": "palace", "name": "Palace", "timezone": "Europe/London", "currency": "GBP",
                     "screens": [{"key": "1", "name": "Screen 1", "cleaning_minutes": 15, "layout": rows}]}],
    })
}

/// Waits until every node says that it can sell.
pub(crate) fn ready(doors: &Doors) -> Result {
    for at in doors.all() {
        poll(&format!("the node at {at} is ready"), BACK_WITHIN, || {
            let answer = Client::new(at).told(Ask::get("/readyz/"));
            Ok(answer.is_ok_and(|answer| answer.status == 200).then_some(()))
        })?;
    }
    Ok(())
}
