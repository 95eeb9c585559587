//! `docs/configuration.md`, from the table of settings.

use std::fmt::Write as _;

use super::settings::{self, Reach, Setting, Unit};

const HEAD: &str = "# Configuration

<!-- Made by `houselights config-reference`; `cargo xtask docs` writes it anew. Do not edit. -->

Everything has a default; `houselights serve` works without any of this. A setting is taken from, the strongest first:

1. a flag: `--listen 127.0.0.1:9000`
2. an environment variable: `HOUSELIGHTS_LISTEN=127.0.0.1:9000` (an empty one counts as not set)
3. the TOML file that `--config FILE` or `HOUSELIGHTS_CONFIG` names: `listen = \"127.0.0.1:9000\"`
4. the default

A key in the file that is no setting is an error that names the line, and a value that cannot be taken is an error that
names the setting, where it came from and the reason. `houselights check` tells what a configuration amounts to.

Durations are numbers with a unit: `500ms`, `30s`, `15min`, `8h`, `7d`. Sizes are bytes, or numbers with `KiB`, `MiB` or
`GiB`. Secrets have no flag, because other users of a machine can read the flags of a process.
";

/// The whole document.
pub(crate) fn markdown() -> String {
    let mut out = HEAD.to_owned();
    for (group, settings) in settings::groups() {
        let _infallible = write!(out, "\n## {group}\n");
        for setting in settings {
            entry(&mut out, setting);
        }
    }
    out
}

fn entry(out: &mut String, setting: &Setting) {
    let flag = match setting.reach {
        Reach::Secret => "no flag".to_owned(),
        Reach::Server | Reach::Everywhere => format!("`--{}`", setting.flag()),
    };
    let default = if setting.default.is_empty() { "not set".to_owned() } else { format!("`{}`", setting.default) };
    let demo = setting.demo.map(|demo| format!(" (demo: `{demo}`)")).unwrap_or_default();
    let _infallible = write!(
        out,
        "\n### `{}`\n\n{}\n\n- {flag} · `{}` · {}\n- Default: {default}{demo}\n",
        setting.name,
        setting.help,
        setting.env(),
        kind(setting.unit),
    );
}

fn kind(unit: Unit) -> String {
    match unit {
        Unit::Address => "an IP address and a port".into(),
        Unit::Path => "a path".into(),
        Unit::OnOff => "`on` or `off`".into(),
        Unit::Number => "a whole number".into(),
        Unit::NumberOrAuto => "a whole number, or `auto`".into(),
        Unit::Duration => "a duration".into(),
        Unit::Size => "a size".into(),
        Unit::Word(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        Unit::List => "entries with commas between them; in the file an array".into(),
        Unit::Text => "a text".into(),
        Unit::Database => "a URL".into(),
    }
}
