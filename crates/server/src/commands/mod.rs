//! The commands, each a function; what they work with lives in `app` and `store`.

mod data;
mod documents;
mod safekeeping;
mod superuser;

use std::process::ExitCode;

use crate::{
    cli::{Action, Given},
    config::{Config, Purpose},
    failure::{Failure, Result},
};

/// Runs one command to its end.
pub(crate) fn run(action: &Action) -> ExitCode {
    match dispatch(action) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn dispatch(action: &Action) -> Result {
    match action {
        Action::ConfigReference => documents::config_reference(),
        Action::Completions { shell } => documents::completions(*shell),
        Action::Man => documents::man(),
        Action::Version => documents::version(),
        Action::Migrate(args) => on(&args.0, async |config| data::migrate(config).await),
        Action::CreateSuperuser(args) => on(&args.data.0, async |config| superuser::create(config, args).await),
        Action::Verify(args) => on(&args.0, async |config| data::verify(config).await),
        Action::Check(args) => on(&args.0, async |config| data::check(config).await),
        Action::Backup(args) => on(&args.data.0, async |config| safekeeping::backup(config, args).await),
        Action::Restore(args) => on(&args.data.0, async |config| safekeeping::restore(config, args).await),
    }
}

fn load(given: &Given, purpose: Purpose) -> Result<Config> {
    let env = |name: &str| std::env::var(name).ok();
    Config::load(&given.flags, given.file.as_deref(), &env, purpose).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(|problem| format!("\n  {problem}")).collect();
        Failure::Usage(format!("the configuration cannot be taken:{}", lines.concat()))
    })
}

/// Runs a command that works on the data, on this thread.
fn on(given: &Given, work: impl AsyncFnOnce(&Config) -> Result) -> Result {
    let config = load(given, Purpose::Cinema)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("the program could not start its threads: {error}")))?;
    runtime.block_on(work(&config))
}
