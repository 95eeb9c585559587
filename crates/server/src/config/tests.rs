use std::{collections::BTreeMap, fs, time::Duration};

use super::*;

type Flags = BTreeMap<&'static str, String>;

fn flags(pairs: &[(&'static str, &str)]) -> Flags {
    pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

fn load(given: &[(&'static str, &str)], file: Option<&str>, env: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    load_for(Purpose::Cinema, given, file, env)
}

fn load_for(
    purpose: Purpose,
    given: &[(&'static str, &str)],
    file: Option<&str>,
    env: &[(&str, &str)],
) -> Result<Config, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("h.toml");
    if let Some(text) = file {
        fs::write(&path, text).unwrap();
    }
    let read = |name: &str| env.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    Config::load(&flags(given), file.map(|_| path.as_path()), &read, purpose)
}

#[test]
fn without_a_word_everything_has_its_default() {
    let config = load(&[], None, &[]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8000");
    assert_eq!(config.data_dir, PathBuf::from("data"));
    assert_eq!(config.accounts.password_min_length, 8);
    assert!(config.rate_limits.is_some());
    assert_eq!(config.connections.body_limit, 1024 * 1024);
}

#[test]
fn flags_beat_the_environment_which_beats_the_file() {
    let file = "listen = \"127.0.0.1:3\"\nseats_per_order = 3\nbody_limit = \"3KiB\"\n";
    let env = [("HOUSELIGHTS_LISTEN", "127.0.0.1:2"), ("HOUSELIGHTS_SEATS_PER_ORDER", "2")];
    let config = load(&[("listen", "127.0.0.1:1")], Some(file), &env).unwrap();
    assert_eq!(config.listen.port(), 1);
    assert_eq!(config.booking.seats_per_order, 2);
    assert_eq!(config.connections.body_limit, 3072);
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    assert_eq!(load(&[], None, &[("HOUSELIGHTS_LISTEN", "")]).unwrap().listen.port(), 8000);
}

#[test]
fn the_file_may_be_named_in_the_environment_and_must_be_there() {
    let read = |name: &str| (name == "HOUSELIGHTS_CONFIG").then(|| "nowhere.toml".to_owned());
    let problems = Config::load(&Flags::new(), None, &read, Purpose::Cinema).unwrap_err();
    assert!(problems[0].starts_with("the configuration file nowhere.toml cannot be read"), "{problems:?}");
}

#[test]
fn a_key_that_is_no_setting_is_told_with_its_line() {
    let problems = load(&[], Some("# mine\n\nlistening = \"127.0.0.1:1\"\n"), &[]).unwrap_err();
    assert!(problems[0].ends_with("line 3: there is no setting \"listening\" (did you mean listen?)"), "{problems:?}");
    let problems = load(&[], Some("[http]\nlisten = \"x\"\n"), &[]).unwrap_err();
    assert!(problems[0].ends_with("line 1: there is no setting \"http\""), "{problems:?}");
}

#[test]
fn a_file_that_is_no_toml_is_told_with_its_line() {
    let problems = load(&[], Some("listen = \"127.0.0.1:1\"\nworkers = = 2\n"), &[]).unwrap_err();
    assert!(problems[0].contains("line 2: "), "{problems:?}");
}

#[test]
fn a_bad_value_names_setting_origin_and_reason_and_all_are_told_at_once() {
    let env = [("HOUSELIGHTS_BODY_LIMIT", "1MB")];
    let problems = load(&[("listen", "here")], Some("workers = 0\ncors_origins = 1.5\n"), &env).unwrap_err();
    assert_eq!(problems.len(), 4, "{problems:?}");
    let all = problems.join("\n");
    assert!(all.contains("listen = here (--listen): must be an IP address and a port"), "{all}");
    assert!(all.contains("body_limit = 1MB (environment variable HOUSELIGHTS_BODY_LIMIT): must be"), "{all}");
    assert!(all.contains("h.toml, line 1): must be a whole number from 1 to 1024, or auto"), "{all}");
    assert!(all.contains("line 2: cors_origins must be a text"), "{all}");
}

#[test]
fn a_secret_is_never_repeated() {
    let problems = load(&[], None, &[("HOUSELIGHTS_SIGNING_KEY", "hunter2")]).unwrap_err();
    assert!(!problems[0].contains("hunter2") && problems[0].contains("at least 32 characters"), "{problems:?}");
    let config = load(&[], None, &[("HOUSELIGHTS_SIGNING_KEY", &"hunter2".repeat(5))]).unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn arrays_numbers_and_booleans_of_toml_are_taken() {
    let file =
        "cors_origins = [\"https://a.example\", \"https://b.example\"]\nrate_limits = false\nengine_batch = 64\n";
    let config = load(&[], Some(file), &[]).unwrap();
    assert_eq!(config.connections.cors_origins, ["https://a.example", "https://b.example"]);
    assert!(config.rate_limits.is_none());
    assert_eq!(config.booking.batch, 64);
}

#[test]
fn the_demo_has_a_folder_of_its_own_and_takes_short_passwords() {
    let env = [("HOUSELIGHTS_DATA_DIR", "/srv/cinema")];
    let config = load_for(Purpose::Demo, &[], Some("data_dir = \"/srv/cinema\"\n"), &env).unwrap();
    assert_eq!(config.data_dir, PathBuf::from("houselights-demo"));
    assert_eq!((config.accounts.password_min_length, config.accounts.refuse_common_passwords), (4, false));
    let config = load_for(Purpose::Demo, &[("data_dir", "mine")], None, &env).unwrap();
    assert_eq!(config.data_dir, PathBuf::from("mine"));
}

#[test]
fn the_demo_is_for_this_machine_only() {
    let problems = load_for(Purpose::Demo, &[("listen", "0.0.0.0:8000")], None, &[]).unwrap_err();
    assert!(problems[0].contains("its passwords are public"), "{problems:?}");
    assert!(load_for(Purpose::Demo, &[("listen", "[::1]:8000")], None, &[]).is_ok());
}

#[test]
fn a_postgresql_is_taken_and_its_url_never_repeated() {
    let url = "postgres://u:hunter2@db/h";
    let config = load(&[], None, &[("HOUSELIGHTS_DATABASE_URL", url)]).unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
    assert_eq!(config.database.unwrap().url, url);
    assert!(load(&[], None, &[]).unwrap().database.is_none());
    let problems = load(&[("database_url", "mysql://u:hunter2@db/h")], None, &[]).unwrap_err();
    assert!(problems[0].contains("postgres://USER") && !problems[0].contains("hunter2"), "{problems:?}");
}

#[test]
fn the_demo_takes_a_database_from_its_flag_only() {
    let url = "postgres://u@db/h";
    assert!(load_for(Purpose::Demo, &[], None, &[("HOUSELIGHTS_DATABASE_URL", url)]).unwrap().database.is_none());
    assert!(load_for(Purpose::Demo, &[("database_url", url)], None, &[]).unwrap().database.is_some());
}

#[test]
fn every_setting_of_the_table_is_read_and_every_default_is_good() {
    for purpose in [Purpose::Cinema, Purpose::Demo] {
        let mut layers = Layers::collect(&Flags::new(), None, &|_| None, purpose);
        let config = Config::from_layers(&mut layers, purpose);
        let table: std::collections::BTreeSet<_> = groups().flat_map(|(_, all)| all).map(|one| one.name).collect();
        assert_eq!(&table, layers.asked());
        layers.finish().unwrap();
        assert!(config.connections.shutdown_deadline < Duration::from_secs(45), "systemd would kill it before");
    }
}

#[test]
fn the_reference_in_the_repository_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
    let found = fs::read_to_string(path).unwrap_or_default();
    assert!(found == markdown(), "docs/configuration.md is stale: run `cargo xtask docs` and commit the result");
}
