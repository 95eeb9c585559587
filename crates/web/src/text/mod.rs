//! What pages say: Fluent's messages in every language, compiled in, with the language that a visitor gets.

mod format;
mod language;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, sync::LazyLock};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};

pub use language::Language;

/// One file an area and language, so that people who work on different pages do not meet.
macro_rules! locales {
    ($($area:literal),+) => {
        [
            [$(include_str!(concat!("../../locales/en/", $area, ".ftl"))),+].as_slice(),
            [$(include_str!(concat!("../../locales/de/", $area, ".ftl"))),+].as_slice(),
            [$(include_str!(concat!("../../locales/es/", $area, ".ftl"))),+].as_slice(),
        ]
    };
}

/// In the order of [`Language::ALL`].
const SOURCES: [&[&str]; 3] = locales!("shell", "problems", "accounts", "programme", "hall");

static BUNDLES: LazyLock<Vec<FluentBundle<FluentResource>>> =
    LazyLock::new(|| Language::ALL.iter().zip(SOURCES).map(|(language, sources)| bundle(*language, sources)).collect());

/// The tests hold every file to being without a fault, so that what is left out here is nothing.
fn bundle(language: Language, sources: &[&str]) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new_concurrent(vec![language.identifier()]);
    // All three languages run from left to right: no marks around what is filled in.
    bundle.set_use_isolating(false);
    for source in sources {
        let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(resource, _)| resource);
        _ = bundle.add_resource(resource);
    }
    bundle
}

/// Marks a text that is missing; the tests look for it in every page.
pub const MISSING: char = '\u{27e6}';

/// A language's texts. Costs nothing to copy: every page's context has one as `t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Text(pub Language);

impl Text {
    /// The language.
    pub const fn language(self) -> Language {
        self.0
    }

    /// A message that nothing is filled in.
    pub fn text(self, key: &str) -> Cow<'static, str> {
        self.written(key, None, None)
    }

    /// A message about so many things, as `$count`.
    pub fn count(self, key: &str, count: impl Into<Count>) -> Cow<'static, str> {
        self.with(key, &[("count", FluentValue::from(count.into().0))])
    }

    /// A message about something with a name, as `$name`. The name is no markup: templates escape the whole.
    pub fn named(self, key: &str, name: &str) -> Cow<'static, str> {
        self.with(key, &[("name", FluentValue::from(name))])
    }

    /// A message with what is filled in.
    pub fn with(self, key: &str, values: &[(&'static str, FluentValue<'_>)]) -> Cow<'static, str> {
        let args: FluentArgs<'_> = values.iter().cloned().collect();
        self.written(key, None, Some(&args))
    }

    /// What a message says besides, such as what to do next.
    pub fn attribute(self, key: &str, attribute: &str) -> Cow<'static, str> {
        self.written(key, Some(attribute), None)
    }

    /// Whether there is such a message.
    pub fn has(self, key: &str) -> bool {
        BUNDLES.get(self.0 as usize).is_some_and(|bundle| bundle.has_message(key))
    }

    fn written(self, key: &str, attribute: Option<&str>, args: Option<&FluentArgs<'_>>) -> Cow<'static, str> {
        let missing = || Cow::Owned(format!("{MISSING}{key}"));
        let bundles: &'static Vec<FluentBundle<FluentResource>> = &BUNDLES;
        let Some(bundle) = bundles.get(self.0 as usize) else { return missing() };
        let Some(message) = bundle.get_message(key) else { return missing() };
        let pattern = match attribute {
            None => message.value(),
            Some(name) => message.get_attribute(name).map(|attribute| attribute.value()),
        };
        let Some(pattern) = pattern else { return missing() };
        let mut faults = Vec::new();
        let written = bundle.format_pattern(pattern, args, &mut faults);
        if faults.is_empty() { Cow::Owned(written.into_owned()) } else { missing() }
    }
}

/// A number of things, from whatever whole number counted them.
#[derive(Clone, Copy, Debug)]
pub struct Count(i64);

macro_rules! counts {
    ($($kind:ty),+) => {
        $(impl From<$kind> for Count {
            fn from(number: $kind) -> Self {
                Self(i64::try_from(number).unwrap_or(i64::MAX))
            }
        }
        impl From<&$kind> for Count {
            fn from(number: &$kind) -> Self {
                Self::from(*number)
            }
        })+
    };
}
counts!(u32, u64, usize, i64, i32);
