//! Every text in every language, and no text too many.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use fluent_syntax::{
    ast::{Entry, Expression, InlineExpression, Pattern, PatternElement},
    parser,
};
use houselights_domain::show::PriceList;

use super::*;
use crate::problem::Code;

/// The messages of one language: each with its attributes and the values that are filled in.
fn messages(sources: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    for source in sources {
        let resource = parser::parse(*source).unwrap_or_else(|(_, faults)| panic!("{faults:?} in {source}"));
        for entry in resource.body {
            match entry {
                Entry::Message(message) => {
                    let mut parts = BTreeSet::new();
                    let pattern = message.value.as_ref().unwrap_or_else(|| panic!("{} says nothing", message.id.name));
                    filled(pattern, &mut parts);
                    for attribute in &message.attributes {
                        parts.insert(format!(".{}", attribute.id.name));
                        filled(&attribute.value, &mut parts);
                    }
                    let before = found.insert(message.id.name.to_owned(), parts);
                    assert!(before.is_none(), "{} is there twice", message.id.name);
                }
                Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }
    found
}

fn filled(pattern: &Pattern<&str>, into: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { .. } => {}
            PatternElement::Placeable { expression: Expression::Inline(inline) } => variable(inline, into),
            PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                variable(selector, into);
                for variant in variants {
                    filled(&variant.value, into);
                }
            }
        }
    }
}

fn variable(inline: &InlineExpression<&str>, into: &mut BTreeSet<String>) {
    if let InlineExpression::VariableReference { id } = inline {
        into.insert(format!("${}", id.name));
    }
}

#[test]
fn every_language_says_the_same() {
    let [english, others @ ..] = SOURCES;
    let english = messages(english);
    assert!(english.len() > 100);
    for other in others {
        assert_eq!(messages(other), english);
    }
}

/// Keys that are put together: what they begin with, and what they end with.
fn families() -> Vec<String> {
    let problems = Code::ALL.iter().map(|code| format!("problem-{}", code.as_str()));
    let numbered = |stem: &str, count: u32| (1..=count).map(|number| format!("{stem}-{number}")).collect::<Vec<_>>();
    let named = ["username", "email", "password"].map(|name| format!("field-{name}"));
    let kinds = PriceList::BANDS.map(|band| format!("hall-kind-{band}"));
    let days =
        [numbered("weekday", 7), numbered("weekday-short", 7), numbered("month", 12), numbered("month-short", 12)];
    let languages = crate::pages::programme::lines::LANGUAGES.map(|code| format!("language-{code}"));
    problems.chain(days.concat()).chain(named).chain(kinds).chain(languages).collect()
}

fn sources_of_use() -> String {
    let mut folders = vec!["src/pages".to_owned(), "src/text".to_owned(), "templates".to_owned()];
    let mut text = String::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(&folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path.display().to_string());
            } else if !path.ends_with("text/tests.rs") {
                text += &fs::read_to_string(path).unwrap();
            }
        }
    }
    text
}

#[test]
fn every_text_that_is_used_is_there_and_none_is_there_for_nothing() {
    let known: BTreeSet<String> = messages(SOURCES[0]).into_keys().collect();
    let text = sources_of_use();
    let families: BTreeSet<String> = families().into_iter().collect();
    for key in &families {
        assert!(known.contains(key), "{key} is missing");
    }
    let used = |key: &&String| families.contains(*key) || text.contains(&format!("\"{key}\""));
    let unused: Vec<&String> = known.iter().filter(|key| !used(key)).collect();
    assert!(unused.is_empty(), "never used: {unused:?}");
    for call in ["t.text(\"", "t.count(\"", "t.named(\"", "t.with(\"", "t.attribute(\"", "self.text(\"", "self.with(\""]
    {
        // `input.text("...")` reads a field.
        for (at, _) in text.match_indices(call).filter(|(at, _)| !text[..*at].ends_with("inpu")) {
            let key = text[at + call.len()..].split('"').next().unwrap();
            assert!(known.contains(key), "{call}{key}: there is no such text");
        }
    }
    for code in Code::ALL {
        let key = format!("problem-{}", code.as_str());
        assert!(!Text(Language::English).attribute(&key, "next").contains(MISSING), "{key} does not say what to do");
    }
}

#[test]
fn plurals_follow_the_language() {
    let of = |count: u32| Language::ALL.map(|language| Text(language).count("form-summary-title", count).into_owned());
    assert_eq!(of(1)[0], "One thing needs another look");
    assert_eq!(of(2)[1], "2 Angaben stimmen noch nicht");
    assert_eq!(of(2)[2], "Hay 2 datos que revisar");
}

#[test]
fn a_text_that_is_missing_is_seen() {
    let t = Text(Language::German);
    assert!(t.text("no-such-text").contains(MISSING));
    // A value that was not handed over is a missing text too.
    assert!(t.text("booking-seat").contains(MISSING));
    assert!(t.attribute("about-title", "next").contains(MISSING));
    assert!(t.has("about-title") && !t.has("no-such-text"));
}
