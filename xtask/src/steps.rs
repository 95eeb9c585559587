//! A list of named steps, run in order, every one counted.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::run::Outcome;

/// One thing that either holds or does not.
pub(crate) struct Step {
    /// What the heading and the summary call it.
    pub(crate) name: &'static str,
    /// Does it; an error is one sentence.
    pub(crate) run: fn() -> Outcome,
}

struct Done {
    name: &'static str,
    took: Duration,
    outcome: Outcome,
}

/// Runs all steps, going on after a failure so that one run shows everything that is wrong.
/// The last line is `N passed, M failed`.
pub(crate) fn run_all(steps: &[Step]) -> ExitCode {
    let mut done = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        println!("\n==> [{}/{}] {}", index + 1, steps.len(), step.name);
        let start = Instant::now();
        let outcome = (step.run)();
        let took = start.elapsed();
        match &outcome {
            Ok(()) => println!("<== {} ({:.1} s)", step.name, took.as_secs_f64()),
            Err(why) => println!("<== {} FAILED ({:.1} s): {why}", step.name, took.as_secs_f64()),
        }
        done.push(Done { name: step.name, took, outcome });
    }
    print!("{}", summary(&done));
    if done.iter().all(|step| step.outcome.is_ok()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn summary(done: &[Done]) -> String {
    let mut lines = vec![String::new(), "Summary".into()];
    for step in done {
        let (mark, why) = match &step.outcome {
            Ok(()) => ("ok    ", String::new()),
            Err(why) => ("FAILED", format!(": {why}")),
        };
        lines.push(format!("  {mark} {:>7.1} s  {}{why}", step.took.as_secs_f64(), step.name));
    }
    let failed = done.iter().filter(|step| step.outcome.is_err()).count();
    lines.push(format!("\n{} passed, {failed} failed\n", done.len() - failed));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(name: &'static str, outcome: Outcome) -> Done {
        Done { name, took: Duration::from_millis(1500), outcome }
    }

    #[test]
    fn the_last_line_counts_both() {
        let text = summary(&[done("a", Ok(())), done("b", Err("no such file".into())), done("c", Ok(()))]);
        assert_eq!(text.lines().last(), Some("2 passed, 1 failed"));
        assert!(text.contains("FAILED     1.5 s  b: no such file"), "{text}");
    }
}
