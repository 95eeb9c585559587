//! The programme is written by whoever has its turn. In the store's functions a type sees to that
//! (`cold::turns::ProgrammeTurn`); here it is held against whoever writes SQL beside them.

use crate::source::{self, Source};
use crate::text::{self, Piece};

/// What sales and quotes are decided on. A lane on PostgreSQL sells by what it remembers of it, for as long as the turn
/// is not taken.
const TABLES: [&str; 5] = ["CINEMAS", "LAYOUTS", "MOVIES", "SCREENS", "SHOWS"];

/// The turn's name in `meta`.
const TURN: &str = "turn-programme";

/// Who may speak of it: one takes the turn, the other reads its count before a sale and holds it during one.
const MAY_NAME_IT: [&str; 2] = ["crates/store/src/cold/turns.rs", "crates/store/src/hot/postgres_statements.rs"];

/// What else a statement could be run on.
const OTHER_HANDLES: [&str; 3] = ["Db", "Query", "Tx"];

/// What may stand between the beginning of a change and its table.
const BETWEEN: [&str; 10] = ["OR", "REPLACE", "IGNORE", "ROLLBACK", "ABORT", "FAIL", "TABLE", "ONLY", "PUBLIC", "MAIN"];

/// The table that is written, if these words are the beginning of a change; empty if it is named elsewhere.
fn written<'w>(words: &[&'w str]) -> Option<&'w str> {
    let (["INTO" | "UPDATE" | "TRUNCATE" | "COPY", rest @ ..] | ["DELETE", "FROM", rest @ ..]) = words else {
        return None;
    };
    Some(rest.iter().find(|word| !BETWEEN.contains(word)).copied().unwrap_or_default())
}

