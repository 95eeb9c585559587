//! Round after round, and one line that says what they came to.

use std::time::{Duration, Instant};

use houselights_tests::harness::Result;
use serde_json::json;

use crate::{
    check::Violation,
    journal::history,
    run::{Counts, Run, Setup},
    stage::Database,
};

/// Of more kills than these one must have met somebody who waited for an answer.
const FEW: u64 = 10;

/// How long to go on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Length {
    /// Until everything has happened once.
    All,
    Rounds(u64),
    Time(Duration),
}

impl Length {
    /// For each of so many runs; time is shared.
    pub(crate) fn shared_by(self, runs: usize) -> Self {
        match self {
            Self::Time(time) => Self::Time(time / u32::try_from(runs.max(1)).unwrap_or(1)),
            other => other,
        }
    }

    fn is_over(self, run: &Run, began: Instant) -> bool {
        match self {
            Self::All => run.counts.rounds >= run.lots.count() as u64,
            Self::Rounds(rounds) => run.counts.rounds >= rounds,
            Self::Time(time) => began.elapsed() >= time,
        }
    }
}

/// One run. What is wrong ends it, and then everything is kept.
pub(crate) fn rounds(setup: &Setup, length: Length) -> Result {
    let began = Instant::now();
    let mut run = Run::open(setup.clone())?;
    let outcome = all(&mut run, length, began);
    if let Err(why) = outcome {
        let kept = run.stage.keep(&setup.work).unwrap_or_else(Into::into);
        return Err(format!(
            "{why}\nin round {} ({}) on {} with --seed {}; judge it again with `cargo xtask fault --replay {}`; \
             kept are {} and the logs beside them, too",
            run.counts.rounds,
            run.happening,
            setup.database.name(),
            setup.seed,
            history(&setup.work).display(),
            kept.display()
        ));
    }
    let line = line(&run, setup, began.elapsed());
    run.journal.note(&json!({"summary": line}))?;
    println!("{line}");
    if run.counts.acknowledged == 0 || (run.stage.kills > FEW && run.counts.unknown == 0) {
        return Err("nothing was acknowledged, or nothing was cut: this proves nothing".into());
    }
    run.stage.clear()
}

fn all(run: &mut Run, length: Length, began: Instant) -> Result {
    while !length.is_over(run, began) {
        let played = run.play()?;
        clean(&run.settle(played)?)?;
    }
    clean(&run.close()?)
}

fn clean(violations: &[Violation]) -> Result {
    if violations.is_empty() {
        return Ok(());
    }
    for Violation(kind, sentence) in violations.iter().take(50) {
        eprintln!("{kind:?}: {sentence}");
    }
    Err(format!("{} violations", violations.len()))
}

fn line(run: &Run, setup: &Setup, took: Duration) -> String {
    let Counts { rounds, large, by_nemesis, acknowledged, refused, unknown, retried, .. } = &run.counts;
    let Counts { changed, changes_unknown, back, .. } = &run.counts;
    let sales = run.stage.sales();
    let plain = match setup.database {
        Database::Sqlite => String::new(),
        Database::Postgres => format!(
            "{large} rounds in the large hall, {} batches sold in one statement, {} more turned back; ",
            sales.made, sales.turned_back
        ),
    };
    let happened: Vec<String> =
        by_nemesis.iter().map(|(nemesis, count)| format!("{} {count}", nemesis.name())).collect();
    format!(
        "{}: {rounds} rounds ({}), {} kills, {} connections cut at a COMMIT; {acknowledged} acknowledged, {refused} \
         refused, {unknown} unknown, {retried} of them retried with their key; {changed} changes by staff, \
         {changes_unknown} unknown; {plain}{} bookings in all; sold again at most {} ms after a fault had ended; 0 violations ({:.0} s)",
        setup.database.name(),
        happened.join(", "),
        run.stage.kills,
        run.stage.proxies().map(crate::proxy::Proxy::cuts).sum::<u64>(),
        run.world.0.len(),
        back.as_millis(),
        took.as_secs_f64()
    )
}
