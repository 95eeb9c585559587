//! Every statement of the cold path is prepared on both databases. They are read from the sources, where each call of
//! `rows`, `all` and `first` has its text as first argument; a call that cannot be read fails the test.

use std::{collections::BTreeMap, fs, path::Path};

use houselights_testpg::shared;

use crate::{Access, Db, PostgresOptions, dialect, postgres::Postgres};

const CALLS: [&str; 3] = [".rows(", ".all(", ".first("];
/// Files of the cold path besides those of its folder.
const MORE: [&str; 1] = ["verify.rs"];

/// Statements by the place they stand in.
fn all() -> BTreeMap<String, String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let cold = fs::read_dir(source.join("cold")).unwrap().map(|entry| entry.unwrap().path());
    let files = cold.chain(MORE.iter().map(|name| source.join(name)));
    let mut found = BTreeMap::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for (line, sql) in in_source(&text) {
            found.insert(format!("{}:{line}", file.file_name().unwrap().display()), sql);
        }
    }
    found
}

fn in_source(text: &str) -> Vec<(usize, String)> {
    let macros = macros(text);
    let mut found = Vec::new();
    for call in CALLS {
        for (at, _) in text.match_indices(call) {
            let argument = text[at + call.len()..].trim_start();
            let line = text[..at].lines().count();
            found.push((
                line,
                argument_text(argument, &macros).unwrap_or_else(|| panic!("line {line}: {argument:.60}")),
            ));
        }
    }
    found
}

/// What stands around the part that a use of a macro fills in.
fn macros(text: &str) -> BTreeMap<&str, Vec<Option<String>>> {
    let definitions = text.split("macro_rules! ").skip(1);
    let with_gap = definitions.filter_map(|definition| {
        let (_, body) = definition.split_once("concat!(")?;
        Some((definition.split_whitespace().next()?, concatenated(body, true)?))
    });
    with_gap.collect()
}

fn argument_text(argument: &str, macros: &BTreeMap<&str, Vec<Option<String>>>) -> Option<String> {
    if argument.starts_with('"') {
        return Some(literal(argument)?.0);
    }
    let (name, inside) = argument.split_once("!(")?;
    let given: String = concatenated(inside, false)?.into_iter().flatten().collect();
    if name == "concat" {
        return Some(given);
    }
    let parts = macros.get(name)?.iter();
    Some(parts.map(|part| part.clone().unwrap_or_else(|| given.clone())).collect())
}

/// Literals with commas between them up to the closing bracket; `None` is the place of what a use fills in.
fn concatenated(mut rest: &str, definition: bool) -> Option<Vec<Option<String>>> {
    let mut parts = Vec::new();
    loop {
        rest = rest.trim_start().trim_start_matches(',').trim_start();
        if rest.starts_with(')') {
            return Some(parts);
        } else if rest.starts_with('"') {
            let (text, after) = literal(rest)?;
            parts.push(Some(text));
            rest = after;
        } else if let Some(after) = rest.strip_prefix("super::sixty_four!()") {
            parts.push(Some(crate::cold::sixty_four!().to_owned()));
            rest = after;
        } else if let Some(after) = rest.strip_prefix("$rest").or_else(|| rest.strip_prefix("$($rest),+")) {
            parts.push(definition.then_some(()).map_or_else(|| Some(String::new()), |()| None));
            rest = after;
        } else {
            return None;
        }
    }
}

/// A string literal's text, and what follows it.
pub(crate) fn literal(rest: &str) -> Option<(String, &str)> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, letter)) = chars.next() {
        match letter {
            '"' => return Some((text, &rest[at + 1..])),
            '\\' => match chars.next()?.1 {
                '\n' => while chars.next_if(|(_, blank)| blank.is_whitespace()).is_some() {},
                escaped => text.push(escaped),
            },
            other => text.push(other),
        }
    }
    None
}

#[test]
fn literals_concatenations_and_macros_are_read() {
    let source = r#"macro_rules! m { ($rest:literal) => { concat!("SELECT a ", $rest, " LIMIT 1") }; }
        db.all(m!("WHERE b = '\\'"), x); tx.rows("DELETE \
           FROM c", y); db.first(concat!("x", "y"), z)"#;
    let texts: Vec<String> = in_source(source).into_iter().map(|(_, sql)| sql).collect();
    assert_eq!(texts, ["DELETE FROM c", "SELECT a WHERE b = '\\' LIMIT 1", "xy"]);
}

#[tokio::test]
async fn every_statement_can_be_prepared_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let options = crate::SqliteOptions { folder: folder.path().to_owned(), readers: 1 };
    drop(Db::open_sqlite(options, Access::Serve).await.unwrap());
    let connection = rusqlite::Connection::open(folder.path().join("houselights.sqlite3")).unwrap();
    for (place, sql) in all() {
        let prepared = connection.prepare(&dialect::sqlite_statement(&sql));
        assert!(prepared.is_ok(), "{place}: {sql}: {prepared:?}");
    }
}

#[tokio::test]
async fn every_statement_can_be_prepared_on_postgresql() {
    let database = shared().empty().unwrap();
    let options = PostgresOptions { wait: std::time::Duration::from_mins(1), ..PostgresOptions::at(database.url()) };
    let db = Postgres::open(options, Access::Serve).await.unwrap();
    let lease = db.lease().await.unwrap();
    let statements = all();
    assert!(statements.len() > 60, "only {} statements were found", statements.len());
    for (place, sql) in statements {
        let prepared = lease.client().unwrap().prepare(&sql).await;
        assert!(prepared.is_ok(), "{place}: {sql}: {prepared:?}");
    }
}
