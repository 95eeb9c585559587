//! The binary `houselights`: flags, files, signals and wiring. What the ticket office does lives below.

mod cli;
mod commands;
mod config;
mod demo;
mod failure;
mod print;
mod wiring;

use std::process::ExitCode;

use clap::Parser as _;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    commands::run(&cli::Cli::parse().command)
}
