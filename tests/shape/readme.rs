//! What the README shows must be true.

use std::fs;

use houselights_domain::programme::{Known, Programme};

/// The first fenced block of a language.
fn block<'a>(text: &'a str, language: &str) -> Option<&'a str> {
    let (_, after) = text.split_once(&format!("\n```{language}\n"))?;
    after.split_once("\n```").map(|(inside, _)| inside)
}

#[test]
fn its_programme_can_be_imported() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).expect("a README");
    let example = block(&readme, "json").expect("a block of JSON");
    let checked = Programme::parse(example).and_then(|programme| programme.check(&Known::default()));
    let checked = checked.unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert_eq!((checked.cinemas.len(), checked.movies.len(), checked.shows.len()), (1, 1, 1));
}

#[test]
fn a_block_is_found_by_its_language() {
    assert_eq!(block("x\n```sh\na\n```\n```json\n{\n}\n```\n", "json"), Some("{\n}"));
    assert_eq!(block("x\n```sh\na\n```\n", "json"), None);
}
