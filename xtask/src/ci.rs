//! `cargo xtask ci`: what a change must pass before it is merged.

use crate::run::{self, Outcome};
use crate::steps::Step;
use crate::{deny, docs, test};

/// The quick checks first, then everything `cargo xtask test` does.
pub(crate) fn steps() -> Vec<Step> {
    let mut steps = vec![
        Step { name: "formatting", run: formatting },
        Step { name: "lints", run: lints },
        Step { name: "dependencies (cargo-deny)", run: dependencies },
    ];
    steps.push(Step { name: "generated documents", run: documents });
    steps.extend(test::steps());
    steps.push(Step { name: "20,000 random sequences on both databases", run: sequences });
    steps
}

fn formatting() -> Outcome {
    run::show(&mut run::cargo(&["fmt", "--all", "--check"]))
}

fn lints() -> Outcome {
    run::show(&mut run::cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    // The package of the browser tests is empty without its feature.
    let browser = ["clippy", "--package", "houselights-browser", "--features", "chromium", "--all-targets"];
    run::show(run::cargo(&browser).args(["--", "-D", "warnings"]))
}

fn dependencies() -> Outcome {
    deny::run(deny::Advisories::Leave)
}

fn sequences() -> Outcome {
    let test = ["test", "--package", "houselights-store", "--test", "hot", "random_commands"];
    run::show(run::cargo(&test).env("HOUSELIGHTS_SEQUENCES", "20000"))
}

fn documents() -> Outcome {
    docs::run(docs::Mode::Check)
}
