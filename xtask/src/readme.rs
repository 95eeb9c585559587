//! The README's own commands, run as they stand against a demo server, so that it stays true.

use std::fs;
use std::process::Command;

use crate::env;
use crate::run::{self, Outcome};
use crate::server::Demo;

/// Where the README says that the server is.
const ADDRESS: &str = "http://127.0.0.1:8000";

/// One of its commands and the statuses that are right.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    command: String,
    wanted: &'static str,
}

/// Runs every curl of the README, in order.
pub(crate) fn run() -> Outcome {
    if !env::houselights().is_file() {
        return Err("no release binary; run `cargo build --release` first".into());
    }
    let readme =
        fs::read_to_string(env::root().join("README.md")).map_err(|e| format!("cannot read README.md: {e}"))?;
    let lines = lines(&readme);
    if lines.len() < 7 {
        return Err(format!("only {} curl commands found in README.md", lines.len()));
    }
    starts_the_product(&readme)?;
    let mut demo = Demo::start("readme")?;
    let mut token = String::new();
    for Line { command, wanted } in lines {
        println!("{command}");
        let (status, body) = answer(&command.replace(ADDRESS, &demo.url()), &token)?;
        if status != wanted {
            return Err(format!("README.md: `{command}` is answered {status} instead of {wanted}: {body}"));
        }
        if let Some(access) = access(&body) {
            token = access;
        }
    }
    demo.still_well()
}

/// The README's first command starts the product and not another program of the workspace. It is asked for its version
/// instead of a demo, which listens on an address that may be taken.
fn starts_the_product(readme: &str) -> Outcome {
    let run = readme.lines().find_map(|line| line.strip_prefix("cargo run ")?.split(" -- demo").next());
    let run = run.ok_or("README.md does not say how to start the demo")?;
    println!("cargo run {run} -- --version");
    let words: Vec<&str> = ["run"].into_iter().chain(run.split(' ')).chain(["--", "--version"]).collect();
    let said = run::capture(&mut run::cargo(&words))?;
    if said.starts_with("houselights ") { Ok(()) } else { Err(format!("README.md: `cargo run {run}` starts {said}")) }
}

/// The curl commands of all `sh` blocks, each on one line, with the status that each should get.
fn lines(readme: &str) -> Vec<Line> {
    let blocks = readme.split("\n```sh\n").skip(1).filter_map(|rest| rest.split("\n```").next());
    let commands = blocks.flat_map(|block| {
        let joined = block.replace("\\\n", " ");
        joined.lines().map(str::to_owned).collect::<Vec<_>>()
    });
    commands
        .filter(|command| command.starts_with("curl "))
        .map(|command| {
            let makes = command.contains("/api/signup/") || command.contains("/book/");
            Line { wanted: if makes { "201" } else { "200" }, command }
        })
        .collect()
}

/// Runs a command as the shell does; the answer's status and body.
fn answer(command: &str, token: &str) -> Result<(String, String), String> {
    let command =
        command.replacen("curl ", "curl --silent --show-error --max-time 10 --write-out '\\n%{http_code}' ", 1);
    let output = run::capture(Command::new("sh").args(["-c", &command]).env("TOKEN", token))?;
    let (body, status) = output.rsplit_once('\n').ok_or("curl told no status")?;
    Ok((status.to_owned(), body.to_owned()))
}

fn access(body: &str) -> Option<String> {
    Some(serde_json::from_str::<serde_json::Value>(body).ok()?.get("access")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_and_joined() {
        let readme = "x\n```sh\ncargo run\n```\n```sh\n# Sign up\ncurl -X POST http://a/api/signup/ \\\n  -d '{}'\ncurl b\n```\n";
        let line = |command: &str, wanted| Line { command: command.into(), wanted };
        assert_eq!(lines(readme), [line("curl -X POST http://a/api/signup/    -d '{}'", "201"), line("curl b", "200")]);
        assert_eq!(access("{\"access\": \"x\"}").as_deref(), Some("x"));
        assert_eq!(access("[]"), None);
    }
}
