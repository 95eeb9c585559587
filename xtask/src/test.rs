//! `cargo xtask test`: everything. A missing tool is a failure, never a skip.

use crate::run::{self, Outcome};
use crate::steps::Step;
use crate::{browser, env, failover, fault, postgres, readme, schemathesis, upgrade};

/// The steps, in order. Further rounds are further rows here.
pub(crate) fn steps() -> Vec<Step> {
    vec![
        Step { name: "PostgreSQL for the tests", run: postgres::there },
        Step { name: "tests", run: tests },
        Step { name: "the contract's tests on PostgreSQL", run: contract_on_postgres },
        Step { name: "the contract's tests through PgBouncer", run: contract_through_pgbouncer },
        Step { name: "documentation tests", run: doctests },
        Step { name: "release build", run: release_build },
        Step { name: "README's commands", run: readme::run },
        Step { name: "contract (schemathesis)", run: schemathesis::run },
        Step { name: "browsers", run: browser::step },
        Step { name: "bookings under faults", run: fault::quick },
        Step { name: "the checker of faults finds mutants", run: fault::mutants_step },
        Step { name: "nodes of two versions, one after the other", run: upgrade::quick },
        Step { name: "hard inputs and bad places", run: fault::hard_step },
        Step { name: "PostgreSQL loses its primary under load", run: failover::quick },
    ]
}

fn tests() -> Outcome {
    run::show(&mut run::cargo(&["test", "--workspace", "--all-targets", "--no-fail-fast"]))
}

/// The tests of the store run on both databases by themselves; those of the contract are told which one.
fn contract_on_postgres() -> Outcome {
    contract_on("postgres")
}

/// In transaction mode, of a version that does not follow prepared statements: what deploy/pgbouncer promises.
fn contract_through_pgbouncer() -> Outcome {
    postgres::bouncer_there()?;
    contract_on("pgbouncer")
}

fn contract_on(database: &str) -> Outcome {
    let mut tests = run::cargo(&["test", "--package", "houselights-tests", "--test", "api", "--no-fail-fast"]);
    run::show(tests.env("HOUSELIGHTS_TEST_DATABASE", database))
}

fn doctests() -> Outcome {
    run::show(&mut run::cargo(&["test", "--workspace", "--doc", "--no-fail-fast"]))
}

/// Builds the binary that later steps run, as it is shipped.
pub(crate) fn release_build() -> Outcome {
    run::show(&mut run::cargo(&["build", "--release", "--package", "houselights-server", "--bin", "houselights"]))?;
    let binary = env::houselights();
    if binary.is_file() { Ok(()) } else { Err("the build left no release binary `houselights`".into()) }
}
