//! The commands, each a function; what they work with lives in `app` and `store`.

pub(crate) mod data;
mod documents;
mod posters;
mod programme;
mod safekeeping;
mod superuser;

use std::process::ExitCode;

use crate::{
    cli::{Action, Export, Given, Import},
    config::{Config, Purpose},
    failure::{Failure, Result},
    serve,
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
        Action::Serve(args) => server(&args.0, Purpose::Cinema),
        Action::Demo(args) => server(&args.0, Purpose::Demo),
        Action::Import { what: Import::Programme(args) } => {
            on(&args.data.0, async |config| programme::import(config, args).await)
        }
        Action::Import { what: Import::Movies(args) } => {
            on(&args.data.0, async |config| programme::import_movies(config, args).await)
        }
        Action::Export { what: Export::Programme(args) } => {
            on(&args.data.0, async |config| programme::export(config, args).await)
        }
        Action::Openapi => documents::openapi(),
        Action::ConfigReference => documents::config_reference(),
        Action::Completions { shell } => documents::completions(*shell),
        Action::Man => documents::man(),
        Action::Version => documents::version(),
        Action::Migrate(args) => on(&args.0, async |config| data::migrate(config).await),
        Action::CreateSuperuser(args) => on(&args.data.0, async |config| superuser::create(config, args).await),
        Action::ForgetSigningKey(args) => on(&args.0, async |config| data::forget_signing_key(config).await),
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

/// Runs a server on as many threads as the configuration says.
fn server(given: &Given, purpose: Purpose) -> Result {
    let config = load(given, purpose)?;
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.worker_threads(config.workers).enable_all();
    started(runtime.build())?.block_on(serve::run(&config))
}

/// Runs a command that works on the data, on this thread.
fn on(given: &Given, work: impl AsyncFnOnce(&Config) -> Result) -> Result {
    let config = load(given, Purpose::Cinema)?;
    started(tokio::runtime::Builder::new_current_thread().enable_all().build())?.block_on(work(&config))
}

fn started(runtime: std::io::Result<tokio::runtime::Runtime>) -> Result<tokio::runtime::Runtime> {
    runtime.map_err(|error| Failure::new(format!("the program could not start its threads: {error}")))
}
