//! What is done to the machines, and how long bookings were away each time.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use houselights_testpg::Site;
use houselights_tests::harness::{Attempting as _, Result, server::poll};

use crate::{
    Args,
    office::{By, Office},
};

/// Without a restart of ours, both nodes sell again by then.
const SELLS_WITHIN: Duration = Duration::from_secs(30);
/// Sold in peace before and after each blow, so that there is something to lose.
const PEACE: Duration = Duration::from_secs(2);

/// What happens to the primary's machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blow {
    /// etcd, Patroni and PostgreSQL get SIGKILL, all at once.
    Kill,
    /// They stand still, with all connections open, and go on when somebody else is primary.
    Freeze,
    /// A planned switch-over to the synchronous standby.
    Switch,
}

/// The whole drill.
pub(crate) fn run(args: &Args) -> Result {
    let began = Instant::now();
    fs::create_dir_all(&args.work).attempting("cannot make the work folder")?;
    let mut site = Site::start(&args.templates)?;
    println!("three machines and HAProxy after {:.1} s", began.elapsed().as_secs_f64());
    if args.by == By::PgBouncer {
        site.pool()?;
    }
    let office = Office::open(args, &site)?;
    let blows = [(Blow::Kill, args.kills), (Blow::Freeze, args.freezes), (Blow::Switch, args.switches)];
    let blows = blows.into_iter().flat_map(|(blow, times)| std::iter::repeat_n(blow, times));
    let mut longest = Duration::ZERO;
    for blow in blows {
        let away = strike(blow, &mut site, &office)
            .map_err(|why| format!("{why}\nthe log of the first machine ends with: {}", site.log_tail(1)))?;
        longest = longest.max(away);
    }
    office.close()?;
    site.still_pools()?;
    println!(
        "{} kills, {} freezes, {} switch-overs; bookings were away for at most {:.1} s ({:.0} s in all)",
        args.kills,
        args.freezes,
        args.switches,
        longest.as_secs_f64(),
        began.elapsed().as_secs_f64()
    );
    Ok(())
}

/// One blow, until all three machines are well again. Says how long bookings were away at a node.
fn strike(blow: Blow, site: &mut Site, office: &Office) -> Result<Duration> {
    let begun = Instant::now();
    poll("every node sells", SELLS_WITHIN, || Ok(sells(office, begun)))?;
    // Time to sell something, not a wait for anything.
    thread::sleep(PEACE);
    let primary = site.primary().ok_or("there is no primary")?;
    let struck = Instant::now();
    match blow {
        Blow::Kill => site.kill(primary)?,
        Blow::Freeze => site.freeze(primary),
        Blow::Switch => drop(site.switch_over()?),
    }
    let over = Instant::now();
    poll("every node sells again", SELLS_WITHIN, || Ok(sells(office, over)))?;
    let away: Vec<Duration> = office.probes.iter().map(|probe| probe.longest_silence(struck)).collect();
    match blow {
        Blow::Kill => site.revive(primary)?,
        Blow::Freeze => {
            site.thaw(primary);
            site.settled()?;
        }
        Blow::Switch => site.settled()?,
    }
    let each: Vec<String> =
        office.ways.iter().zip(&away).map(|(way, away)| format!("{:.1} s {way}", away.as_secs_f64())).collect();
    println!(
        "{blow:?} of machine {primary}: bookings away for {}; all three machines well after {:.1} s",
        each.join(", "),
        struck.elapsed().as_secs_f64()
    );
    Ok(away.into_iter().max().unwrap_or_default())
}

fn sells(office: &Office, since: Instant) -> Option<()> {
    office.probes.iter().all(|probe| probe.sells_since(since)).then_some(())
}
