//! House numbers and absences, over the text of every file under `crates/`.

use crate::source::{self, Source};
use crate::text::{self, Piece};

const MAX_LINES: usize = 400;

/// The one place where the system's clock is read; everything else takes a `Clock`.
const CLOCK_FILE: &str = "crates/app/src/clock.rs";

/// Where a seat's owner changes: one file a database.
const DOORS: [&str; 2] = ["crates/store/src/hot/claim_tail.rs", "crates/store/src/hot/postgres_statements.rs"];

/// What a statement starts with. A sentence may start with such a word too, but not in capitals.
const STATEMENTS: [&str; 5] = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH "];

/// A file may not be longer than one can keep in mind.
fn too_long(source: &Source) -> Option<String> {
    let lines = source.text.lines().count();
    (lines > MAX_LINES).then(|| format!("{}: {lines} lines, at most {MAX_LINES}", source.path))
}

/// An exception says why and goes when it is no longer needed: `#[expect(..., reason = "...")]`.
fn allows(source: &Source) -> Option<String> {
    let code: String = text::code_only(&source.text).split_whitespace().collect();
    (code.contains("#[allow(") || code.contains("#![allow(")).then(|| format!("{}: `#[allow(`", source.path))
}

/// SQL is written in `store` and nowhere else.
fn sql_outside_store(source: &Source) -> Option<String> {
    if source.path.starts_with("crates/store/") {
        return None;
    }
    text::pieces(&source.text).into_iter().find_map(|piece| match piece {
        Piece::Literal(text) if starts_a_statement(&text) => {
            Some(format!("{}: SQL: {}", source.path, text.chars().take(40).collect::<String>()))
        }
        _ => None,
    })
}

fn starts_a_statement(literal: &str) -> bool {
    let start = literal.trim_start_matches(|c: char| c.is_whitespace() || c == '\\');
    STATEMENTS.iter().any(|word| start.starts_with(word))
}

/// Claims are written by one statement or two of the hot path, and by nothing else. Tests may tamper with them.
fn second_door(source: &Source) -> Option<String> {
    if DOORS.contains(&source.path.as_str()) || source.path.contains("/tests/") {
        return None;
    }
    text::pieces(&source.text).into_iter().find_map(|piece| {
        let Piece::Literal(text) = piece else { return None };
        let words: Vec<&str> = text.split_whitespace().collect();
        let written = words.windows(2).any(|pair| matches!(pair, ["INTO" | "UPDATE", "claims"]))
            || words.windows(3).any(|three| matches!(three, ["DELETE", "FROM", "claims"]));
        written.then(|| format!("{}: claims are written outside the hot path", source.path))
    })
}

/// On the embedded database claims stand in their table later: whoever asks the table has it brought up to date.
fn stale_question(source: &Source) -> Option<String> {
    if !source.path.starts_with("crates/store/src/cold/") {
        return None;
    }
    let asks = |piece: &Piece| match piece {
        Piece::Literal(text) => text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "claims"),
        Piece::Code(_) => false,
    };
    let asked = text::pieces(&source.text).iter().filter(|piece| asks(piece)).count();
    let settled = text::code_only(&source.text).matches("settle_claims()").count();
    (asked > settled).then(|| format!("{}: {asked} questions to claims, {settled} `settle_claims`", source.path))
}

/// The time is a parameter.
fn clock_read(source: &Source) -> Option<String> {
    if source.path == CLOCK_FILE {
        return None;
    }
    let code: String = text::code_only(&source.text).split_whitespace().collect();
    ["SystemTime::now", "Timestamp::now", "Zoned::now"]
        .into_iter()
        .find(|call| code.contains(call))
        .map(|call| format!("{}: `{call}`", source.path))
}

fn held_against_the_tree(rule: fn(&Source) -> Option<String>) {
    let broken: Vec<String> = source::all().iter().filter_map(rule).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn files_are_short() {
    held_against_the_tree(too_long);
}

#[test]
fn nothing_is_allowed_only_expected() {
    held_against_the_tree(allows);
}

#[test]
fn sql_stands_in_store_only() {
    held_against_the_tree(sql_outside_store);
}

#[test]
fn a_seat_changes_its_owner_in_one_place() {
    held_against_the_tree(second_door);
}

#[test]
fn nobody_asks_a_table_of_claims_that_is_behind() {
    held_against_the_tree(stale_question);
}

#[test]
fn the_clock_is_read_in_one_file() {
    held_against_the_tree(clock_read);
}

fn made_up(path: &str, text: &str) -> Source {
    Source { path: path.into(), text: text.into() }
}

#[test]
fn each_rule_can_fail() {
    assert!(too_long(&made_up("crates/app/src/a.rs", &"x\n".repeat(MAX_LINES))).is_none());
    assert!(too_long(&made_up("crates/app/src/a.rs", &"x\n".repeat(MAX_LINES + 1))).is_some());

    for bad in ["#[allow(dead_code)]", "#![allow(dead_code)]", "#[ allow (\n dead_code )]"] {
        assert!(allows(&made_up("crates/app/src/a.rs", bad)).is_some(), "{bad}");
    }
    for good in ["// #[allow(dead_code)]", "const S: &str = \"#[allow(x)]\";", "#[expect(dead_code, reason = \"x\")]"] {
        assert!(allows(&made_up("crates/app/src/a.rs", good)).is_none(), "{good}");
    }

    for bad in ["\"SELECT 1\"", "r#\"\n  INSERT INTO x\"#", "(\"UPDATE x\")", "\"\\\n DELETE FROM x\""] {
        assert!(sql_outside_store(&made_up("crates/web/src/a.rs", bad)).is_some(), "{bad}");
        assert!(sql_outside_store(&made_up("crates/store/src/a.rs", bad)).is_none(), "{bad}");
    }
    for good in ["\"Select a seat\"", "// \"SELECT 1\"", "\"Please SELECT one\""] {
        assert!(sql_outside_store(&made_up("crates/web/src/a.rs", good)).is_none(), "{good}");
    }

    for bad in ["\"UPDATE claims SET x = 1\"", "\"INSERT INTO claims\n VALUES (1)\"", "\"DELETE FROM claims\""] {
        assert!(second_door(&made_up("crates/store/src/cold/a.rs", bad)).is_some(), "{bad}");
        assert!(second_door(&made_up(DOORS[0], bad)).is_none(), "{bad}");
    }
    for good in ["\"SELECT 1 FROM claims\"", "\"UPDATE shows SET x = 1 WHERE EXISTS (SELECT 1 FROM claims)\""] {
        assert!(second_door(&made_up("crates/store/src/cold/a.rs", good)).is_none(), "{good}");
    }

    let question = "async fn f(tx: &Tx) { tx.settle_claims()?; tx.rows(\"SELECT 1 FROM claims\") }";
    assert!(stale_question(&made_up("crates/store/src/cold/a.rs", question)).is_none());
    let unsettled = question.replace("tx.settle_claims()?;", "");
    assert!(stale_question(&made_up("crates/store/src/cold/a.rs", &unsettled)).is_some());

    for bad in ["let t = SystemTime::now();", "jiff::Timestamp::\n  now()", "Zoned::now()"] {
        assert!(clock_read(&made_up("crates/web/src/a.rs", bad)).is_some(), "{bad}");
        assert!(clock_read(&made_up(CLOCK_FILE, bad)).is_none(), "{bad}");
    }
    assert!(clock_read(&made_up("crates/web/src/a.rs", "/// not `SystemTime::now`\nclock.now()")).is_none());
}
