//! How fast it starts and how little it takes.

use std::time::Duration;

use houselights_tests::harness::Result;

use crate::Place;

/// From the start of the process to its first answer.
const SOON: Duration = Duration::from_millis(200);
/// A busy machine may be late now and then; the best of these counts.
const TRIES: usize = 5;

pub(crate) fn first_answer_and_idle_memory(place: &Place) -> Result<String> {
    let recipe = place.house()?;
    let mut best = Duration::MAX;
    let mut memory = 0;
    for _ in 0..TRIES {
        let mut server = recipe.spawn()?;
        best = best.min(server.wait_until_open()?);
        memory = server.memory("VmRSS")?;
        server.stop(Duration::from_secs(30))?;
    }
    if best > SOON {
        return Err(format!("the first answer took {best:?} at best of {TRIES} starts"));
    }
    Ok(format!("first answer {:.0} ms after the start (best of {TRIES}), idle {memory} KiB", best.as_secs_f64() * 1e3))
}
