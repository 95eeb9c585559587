//! The contract test: schemathesis reads the live OpenAPI document and sends what it allows and what it forbids.
//! No 5xx and no answer that the document does not tell may pass.

use std::path::Path;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use crate::env;
use crate::python;
use crate::run::Outcome;
use crate::server::Demo;

/// The original README's customer, who may have to sign up first.
const CUSTOMER: (&str, &str) = ("user1", "pass");

/// The demo data's superuser, who may do everything.
const SUPERUSER: (&str, &str) = ("admin", "admin-demo");

/// Cases made for each operation in each phase; the whole step stays under about four minutes.
const EXAMPLES: &str = "50";
const SEED: &str = "20261122";

/// One identity's run ends here whatever it does: a hanging server is a failure, not a hanging build.
const DEADLINE: Duration = Duration::from_mins(5);

/// Operations that may end the session whose token all requests carry. They come last and to a server of their own,
/// so that the others are not answered 401 throughout.
const ENDS_SESSIONS: &str = "/(logout|password|role|users|accounts)(/|$)";

/// Which operations a run is about.
#[derive(Clone, Copy, Debug)]
enum Part {
    /// All that leave the caller signed in.
    Most,
    /// The others.
    EndingSessions,
}

/// Runs it as the customer and as the superuser, each part against a server of its own.
pub(crate) fn run() -> Outcome {
    if !env::houselights().is_file() {
        return Err("no release binary; run `cargo build --release` first".into());
    }
    let bin = python::bin()?;
    let mut failures = Vec::new();
    for who in [CUSTOMER, SUPERUSER] {
        for part in [Part::Most, Part::EndingSessions] {
            if let Err(why) = one(&bin.join("schemathesis"), who, part) {
                failures.push(format!("as {}: {why}", who.0));
            }
        }
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("; ")) }
}

fn one(program: &Path, (username, password): (&str, &str), part: Part) -> Outcome {
    println!("-- as {username}: {part:?}");
    let mut demo = Demo::start(&format!("schemathesis-{username}"))?;
    if (username, password) == CUSTOMER {
        demo.sign_up(username, password)?;
    }
    let token = demo.login(username, password)?;
    let mut command = command(program, &demo.url(), &token);
    match part {
        Part::Most => command.args(["--phases", "examples,coverage,fuzzing,stateful", "--exclude-path-regex"]),
        Part::EndingSessions => command.args(["--phases", "examples,coverage,fuzzing", "--include-path-regex"]),
    };
    command.arg(ENDS_SESSIONS);
    within_deadline(&mut command).and_then(|()| demo.still_well())
}

fn command(program: &Path, url: &str, token: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(env::scratch());
    command.arg("--config-file").arg(env::root().join("xtask/schemathesis.toml"));
    command.arg("run").arg(format!("{url}/api/openapi.json"));
    command.args(["--checks", "all", "--no-color"]);
    command.args(["--max-examples", EXAMPLES, "--seed", SEED, "--generation-database", "none"]);
    command.args(["--request-timeout", "10"]);
    command.args(["-H", &format!("Authorization: Bearer {token}")]);
    command
}

/// Kills the process when dropped, so that no early return leaves it running.
struct Guarded(Child);

impl Drop for Guarded {
    fn drop(&mut self) {
        // Fails only where it has already ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn within_deadline(command: &mut Command) -> Outcome {
    let mut child = Guarded(command.spawn().map_err(|e| format!("cannot start schemathesis: {e}"))?);
    let start = Instant::now();
    while start.elapsed() < DEADLINE {
        match child.0.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("schemathesis ended with {status}; its report is above")),
            Ok(None) => thread::sleep(Duration::from_millis(100)),
            Err(e) => return Err(format!("cannot wait for schemathesis: {e}")),
        }
    }
    Err(format!("schemathesis was not done after {} s", DEADLINE.as_secs()))
}
