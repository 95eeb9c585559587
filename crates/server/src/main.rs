//! The binary `houselights`: flags, files, signals and wiring. What the ticket office does lives below.

mod cli;
#[cfg(test)]
mod cli_tests;
mod commands;
mod config;
mod demo;
mod failure;
mod logging;
mod metrics;
mod print;
mod serve;
mod wiring;

use std::process::ExitCode;

use clap::Parser as _;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    commands::run(&cli::Cli::parse().command)
}
