//! Load and check for nodes that somebody else runs and torments, such as a drill of a failover: it books until its
//! standard input says or is over, then everything is compared as after a round.

use std::{
    io,
    net::SocketAddr,
    thread,
    time::{Duration, Instant},
};

use houselights_tests::harness::{Attempting as _, Result, house};

use crate::{
    check::{Violation, World, check},
    history::{Op, Outcome},
    load::{self, Manners, Round, Signs},
    observe::{Known, observe_all, retry},
    run::{buyers, gathered},
    stage::{Doors, ready},
};

const CLIENTS: usize = 12;
const ACCOUNTS: usize = 8;
/// What was under way when the load ended has ended by then.
const QUIET: Duration = Duration::from_secs(4);

/// The nodes must have the programme of `--mode programme` and nobody else's bookings, and no rate limits.
pub(crate) fn against(nodes: &[SocketAddr], dice: u64) -> Result {
    if nodes.is_empty() {
        return Err("--nodes ADDRESS,ADDRESS is needed".into());
    }
    let doors = Doors::new(nodes.to_vec());
    ready(&doors)?;
    let customers = house::customers_at(doors.at(0), &format!("drill{dice}n"), CLIENTS * ACCOUNTS)?;
    let round = Round {
        number: 1,
        seed: dice,
        doors: doors.clone(),
        began: Instant::now(),
        shows: load::first_shows(),
        seats: house::SEATS,
        manners: Manners::USUAL,
        staff: None,
    };
    let (signs, world) = (Signs::default(), World::default());
    let known = Known { world: &world, up_to: 0, shows: &round.shows };
    println!("booking; a line on standard input, or its end, stops it");
    let mut heard = Ok(0);
    let diaries = load::all(&round, &buyers(&customers, &world, &round.shows), ACCOUNTS, &signs, || {
        heard = io::stdin().read_line(&mut String::new()).attempting("standard input");
    });
    heard?;
    let (mut ops, mut violations) = gathered(diaries);
    ready(&doors)?;
    // Nobody can be asked here what is still under way.
    thread::sleep(QUIET);
    let (seen, wrong) = observe_all(&doors, &customers, known)?;
    violations.extend(wrong);
    violations.extend(check(&world, &ops, &seen));
    let count = |kind: fn(&Op) -> bool| ops.iter().filter(|op| kind(op)).count();
    let told = format!(
        "{} acknowledged, {} refused, {} unknown; at most {} ms without an acknowledgement",
        count(|op| matches!(op.outcome, Outcome::Ok(_))),
        count(|op| matches!(op.outcome, Outcome::Refused(_))),
        count(Op::is_unknown),
        signs.longest_silence().as_millis()
    );
    violations.extend(retry(&round, &customers, &world, &mut ops, &seen)?);
    let (seen, wrong) = observe_all(&doors, &customers, known)?;
    violations.extend(wrong);
    violations.extend(check(&world, &ops, &seen));
    println!("{told}; {} bookings; {} violations", seen.len(), violations.len());
    if violations.is_empty() {
        return Ok(());
    }
    for Violation(kind, sentence) in violations.iter().take(50) {
        eprintln!("{kind:?}: {sentence}");
    }
    Err(format!("{} violations", violations.len()))
}
