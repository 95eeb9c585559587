//! The command line.

use std::{collections::BTreeMap, fmt::Write as _, path::PathBuf};

use clap::{Arg, ArgMatches, Args, Command, CommandFactory as _, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::config::{self, Reach, Setting};

const AFTER: &str = "Exit codes: 0 done; 1 not done, or something does not hold; 2 the command line or the \
configuration cannot be taken.\nStart here: houselights demo";

/// A cinema's whole ticket office in one program.
#[derive(Debug, Parser)]
#[command(name = "houselights", version, after_help = AFTER, propagate_version = false, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Action,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Open the ticket office: serve the API and the pages
    Serve(ServerArgs),
    /// Try it: a small chain of cinemas with films, shows and users, on this machine only
    Demo(ServerArgs),
    /// Make the database, or bring its schema up to date
    Migrate(DataArgs),
    /// Make an account that may do everything; asks for what is not given
    #[command(name = "createsuperuser")]
    CreateSuperuser(Superuser),
    /// Take in a programme or a list of films
    Import {
        /// What it is
        #[command(subcommand)]
        what: Import,
    },
    /// Write out the programme
    Export {
        /// What to write
        #[command(subcommand)]
        what: Export,
    },
    /// Forget which key the nodes on one PostgreSQL sign with, after it was lost or changed: all of them must be stopped
    ForgetSigningKey(DataArgs),
    /// Recompute the ledger and compare it with claims, bookings and orders
    Verify(DataArgs),
    /// Check the configuration and the database, and tell in words what they amount to
    Check(ServerArgs),
    /// Print the OpenAPI document of the API (JSON)
    Openapi,
    /// Print the reference of all settings (Markdown)
    ConfigReference,
    /// Copy the database to a file, beside a running server or without one
    Backup(Backup),
    /// Put a backup in the database's place; the old database is kept aside
    Restore(Restore),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page (roff): `houselights man | man -l -`
    Man,
    /// Print the version
    Version,
}

/// Arguments of `createsuperuser`. The password is asked for, or taken from `HOUSELIGHTS_SUPERUSER_PASSWORD`.
#[derive(Debug, Args)]
pub(crate) struct Superuser {
    /// The name to log in with
    #[arg(long, value_name = "NAME")]
    pub(crate) username: Option<String>,
    /// An address
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: Option<String>,
    /// Ask nothing: the password is in `HOUSELIGHTS_SUPERUSER_PASSWORD`
    #[arg(long)]
    pub(crate) no_input: bool,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

/// What can be imported.
#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// Cinemas, screens, films and shows from one JSON file: all of it, or nothing
    Programme(ImportProgramme),
    /// Films from a list in JSON or CSV: rows that cannot be taken are told, the others go in
    Movies(ImportMovies),
}

/// Arguments of `import programme`.
#[derive(Debug, Args)]
pub(crate) struct ImportProgramme {
    /// The programme file
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

/// Arguments of `import movies`.
#[derive(Debug, Args)]
pub(crate) struct ImportMovies {
    /// The list
    pub(crate) file: PathBuf,
    /// Which column fills a field: `title=Title`, `"duration_minutes=Running Time min"`
    #[arg(long, value_name = "FIELD=COLUMN")]
    pub(crate) map: Vec<String>,
    /// What fills a gap: `duration_minutes=110`
    #[arg(long, value_name = "FIELD=VALUE")]
    pub(crate) default: Vec<String>,
    /// How the list is written; without it the file's name tells
    #[arg(long)]
    pub(crate) format: Option<Format>,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

/// What can be exported.
#[derive(Debug, Subcommand)]
pub(crate) enum Export {
    /// Everything that `import programme` takes in
    Programme(ExportProgramme),
}

/// Arguments of `export programme`.
#[derive(Debug, Args)]
pub(crate) struct ExportProgramme {
    /// Where to write it; without it, to standard output
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

/// How a list of films is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// An array of objects
    Json,
    /// A line of column names, then a line a film
    Csv,
}

/// Arguments of `backup`.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// Where to write it
    pub(crate) file: PathBuf,
    /// Overwrite the file if it is there
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

/// Arguments of `restore`.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// A file that `houselights backup` wrote
    pub(crate) file: PathBuf,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

/// The settings as flags: of a server all but the secrets.
#[derive(Clone, Debug, Default)]
pub(crate) struct ServerArgs(pub(crate) Given);

/// The settings as flags: of other commands those that tell which data and how much to log.
#[derive(Clone, Debug, Default)]
pub(crate) struct DataArgs(pub(crate) Given);

/// What was given on the command line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    /// The configuration file.
    pub(crate) file: Option<PathBuf>,
    /// Values by setting.
    pub(crate) flags: BTreeMap<&'static str, String>,
}

/// The settings that are flags of a kind of command.
fn settings_for(server: bool) -> impl Iterator<Item = (&'static str, &'static Setting)> {
    config::groups().flat_map(|(group, settings)| settings.iter().map(move |setting| (group, setting))).filter(
        move |(_, setting)| match setting.reach {
            Reach::Everywhere => true,
            Reach::Server => server,
            Reach::Secret => false,
        },
    )
}

fn augment(mut command: Command, server: bool) -> Command {
    command = command.arg(
        Arg::new("config")
            .long("config")
            .value_name("FILE")
            .value_parser(clap::value_parser!(PathBuf))
            .help("A TOML file with settings [env: HOUSELIGHTS_CONFIG]")
            .help_heading("Place"),
    );
    for (group, setting) in settings_for(server) {
        let mut notes = format!(" [env: {}]", setting.env());
        if !setting.default.is_empty() {
            let _infallible = write!(notes, " [default: {}]", setting.default);
        }
        if let Some(demo) = setting.demo {
            let _infallible = write!(notes, " [demo: {demo}]");
        }
        // The short help is for the two everybody needs; `--help` tells all.
        let main = matches!(setting.name, "listen" | "data_dir");
        command = command.arg(
            Arg::new(setting.name)
                .long(setting.flag())
                .value_name(setting.unit.placeholder())
                .help(setting.help.to_owned() + &notes)
                .help_heading(group)
                .hide_short_help(!main),
        );
    }
    command
}

fn given(matches: &ArgMatches, server: bool) -> Given {
    let flags = settings_for(server)
        .filter_map(|(_, setting)| matches.get_one::<String>(setting.name).map(|text| (setting.name, text.clone())));
    Given { file: matches.get_one::<PathBuf>("config").cloned(), flags: flags.collect() }
}

macro_rules! settings_args {
    ($name:ident, $server:expr) => {
        impl Args for $name {
            fn augment_args(command: Command) -> Command {
                augment(command, $server)
            }

            fn augment_args_for_update(command: Command) -> Command {
                augment(command, $server)
            }
        }

        impl FromArgMatches for $name {
            fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
                Ok(Self(given(matches, $server)))
            }

            fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
                self.0 = given(matches, $server);
                Ok(())
            }
        }
    };
}

settings_args!(ServerArgs, true);
settings_args!(DataArgs, false);

/// The whole command line, for completions, the manual page and tests.
pub(crate) fn command() -> Command {
    Cli::command()
}
