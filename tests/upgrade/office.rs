//! Two nodes on one PostgreSQL, which may be of different releases, and customers.

use std::{
    fmt,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use houselights_testpg::{Cluster, Options, free_port};
use houselights_tests::harness::{
    Attempting as _, Result,
    client::{Ask, Client},
    house,
    load::Load,
    server::{Recipe, Server, poll},
};

use crate::{
    Args,
    balanced::{Balanced, Seen},
    lives::Lives,
};

const STOPS_WITHIN: Duration = Duration::from_secs(40);
const READY_WITHIN: Duration = Duration::from_mins(1);
const NAMES: [&str; 2] = ["A", "B"];
/// Customers who go to the other node.
const BALANCED: i64 = 4;
/// The show of `papers`.
pub(crate) const PAPERS: i64 = house::SHOWS + BALANCED + 1;

/// A release, as an executable.
#[derive(Clone, Debug)]
pub(crate) struct Release {
    pub(crate) name: &'static str,
    pub(crate) binary: PathBuf,
    /// Which steps to come of the schema it is told to know.
    pub(crate) steps: Option<&'static str>,
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// See the module. Customers are dropped before nodes, and nodes before PostgreSQL.
#[derive(Debug)]
pub(crate) struct Office {
    pub(crate) lives: Lives,
    seen: Arc<Mutex<Seen>>,
    customers: Vec<Balanced>,
    load: Load,
    nodes: [Node; 2],
    desk: Recipe,
    _cluster: Cluster,
}

#[derive(Debug)]
struct Node {
    recipe: Recipe,
    server: Option<Server>,
}

impl Node {
    fn new(recipe: Recipe, at: SocketAddr) -> Self {
        // The address must outlive each of its processes.
        Self { recipe: Recipe { listen: at.to_string(), ..recipe }, server: None }
    }
}

impl Office {
    /// Opens it with two nodes of a release: the load begins.
    pub(crate) fn open(args: &Args, release: &Release) -> Result<Self> {
        let cluster = Cluster::start(&Options::default())?;
        let recipe = |name: &str| -> Result<Recipe> {
            let recipe = house::empty(&release.binary, &args.work.join(name))?;
            let recipe = recipe.with("DATABASE_URL", &cluster.url("postgres"));
            Ok(recipe.with("SIGNING_KEY", &"the same on every node of an upgrade").with("DATABASE_CONNECTIONS", &6))
        };
        let desk = recipe("desk")?;
        house::import(&desk)?;
        house::import_more(&desk, &(house::SHOWS + 1..=PAPERS).collect::<Vec<_>>())?;
        let address = || Ok::<_, String>(SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?)));
        let lives = Lives::new([address()?, address()?]);
        let mut nodes = [Node::new(recipe("node-a")?, lives.at[0]), Node::new(recipe("node-b")?, lives.at[1])];
        for node in &mut nodes {
            node.server = Some(of(&node.recipe, release).start()?);
        }
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let mut customers = Vec::new();
        for (number, customer) in (1..).zip(house::customers_at(lives.at[0], "balanced", 4)?) {
            customers.push(Balanced::start(lives.clone(), customer, house::SHOWS + number, Arc::clone(&seen)));
        }
        let load = Load::start(&args.fault, &lives.at, |line| println!("{line}"))?;
        Ok(Self { lives, seen, customers, load, nodes, desk, _cluster: cluster })
    }

    /// Stops a node in good order and starts it as of another release, at the same address.
    pub(crate) fn becomes(&mut self, number: usize, release: &Release) -> Result {
        let node = self.nodes.get_mut(number).ok_or("no such node")?;
        let server = node.server.take().ok_or("the node does not run")?;
        self.lives.turn(number);
        let begun = Instant::now();
        let stopped = server.stop(STOPS_WITHIN)?;
        let server = of(&node.recipe, release).start().attempting(&format!("{release} does not start"))?;
        node.server = Some(server);
        is_ready(self.lives.at[number])?;
        self.lives.turn(number);
        println!(
            "  node {} is {release} now: stopped in {:.2} s, away for {:.2} s",
            NAMES[number],
            stopped.as_secs_f64(),
            begun.elapsed().as_secs_f64()
        );
        Ok(())
    }

    /// A command of a release on the database; what it says.
    pub(crate) fn command(&self, release: &Release, words: &[&str]) -> Result<String> {
        of(&self.desk, release).done(words).attempting(release.name)
    }

    /// Starts a third node, which must not come up; says what it said.
    pub(crate) fn refused(&self, release: &Release) -> Result<String> {
        match of(&self.desk, release).start() {
            Ok(_) => Err(format!("{release} starts on a schema that has left it behind")),
            Err(why) => Ok(why),
        }
    }

    /// What a node has said since its last start.
    pub(crate) fn logged(&self, number: usize) -> String {
        self.nodes.get(number).and_then(|node| node.server.as_ref()).map(Server::logged).unwrap_or_default()
    }

    pub(crate) fn seen(&self) -> Seen {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Fails where a node has ended by itself, or a customer has seen what must not be.
    pub(crate) fn is_well(&mut self) -> Result {
        for node in &mut self.nodes {
            if let Some(server) = &mut node.server
                && let Some(status) = server.ended()?
            {
                return Err(format!("a node ended by itself with {status}: {}", server.logged()));
            }
        }
        let wrong = self.seen().wrong;
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
    }

    /// Ends the load, which says what it found, stops the nodes, and verifies the books.
    pub(crate) fn close(mut self, by: &Release) -> Result<(Seen, String)> {
        self.is_well()?;
        self.customers.clear();
        self.load.end()?;
        for server in self.nodes.iter_mut().filter_map(|node| node.server.take()) {
            server.stop(STOPS_WITHIN)?;
        }
        let books = of(&self.desk, by).verify()?;
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Ok((seen, books.trim().to_owned()))
    }
}

fn is_ready(at: SocketAddr) -> Result {
    let mut client = Client::new(at);
    poll("the node is ready", READY_WITHIN, || {
        Ok(client.told(Ask::get("/readyz/")).is_ok_and(|answer| answer.status == 200).then_some(()))
    })
}

fn of(recipe: &Recipe, release: &Release) -> Recipe {
    let recipe = Recipe { binary: release.binary.clone(), ..recipe.clone() };
    match &release.steps {
        Some(steps) => recipe.with("STEPS_TO_COME", steps),
        None => recipe,
    }
}
