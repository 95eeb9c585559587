//! The hot path's statements are prepared too, each on the database that it is written for. They are read from the
//! sources: a literal that begins like a statement is one.

use std::{collections::BTreeMap, fs, path::Path};

use houselights_testpg::shared;

use super::{postgres_statements::Sql, sqlite_statements};
use crate::{Access, Db, PostgresOptions, SqliteOptions, postgres::Postgres, statements::literal};

const FOLDERS: [&str; 3] = ["hot", "postgres", "sqlite"];
const BEGINNINGS: [&str; 5] = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH "];

/// Statements by the place they stand in, of the files that are about one database. The lists of a lane are not among
/// them: they say their parameters' types too.
fn written_for(database: &str) -> BTreeMap<String, String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeMap::new();
    for folder in FOLDERS {
        for file in fs::read_dir(source.join(folder)).unwrap().map(|entry| entry.unwrap().path()) {
            let name = file.file_name().unwrap().to_str().unwrap().to_owned();
            let about = match (folder, name.as_str()) {
                (_, "postgres_statements.rs" | "sqlite_statements.rs" | "prepared.rs") => continue,
                ("hot", "claim_tail.rs" | "user_index.rs") => "sqlite",
                ("hot", name) if name.starts_with("sqlite") => "sqlite",
                ("hot", name) if name.starts_with("postgres") => "postgres",
                ("hot", _) => "both",
                (folder, _) => folder,
            };
            let text = fs::read_to_string(&file).unwrap();
            for (line, sql) in statements(&text) {
                assert_ne!(about, "both", "{name}:{line}: which database is it for?");
                if about == database {
                    found.insert(format!("{name}:{line}"), sql);
                }
            }
        }
    }
    found
}

/// Every literal that begins like a statement, with the constants that its `format!` names filled in.
fn statements(text: &str) -> Vec<(usize, String)> {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let without_comments = |line| if str::trim_start(line).starts_with("//") { "" } else { line };
    let code: String = code.split('\n').map(without_comments).collect::<Vec<_>>().join("\n");
    let mut found = Vec::new();
    let mut rest = code.as_str();
    while let Some(at) = rest.find('"') {
        if rest[..at].ends_with('\'') {
            rest = &rest[at + 2..];
            continue;
        }
        let (words, after) = literal(&rest[at..]).unwrap();
        if BEGINNINGS.iter().any(|beginning| words.starts_with(beginning)) {
            found.push((code[..code.len() - rest.len() + at].lines().count(), filled(&words, &code)));
        }
        rest = after;
    }
    found
}

fn filled(words: &str, code: &str) -> String {
    let mut out = words.to_owned();
    while let Some((_, name)) = out.split_once('{') {
        let name = name.split('}').next().unwrap().to_owned();
        let (_, constant) =
            code.split_once(&format!("const {name}: &str =")).unwrap_or_else(|| panic!("{name}: {words}"));
        let value = literal(constant.trim_start()).unwrap().0;
        out = out.replace(&format!("{{{name}}}"), &value);
    }
    out
}

#[test]
fn statements_are_found_in_sources() {
    let source = "const ALL: &str = \"a, b\";\n// \"SELECT 1\"\nlet quote = '\"'; let x = format!(\"SELECT {ALL} \\\n  FROM c\");
                  say(\"Select one\"); run(\"WITH x AS (1)\");\n#[cfg(test)]\nmod tests { \"SELECT 2\" }";
    let texts: Vec<String> = statements(source).into_iter().map(|(_, sql)| sql).collect();
    assert_eq!(texts, ["SELECT a, b FROM c", "WITH x AS (1)"]);
}

#[tokio::test]
async fn every_statement_of_the_hot_path_can_be_prepared_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteOptions { folder: folder.path().to_owned(), readers: 1 };
    drop(Db::open_sqlite(options, Access::Serve).await.unwrap());
    let connection = rusqlite::Connection::open(folder.path().join("houselights.sqlite3")).unwrap();
    let lane = sqlite_statements::TEXTS.iter().map(|text| ("the lane's".to_owned(), (*text).to_owned()));
    let found = written_for("sqlite");
    assert!(found.len() > 8, "only {} statements were found", found.len());
    for (place, sql) in found.into_iter().chain(lane) {
        let prepared = connection.prepare(&sql);
        assert!(prepared.is_ok(), "{place}: {sql}: {prepared:?}");
    }
}

#[tokio::test]
async fn every_statement_of_the_hot_path_can_be_prepared_on_postgresql() {
    let database = shared().empty().unwrap();
    let options = PostgresOptions { wait: std::time::Duration::from_mins(1), ..PostgresOptions::at(database.url()) };
    let db = Postgres::open(options, Access::Serve).await.unwrap();
    let lease = db.lease().await.unwrap();
    let client = lease.client().unwrap();
    for sql in Sql::ALL {
        let prepared = client.prepare_typed(sql.text(), sql.types()).await;
        assert!(prepared.is_ok(), "{sql:?}: {prepared:?}");
    }
    let found = written_for("postgres");
    assert!(found.len() > 4, "only {} statements were found", found.len());
    for (place, sql) in found {
        let prepared = client.prepare(&sql).await;
        assert!(prepared.is_ok(), "{place}: {sql}: {prepared:?}");
    }
}
