//! A machine that is a folder: whatever runs in it can be killed, or stopped for a while, as if the machine were.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::Result;

/// Longer than it takes until a killed process is gone.
const GONE_WITHIN: Duration = Duration::from_secs(10);

/// Kills all, and those that they start meanwhile.
pub(crate) fn kill(folder: &Path) -> Result {
    let start = Instant::now();
    loop {
        let all = processes(folder);
        if all.is_empty() {
            return Ok(());
        }
        if start.elapsed() > GONE_WITHIN {
            return Err(format!("{all:?} cannot be killed"));
        }
        signal("KILL", &all);
        thread::sleep(Duration::from_millis(2));
    }
}

/// Stops all in the middle of whatever they do, and those that they start meanwhile.
pub(crate) fn freeze(folder: &Path) {
    let mut stopped = BTreeSet::new();
    loop {
        let all = processes(folder);
        if all == stopped {
            return;
        }
        signal("STOP", &all);
        stopped = all;
    }
}

/// Lets all go on.
pub(crate) fn thaw(folder: &Path) {
    signal("CONT", &processes(folder));
}

/// Some may have ended by now, which is no fault.
fn signal(name: &str, processes: &BTreeSet<u32>) {
    let mut command = Command::new("kill");
    command.arg(format!("-{name}")).args(processes.iter().map(u32::to_string));
    let _some_gone = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
}

/// Everything that works in the folder or below it.
fn processes(folder: &Path) -> BTreeSet<u32> {
    let there = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = there.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers.filter(|id| fs::read_link(format!("/proc/{id}/cwd")).is_ok_and(|cwd| cwd.starts_with(folder))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_in_a_folder_is_killed_and_nothing_else() {
        let folder = std::env::temp_dir().join(format!("houselights-machine-{}", std::process::id()));
        fs::create_dir_all(folder.join("below")).unwrap();
        let run = |at: &Path| Command::new("sleep").arg("600").current_dir(at).spawn().unwrap();
        let (mut inside, mut outside) = (run(&folder.join("below")), run(&std::env::temp_dir()));
        let found = processes(&folder);
        // What has ended and is not waited for yet is in no folder any more.
        kill(&folder).unwrap();
        let ended = inside.wait().unwrap();
        let goes_on = outside.try_wait().unwrap().is_none();
        outside.kill().unwrap();
        outside.wait().unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(found, BTreeSet::from([inside.id()]));
        assert!(!ended.success() && goes_on);
    }
}
