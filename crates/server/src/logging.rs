//! What the server tells of itself while it runs: on standard error, as text for people or JSON for machines.
//!
//! Neither tokens nor passwords nor addresses of people are ever fields of an event: the layers below see to that.

use std::{
    io::{self, IsTerminal as _},
    panic::{self, PanicHookInfo},
};

use tracing_subscriber::EnvFilter;

use crate::config::Log;

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// Is this a level, or a filter? The library would take a mistyped level for the name of a module.
pub(crate) fn check_level(text: &str) -> Result<String, String> {
    let mistyped = |part: &str| !part.contains('=') && !LEVELS.contains(&part.trim());
    if text.split(',').any(mistyped) {
        return Err(format!("must be one of {}, or a filter such as info,houselights_web=debug", LEVELS.join(", ")));
    }
    EnvFilter::try_new(text).map(|_| text.to_owned()).map_err(|error| format!("is no filter: {error}"))
}

/// Starts logging, for the whole process. A second call changes nothing.
pub(crate) fn start(log: &Log) {
    // The library that migrates the schema says at `info` what is of no interest; what comes later in a filter wins.
    let filter = format!("refinery_core=warn,{}", log.level);
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let terminal = io::stderr().is_terminal();
    // A log that cannot be written (its disk is full) must not end the server: the library would print that on standard
    // error, which panics, and panic again on telling of the panic.
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(terminal)
        .log_internal_errors(false);
    let json = match log.format {
        "json" => true,
        "text" => false,
        _ => !terminal,
    };
    let started =
        if json { builder.json().flatten_event(true).try_init() } else { builder.with_target(false).try_init() };
    if started.is_ok() {
        panic::set_hook(Box::new(panicked));
    }
}

fn panicked(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let words = info.payload_as_str().unwrap_or("no words");
    tracing::error!("a thread panicked at {place}: {words}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_or_a_filter_and_no_slip_of_the_pen() {
        for good in ["info", "off", "warn,houselights_web=debug", "houselights_app::engine=trace"] {
            assert_eq!(check_level(good).as_deref(), Ok(good));
        }
        for wrong in ["verbose", "", "info,hyper", "a=b=c"] {
            assert!(check_level(wrong).is_err(), "{wrong}");
        }
    }
}
