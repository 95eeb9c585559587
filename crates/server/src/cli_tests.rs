use clap::Parser as _;

use crate::cli::{Action, Cli, command};

#[test]
fn the_command_line_is_sound() {
    command().debug_assert();
}

#[test]
fn the_help_is_what_it_was() {
    insta::assert_snapshot!(command().render_help());
}

#[test]
fn flags_of_a_server_become_settings() {
    let cli = Cli::try_parse_from(["houselights", "demo", "--listen", "127.0.0.1:1", "--data-dir", "x"]).unwrap();
    let Action::Demo(args) = cli.command else { panic!("another command") };
    assert_eq!(args.0.flags.get("listen").map(String::as_str), Some("127.0.0.1:1"));
    assert_eq!(args.0.flags.get("data_dir").map(String::as_str), Some("x"));
    assert_eq!(args.0.flags.len(), 2);
}

#[test]
fn no_secret_has_a_flag() {
    for secret in ["--signing-key", "--signing-key-before", "--metrics-token"] {
        assert!(Cli::try_parse_from(["houselights", "serve", secret, "x"]).is_err(), "{secret}");
    }
}
