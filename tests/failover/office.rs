//! Two nodes on three machines' PostgreSQL, customers, and one more at each node who watches whether it sells.

use std::{net::SocketAddr, time::Duration};

use houselights_testpg::Site;
use houselights_tests::harness::{
    Result, house,
    load::Load,
    server::{Recipe, Server},
};

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
    load: Load,
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
        let shows = [house::SHOWS + 1, house::SHOWS + 2];
        house::import_more(&desk, &shows)?;
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
        let addresses: Vec<SocketAddr> = nodes.iter().map(|node| node.at).collect();
        let load = Load::start(&args.fault, &addresses, |line| println!("{line}"))?;
        Ok(Self { probes, ways, load, nodes, desk })
    }

    /// Ends the load, which says what it found, stops the nodes, and verifies the books.
    pub(crate) fn close(mut self) -> Result {
        for node in &mut self.nodes {
            if let Some(status) = node.ended()? {
                return Err(format!("a node ended by itself with {status}: {}", node.logged()));
            }
        }
        self.probes.clear();
        self.load.end()?;
        for node in self.nodes.drain(..) {
            node.stop(STOPS_WITHIN)?;
        }
        println!("{}", self.desk.verify()?.trim());
        Ok(())
    }
}
