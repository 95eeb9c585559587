//! Two nodes on three machines' PostgreSQL, customers, and one more at each node who watches whether it sells.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use houselights_testpg::Site;
use houselights_tests::harness::{
    Attempting as _, Result, house,
    server::{Recipe, Server},
};
use serde_json::json;

use crate::{Args, probe::Probe};

const STOPS_WITHIN: Duration = Duration::from_secs(40);
/// By what way the nodes go to the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum By {
    /// One by HAProxy, one by three hosts in its URL.
    #[default]
    TwoWays,
    /// Both by `PgBouncer`, which goes to HAProxy.
    PgBouncer,
}

impl By {
    /// What each node's way is called, and its URL.
    fn ways(self, site: &Site) -> [(&'static str, String); 2] {
        match self {
            Self::TwoWays => [("by HAProxy", site.balanced()), ("by three hosts", site.direct())],
            Self::PgBouncer => ["by PgBouncer", "by PgBouncer, the other node"].map(|way| (way, site.pooled())),
        }
    }

    /// Whether the engine may prepare statements.
    const fn prepares(self) -> &'static str {
        match self {
            Self::TwoWays => "on",
            Self::PgBouncer => "off",
        }
    }
}

/// See the module. The nodes are dropped before anything else of the drill.
#[derive(Debug)]
pub(crate) struct Office {
    pub(crate) probes: Vec<Probe>,
    pub(crate) ways: [&'static str; 2],
    load: Child,
    nodes: Vec<Server>,
    desk: Recipe,
}

impl Office {
    /// Opens it: the load begins.
    pub(crate) fn open(args: &Args, site: &Site) -> Result<Self> {
        let recipe = |name: &str, url: &str| -> Result<Recipe> {
            let recipe = house::empty(&args.binary, &args.work.join(name))?;
            Ok(recipe.with("DATABASE_URL", &url).with("SIGNING_KEY", &"the same on every node of a failover drill"))
        };
        let desk = recipe("desk", &site.direct())?;
        house::import(&desk)?;
        // Shows have numbers in the order in which they are imported.
        let shows = [house::SHOWS + 1, house::SHOWS + 2];
        import_shows(&desk, &args.work, &shows)?;
        let ways = args.by.ways(site);
        let start = |name: &str, url: &str| recipe(name, url)?.with("DATABASE_PREPARE", &args.by.prepares()).start();
        let nodes = ["node-a", "node-b"].into_iter().zip(&ways);
        let nodes: Vec<Server> = nodes.map(|(name, (_, url))| start(name, url)).collect::<Result<_>>()?;
        let ways = ways.map(|(way, _)| way);
        let mut probes = Vec::new();
        for (node, show) in nodes.iter().zip(shows) {
            let customer = house::customers_at(node.at, &format!("probe{show}n"), 1)?.remove(0);
            probes.push(Probe::start(node.at, customer, show));
        }
        let addresses: Vec<String> = nodes.iter().map(|node| node.at.to_string()).collect();
        let mut load = Command::new(&args.fault);
        load.args(["--mode", "against", "--nodes", &addresses.join(",")]).stdin(Stdio::piped());
        let mut load = load.stdout(Stdio::piped()).spawn().attempting("the load cannot be started")?;
        let mut told = BufReader::new(load.stdout.take().ok_or("the load cannot be heard")?).lines();
        let office = Self { probes, ways, load, nodes, desk };
        if !told.by_ref().map_while(std::io::Result::ok).any(|line| line.starts_with("booking")) {
            return Err("the load ended before it began".into());
        }
        // What it finds at its end is for whoever reads the drill.
        thread::spawn(move || told.map_while(std::io::Result::ok).for_each(|line| println!("{line}")));
        Ok(office)
    }

    /// Ends the load, which says what it found, stops the nodes, and verifies the books.
    pub(crate) fn close(mut self) -> Result {
        for node in &mut self.nodes {
            if let Some(status) = node.ended()? {
                return Err(format!("a node ended by itself with {status}: {}", node.logged()));
            }
        }
        self.probes.clear();
        let mut way = self.load.stdin.take().ok_or("the load was ended before")?;
        // Where it has ended by itself, it has said why.
        let _already_over = way.write_all(b"\n");
        drop(way);
        let found = self.load.wait().attempting("waiting for the load")?;
        if !found.success() {
            return Err("the books are not what customers were told".into());
        }
        for node in self.nodes.drain(..) {
            node.stop(STOPS_WITHIN)?;
        }
        println!("{}", self.desk.verify()?.trim());
        Ok(())
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        let _ = self.load.kill();
        let _ = self.load.wait();
    }
}

/// Shows that only the probes sell.
fn import_shows(desk: &Recipe, work: &Path, numbers: &[i64]) -> Result {
    let row = "s".repeat(usize::try_from(house::SEATS).unwrap_or(1));
    let shows: Vec<_> = numbers
        .iter()
        .map(|number| {
            json!({"key": format!("probe{number}"), "movie": "probe", "screen": "probe/1",
                   "starts_at": format!("2099-02-0{number}T19:30:00"), "prices": {"standard": 1200}})
        })
        .collect();
    let programme = json!({
        "cinemas": [{"key": "probe", "name": "Probe", "timezone": "Europe/London", "currency": "GBP",
                     "screens": [{"key": "1", "name": "1", "cleaning_minutes": 15,
                                  "layout": [{"row": "A", "seats": row}]}]}],
        "movies": [{"key": "probe", "title": "Probe", "duration_minutes": 60}],
        "shows": shows,
    });
    let file = work.join("probes.json");
    fs::write(&file, programme.to_string()).attempting("cannot write the programme of the probes")?;
    desk.done(&["import", "programme", &file.to_string_lossy()]).map(drop)
}