/// What of the programme a text writes as SQL.
fn programme_written(sql: &str) -> Option<String> {
    let sql = sql.replace("\\n", " ");
    let words = |text| -> Vec<&str> {
        str::split(text, |c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect()
    };
    let shouted = sql.to_uppercase();
    let shouted = words(&shouted);
    let locks = |at: usize| at > 0 && shouted[at - 1] == "FOR";
    let found = (0..shouted.len()).filter(|at| !locks(*at)).filter_map(|at| written(&shouted[at..]));
    let found = found.into_iter().find(|table| table.is_empty() || TABLES.contains(table))?;
    if !found.is_empty() {
        return Some(found.to_lowercase());
    }
    // A sentence may end with such a word, but not in capitals, and a list of words not with a space.
    let ends_as_sql = sql.ends_with(char::is_whitespace) && words(&sql).last() == shouted.last();
    ends_as_sql.then(|| "a table that is named elsewhere".to_owned())
}

/// What stands between `fn` and the body that the end of this code is in.
fn enclosing_signature(code: &str) -> Option<&str> {
    let starts = code.match_indices("fn ").map(|(at, _)| at).collect::<Vec<_>>();
    starts.into_iter().rev().find_map(|at| {
        let body = at + code[at..].find('{')?;
        let mut depth = 0_i32;
        let open = code[body..].chars().all(|letter| {
            depth += i32::from(letter == '{') - i32::from(letter == '}');
            depth > 0
        });
        open.then(|| &code[at..body])
    })
}

/// A function that was given the turn, and nothing else that it could run its statement on.
fn has_the_turn(signature: &str) -> bool {
    let words: Vec<&str> = signature.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    words.contains(&"ProgrammeTurn") && !OTHER_HANDLES.iter().any(|handle| words.contains(handle))
}

/// Texts with the code before each; what only commas stand between, as in `concat!`, is one.
fn texts(source: &str) -> Vec<(String, String)> {
    let (mut code, mut found): (String, Vec<(String, String)>) = (String::new(), Vec::new());
    let mut joined = false;
    for piece in text::pieces(source) {
        match piece {
            Piece::Code(part) => {
                joined = !part.is_empty() && part.chars().all(|c| c == ',' || c.is_whitespace());
                code.push_str(&part);
            }
            Piece::Literal(text) => match found.last_mut().filter(|_| joined) {
                Some((_, before)) => before.push_str(&text),
                None => found.push((code.clone(), text)),
            },
        }
    }
    found
}

/// Tests may change a show under a lane's feet, and make one without a house around it.
fn is_product(source: &Source) -> bool {
    source.path.contains("/src/") && !source.path.contains("/tests/") && !source.path.ends_with("/tests.rs")
}

fn written_without_the_turn(source: &Source) -> Option<String> {
    if !is_product(source) {
        return None;
    }
    texts(&source.text).into_iter().find_map(|(before, sql)| {
        let table = programme_written(&sql)?;
        let guarded = enclosing_signature(&before).is_some_and(has_the_turn);
        (!guarded).then(|| format!("{}: {table} is written outside a function of `&ProgrammeTurn<'_>`", source.path))
    })
}

/// The count may only be raised: a lane that finds it as it was takes the programme for what it was.
fn speaks_of_the_turn(source: &Source) -> Option<String> {
    if !is_product(source) || MAY_NAME_IT.contains(&source.path.as_str()) {
        return None;
    }
    let named = |piece| matches!(piece, Piece::Literal(text) if text.contains(TURN));
    text::pieces(&source.text).into_iter().any(named).then(|| format!("{}: the programme's turn by name", source.path))
}

/// Nodes of the release before sell while a migration changes what they have read.
fn migrated_without_the_turn(source: &Source) -> Option<String> {
    let code: Vec<&str> = source.text.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
    let code = code.join("\n");
    let table = programme_written(&code)?;
    (!code.contains(TURN))
        .then(|| format!("{}: {table} is written and the count of `{TURN}` is not raised", source.path))
}

#[test]
fn nobody_writes_the_programme_without_its_turn() {
    let sources = source::all();
    let rules = [written_without_the_turn, speaks_of_the_turn];
    let mut broken: Vec<String> = rules.iter().flat_map(|rule| sources.iter().filter_map(rule)).collect();
    broken.extend(source::migrations().iter().filter_map(migrated_without_the_turn));
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    let writing = sources.iter().filter(|source| is_product(source)).flat_map(|source| texts(&source.text));
    let writing = writing.filter(|(_, sql)| programme_written(sql).is_some()).count();
    assert!(writing >= 15, "only {writing} statements found that write the programme: the rule is blind");
}

#[test]
fn what_writes_the_programme_is_told_from_what_does_not() {
    for bad in [
        "UPDATE shows SET called_off = 1",
        "update shows set called_off = 1",
        "INSERT INTO shows(key) VALUES ($1)",
        "INSERT OR REPLACE INTO main.screens VALUES (1)",
        "UPDATE OR IGNORE movies SET key = 'x'",
        "UPDATE ONLY public.cinemas SET name = 'x'",
        "WITH x AS (SELECT 1) DELETE FROM \\\"layouts\\\"",
        "MERGE INTO shows USING x ON true",
        "TRUNCATE TABLE shows",
        "COPY shows FROM STDIN",
        "SELECT 1; UPDATE ",
        "DELETE FROM ",
        "SELECT 1;\\nUPDATE shows SET called_off = 1",
    ] {
        assert!(programme_written(bad).is_some(), "{bad}");
    }
    for good in [
        "SELECT id FROM shows ORDER BY id FOR UPDATE",
        "UPDATE lanes SET seq = (SELECT max(id) FROM shows)",
        "INSERT INTO claims SELECT id FROM shows",
        "ON CONFLICT (name) DO UPDATE SET value = 1",
        "is what it was before the update ",
        "UPDATE",
    ] {
        assert_eq!(programme_written(good), None, "{good}");
    }
}

#[test]
fn each_rule_can_fail() {
    let made_up = |path: &str, text: &str| Source { path: path.into(), text: text.into() };
    let cold = |text: &str| written_without_the_turn(&made_up("crates/store/src/cold/a.rs", text));
    let good = "fn read(db: &impl Query) {} async fn f(tx: &ProgrammeTurn<'_>) { tx.rows(\"DELETE FROM shows\") }";
    assert_eq!(cold(good), None);
    for bad in [
        good.replace("tx: &ProgrammeTurn<'_>", "tx: &Tx"),
        good.replace("tx: &ProgrammeTurn<'_>", "turn: &ProgrammeTurn<'_>, tx: &impl Query"),
        format!("{good} const LATER: &str = \"UPDATE shows SET revision = 0\";"),
        format!("{good} macro_rules! late {{ () => {{ \"UPDATE shows SET revision = 0\" }} }}"),
        "fn f(tx: &Tx) { tx.rows(concat!(\"UPDATE \", \"shows SET revision = 0\")) }".to_owned(),
        "fn f(tx: &Tx) { tx.rows(concat!(\"UPDATE \", $table, \" SET revision = 0\")) }".to_owned(),
    ] {
        assert!(cold(&bad).is_some(), "{bad}");
    }
    let hot = "fn text(self) { match self { Self::Off => \"UPDATE shows SET called_off = 1\" } }";
    assert!(written_without_the_turn(&made_up("crates/store/src/hot/a.rs", hot)).is_some());
    assert_eq!(written_without_the_turn(&made_up("crates/store/tests/hot/a.rs", hot)), None);

    let turn = "const ONE: &str = \"DELETE FROM meta WHERE name = 'turn-programme'\";";
    assert!(speaks_of_the_turn(&made_up("crates/store/src/cold/a.rs", turn)).is_some());
    assert_eq!(speaks_of_the_turn(&made_up(MAY_NAME_IT[0], turn)), None);

    let migration = |text: &str| migrated_without_the_turn(&made_up("crates/store/migrations/V2__a.sql", text));
    assert!(migration("UPDATE shows SET prices = '{}';").is_some());
    assert!(migration("UPDATE shows SET prices = '{}'; -- turn-programme").is_some());
    assert_eq!(
        migration("UPDATE shows SET prices = '{}'; UPDATE meta SET value = 2 WHERE name = 'turn-programme';"),
        None
    );
    assert_eq!(migration("CREATE TABLE shows (id BIGINT); -- UPDATE shows"), None);
}
