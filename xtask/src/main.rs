//! Everything around the product that is more than one cargo command: `cargo xtask <command>`.
#![expect(clippy::print_stdout, reason = "a build tool's output is its interface")]
#![expect(clippy::print_stderr, reason = "a build tool's complaints belong on standard error")]

mod browser;
mod ci;
mod debian;
mod deny;
mod docs;
mod env;
mod failover;
mod fault;
mod http;
mod postgres;
mod python;
mod readme;
mod run;
mod schemathesis;
mod server;
mod steps;
mod test;
mod upgrade;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask <command>

  test                  everything a change must pass; fails, never skips, where a tool is missing
  ci                    formatting, lints, dependencies and generated documents, then `test`
  schemathesis          only the contract test (needs the release binary)
  readme                only the README's curl commands (needs the release binary)
  fault [--database sqlite|postgres|both] [--minutes N | --rounds N|all] [--nemesis A,B] [--seed S]
                        bookings while nodes, PostgreSQL, disks, clocks and networks fail, ten minutes and both
                        databases unless told otherwise (needs the release binary, and root)
  fault --mutants       the checker of `fault` must find tampered books and products that are wrong on purpose
  fault --replay FILE   judges the history of an earlier run again, without a server
  failover [--pgbouncer] [--quick]
                        PostgreSQL loses its primary under load: killed, frozen, switched over; with nodes that reach
                        it by HAProxy and by three hosts, or through a PgBouncer (needs the release binary)
  upgrade [--from REVISION | --old BINARY --new BINARY]
                        two nodes become nodes of another version one by one, and go back, under load: from a binary or
                        a git revision (unless told: the last release's tag, or what there was before the last change in
                        crates/; its migrations must be the first ones of today's) to another binary or this checkout;
                        then to this checkout with a step of the schema more
  browser [NAME...]     what a browser can do, done by real ones (needs the release binary)
  screenshots           pictures of every page of the demo, in docs/screenshots (needs the release binary)
  hard [CASE...]        hard inputs and bad places (needs the release binary)
  watchers [N]          live feeds, 10,000 unless told otherwise: how soon each hears of a booking, and what it costs
                        (needs the release binary)
  deny [--advisories]   only the dependency rules; --advisories also fetches the advisory database
  docs [--check]        regenerates docs/ from the binary; --check only says whether it is stale
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["test"] => steps::run_all(&test::steps()),
        ["ci"] => steps::run_all(&ci::steps()),
        ["schemathesis"] => finish(schemathesis::run()),
        ["readme"] => finish(readme::run()),
        ["browser", rest @ ..] => finish(browser::walks(rest)),
        ["screenshots"] => finish(browser::screenshots()),
        ["fault", rest @ ..] => finish(fault::command(rest)),
        ["failover", rest @ ..] => finish(failover::command(rest)),
        ["upgrade", rest @ ..] => finish(upgrade::command(rest)),
        ["hard", rest @ ..] => finish(fault::hard(rest)),
        ["watchers"] => finish(fault::watchers("10000")),
        ["watchers", count] => finish(fault::watchers(count)),
        ["deny"] => finish(deny::run(deny::Advisories::Leave)),
        ["deny", "--advisories"] => finish(deny::run(deny::Advisories::Fetch)),
        ["docs"] => finish(docs::run(docs::Mode::Write)),
        ["docs", "--check"] => finish(docs::run(docs::Mode::Check)),
        _ => {
            eprint!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn finish(outcome: run::Outcome) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}
