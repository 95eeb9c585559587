//! Where settings come from, the strongest first: flags, the environment, the file, the defaults.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::{Path, PathBuf},
};

use toml::{Spanned, de::DeTable, de::DeValue};

use super::settings::{self, Setting};

/// Names the file.
pub(crate) const CONFIG: &str = "HOUSELIGHTS_CONFIG";

/// For whom the settings are: the demo has some defaults of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A cinema's own data.
    Cinema,
    /// Made-up data that anybody may log in to.
    Demo,
}

/// Where a value was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// On the command line.
    Flag(String),
    /// In the environment.
    Env(String),
    /// In the file, with the line.
    File(PathBuf, usize),
    /// Nowhere.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "--{flag}"),
            Self::Env(name) => write!(f, "environment variable {name}"),
            Self::File(path, line) => write!(f, "{}, line {line}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value as it was written, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Given {
    /// In the notation of the setting's unit.
    pub(crate) text: String,
    /// Where from.
    pub(crate) origin: Origin,
}

/// Reads a variable of the environment.
pub(crate) type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// All that was said about settings, before anything is made of it.
#[derive(Debug)]
pub(crate) struct Layers {
    given: BTreeMap<&'static str, Given>,
    purpose: Purpose,
    asked: BTreeSet<&'static str>,
    problems: Vec<String>,
}

impl Layers {
    /// Collects from all sources; reads the file if there is one.
    pub(crate) fn collect(
        flags: &BTreeMap<&'static str, String>,
        file: Option<&Path>,
        env: Environment<'_>,
        purpose: Purpose,
    ) -> Self {
        let mut layers = Self { given: BTreeMap::new(), purpose, asked: BTreeSet::new(), problems: Vec::new() };
        let named = env(CONFIG).filter(|name| !name.is_empty()).map(PathBuf::from);
        if let Some(file) = file.map(Path::to_path_buf).or(named) {
            layers.read(&file);
        }
        for setting in settings::groups().flat_map(|(_, settings)| settings) {
            let name = setting.env();
            // An empty variable is how compose files and units say "not set".
            if let Some(text) = env(&name).filter(|text| !text.is_empty()) {
                layers.give(setting, text, Origin::Env(name));
            }
            if let Some(text) = flags.get(setting.name) {
                layers.given.insert(setting.name, Given { text: text.clone(), origin: Origin::Flag(setting.flag()) });
            }
        }
        layers
    }

    /// The value of a setting, parsed; what is wrong with it is kept for [`Self::finish`].
    pub(crate) fn take<T: Default>(&mut self, name: &'static str, parse: impl FnOnce(&str) -> Result<T, String>) -> T {
        self.asked.insert(name);
        let Some(setting) = settings::find(name) else {
            self.problems.push(format!("a bug: {name} is not in the table of settings"));
            return T::default();
        };
        let given = self.given.get(name).cloned().unwrap_or_else(|| self.default(setting));
        parse(given.text.trim()).unwrap_or_else(|reason| {
            let value = if setting.is_secret() { "(secret)" } else { &given.text };
            self.problems.push(format!("{name} = {value} ({}): {reason}", given.origin));
            T::default()
        })
    }

    /// As [`Self::take`]; `None` where the setting is empty.
    pub(crate) fn take_optional<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        self.take(name, |text| if text.is_empty() { Ok(None) } else { parse(text).map(Some) })
    }

    /// Notes a fault between settings.
    pub(crate) fn refuse(&mut self, reason: impl Into<String>) {
        self.problems.push(reason.into());
    }

    /// Where a setting's value comes from.
    pub(crate) fn origin(&self, name: &str) -> Origin {
        self.given.get(name).map_or(Origin::Default, |given| given.origin.clone())
    }

    /// Names of the settings that were read.
    #[cfg(test)]
    pub(super) fn asked(&self) -> &BTreeSet<&'static str> {
        &self.asked
    }

    /// All faults, if there are any.
    pub(crate) fn finish(self) -> Result<(), Vec<String>> {
        if self.problems.is_empty() { Ok(()) } else { Err(self.problems) }
    }

    fn default(&self, setting: &Setting) -> Given {
        let demo = setting.demo.filter(|_| self.purpose == Purpose::Demo);
        Given { text: demo.unwrap_or(setting.default).to_owned(), origin: Origin::Default }
    }

    /// The demo's folder is its own: an environment made for a cinema must not lead it to the cinema's data.
    fn give(&mut self, setting: &'static Setting, text: String, origin: Origin) {
        if self.purpose == Purpose::Demo && matches!(setting.name, "data_dir" | "database_url") {
            return;
        }
        self.given.insert(setting.name, Given { text, origin });
    }

    fn read(&mut self, file: &Path) {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) => {
                self.problems.push(format!("the configuration file {} cannot be read: {error}", file.display()));
                return;
            }
        };
        let table = match DeTable::parse(&text) {
            Ok(table) => table.into_inner(),
            Err(error) => {
                let line = line_of(&text, error.span().map_or(0, |span| span.start));
                self.problems.push(format!("{}, line {line}: {}", file.display(), error.message()));
                return;
            }
        };
        for (key, value) in &table {
            let line = line_of(&text, key.span().start);
            let name: &str = key.get_ref();
            match settings::find(name) {
                None => self.problems.push(format!(
                    "{}, line {line}: there is no setting {name:?}{}",
                    file.display(),
                    nearest(name).map(|near| format!(" (did you mean {near}?)")).unwrap_or_default()
                )),
                Some(setting) => match written(value) {
                    Some(text) => self.give(setting, text, Origin::File(file.to_owned(), line)),
                    None => self.problems.push(format!(
                        "{}, line {line}: {name} must be a text, a whole number, true or false, or an array of texts",
                        file.display()
                    )),
                },
            }
        }
    }
}

/// A TOML value in the notation of flags and variables.
fn written(value: &Spanned<DeValue<'_>>) -> Option<String> {
    match value.get_ref() {
        DeValue::String(text) => Some(text.clone().into_owned()),
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().to_owned()),
        DeValue::Boolean(on) => Some(if *on { "on" } else { "off" }.to_owned()),
        DeValue::Array(entries) => {
            let entries: Option<Vec<&str>> = entries.iter().map(|entry| entry.get_ref().as_str()).collect();
            Some(entries?.join(","))
        }
        _ => None,
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}

/// The setting whose name shares the longest beginning with a wrong one, if they share enough.
fn nearest(wrong: &str) -> Option<&'static str> {
    let shared = |name: &str| name.bytes().zip(wrong.bytes()).take_while(|(a, b)| a == b).count();
    let names = settings::groups().flat_map(|(_, settings)| settings).map(|setting| setting.name);
    names.max_by_key(|name| shared(name)).filter(|name| shared(name) >= 4)
}
