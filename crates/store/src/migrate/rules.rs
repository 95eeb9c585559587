//! What a step may do that works with every program that the step before worked with. They go on beside it, knowing
//! nothing of it: they name the columns that they write, and read what they read before.

use super::{
    steps::{RELEASED, STEPS, Step},
    to_come::{CONTRACTS, EXPANDS},
};

/// Everything that is against the rules, in words.
fn broken(steps: &[Step]) -> Vec<String> {
    let mut found = Vec::new();
    let mut before = 0;
    for (version, step) in (1_u32..).zip(steps) {
        let name = step.name;
        if !name.starts_with(&format!("V{version}__")) {
            found.push(format!("{name}: it is number {version}"));
        }
        if step.works_with < before.max(1) || step.works_with > version {
            found.push(format!("{name}: works_with is below {before}, as the step before says, or beyond its own"));
        }
        // One that leaves programs behind may take away what only those used.
        let leaves_nobody_behind = step.works_with == before;
        before = step.works_with;
        if leaves_nobody_behind {
            let made = |text: &str| statements(text).iter().filter_map(|words| made_table(words)).collect::<Vec<_>>();
            let new: Vec<String> = [step.both, step.sqlite, step.postgres].into_iter().flat_map(made).collect();
            for words in [step.both, step.sqlite, step.postgres].into_iter().flat_map(statements) {
                if let Some(why) = breaks_older_programs(&words, &new) {
                    found.push(format!("{name}: {why}: {}", words.join(" ")));
                }
            }
        }
    }
    found
}

/// Statements, each as its words in capitals; brackets and commas are words of their own. Comments and the insides of
/// texts are left out.
fn statements(sql: &str) -> Vec<Vec<String>> {
    let code: String =
        sql.lines().map(|line| line.split("--").next().unwrap_or_default()).collect::<Vec<_>>().join(" ");
    let code: String = code.split('\'').step_by(2).collect::<Vec<_>>().join("''");
    code.split(';')
        .map(|statement| {
            let spaced = statement.replace('(', " ( ").replace(')', " ) ").replace(',', " , ");
            spaced.split_whitespace().map(str::to_uppercase).collect::<Vec<_>>()
        })
        .filter(|words| !words.is_empty())
        .collect()
}

fn made_table(words: &[String]) -> Option<String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["CREATE", "TABLE", name, ..] => Some((*name).to_owned()),
        _ => None,
    }
}

/// Why a statement may break programs that do not know of it. Only what is known to be harmless passes.
fn breaks_older_programs(words: &[String], new: &[String]) -> Option<&'static str> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let is_new = |table: &str| new.iter().any(|name| name == table);
    match words.as_slice() {
        ["CREATE", "TABLE" | "INDEX", ..] | ["INSERT", "INTO", ..] | ["UPDATE", ..] => None,
        ["CREATE", "UNIQUE", "INDEX", _, "ON", table, ..] if is_new(table) => None,
        ["CREATE", "UNIQUE", ..] => Some("they may write what a new unique index refuses"),
        ["ALTER", "TABLE", _, "ADD", "COLUMN", _, _, more @ ..] => {
            if more.contains(&",") && more.contains(&"ADD") {
                Some("one column a statement, which SQLite wants too")
            } else if more.contains(&"NOT") && !more.contains(&"DEFAULT") {
                Some("they write rows without the new column, which must not be NOT NULL without a DEFAULT")
            } else if ["UNIQUE", "PRIMARY", "CHECK", "REFERENCES"].iter().any(|word| more.contains(word)) {
                Some("they know nothing of a new column's constraint")
            } else {
                None
            }
        }
        ["DROP", ..] => Some("they may still use it: drop it a release later, in a step that says so"),
        ["ALTER", "TABLE", _, "RENAME" | "DROP", ..] => Some("they still use the old name"),
        _ => Some("it is not known to be harmless"),
    }
}

#[test]
fn steps_say_truly_with_whom_they_work() {
    assert_eq!(broken(STEPS), Vec::<String>::new());
    // What stands in for steps to come must be what a step may be.
    assert_eq!(broken(&[STEPS, &[EXPANDS, CONTRACTS]].concat()), Vec::<String>::new());
}

/// Two releases in a row run beside each other, so the newest schema works with the last release's programs.
#[test]
fn a_release_and_the_one_before_it_run_beside_each_other() {
    let newest = STEPS.last().unwrap();
    let last = RELEASED.last().copied().unwrap_or(("none yet", 1));
    assert!(
        newest.works_with <= last.1,
        "{} cannot run beside release {}: contract a release later",
        newest.name,
        last.0
    );
    assert!(RELEASED.is_sorted_by_key(|(_, schema)| *schema));
}

#[test]
fn each_rule_can_be_broken() {
    let step = |works_with, sql: &'static str| Step { name: "V2__x", works_with, both: sql, sqlite: "", postgres: "" };
    let found = |works_with, sql| broken(&[STEPS[0], step(works_with, sql)]);
    for harmless in [
        "ALTER TABLE bookings ADD COLUMN note TEXT; UPDATE bookings SET note = 'DROP TABLE x; --' WHERE id < 5;",
        "ALTER TABLE shows ADD COLUMN rating BIGINT NOT NULL DEFAULT 0;",
        "-- DROP TABLE claims;\nCREATE TABLE tips (id {id}, note TEXT NOT NULL UNIQUE);\nCREATE UNIQUE INDEX a ON tips (id);",
        "CREATE INDEX orders_by_show ON orders (show_id); INSERT INTO meta VALUES ('a', 'b');",
    ] {
        assert_eq!(found(1, harmless), Vec::<String>::new(), "{harmless}");
    }
    for harm in [
        "ALTER TABLE bookings ADD COLUMN note TEXT NOT NULL;",
        "ALTER TABLE bookings ADD COLUMN note TEXT UNIQUE;",
        "ALTER TABLE bookings ADD COLUMN a TEXT, ADD COLUMN b TEXT;",
        "ALTER TABLE bookings DROP COLUMN price;",
        "alter table bookings rename column price TO cost;",
        "ALTER TABLE bookings ALTER COLUMN price TYPE TEXT;",
        "DROP TABLE meta;",
        "DROP INDEX orders_held;",
        "CREATE UNIQUE INDEX one_show ON shows (starts_at);",
        "DELETE FROM sessions;",
    ] {
        assert_eq!(found(1, harm).len(), 1, "{harm}");
        assert!(found(2, harm).is_empty(), "a step that leaves older programs behind may do that: {harm}");
    }
    assert_eq!(found(3, "").len(), 1);
    assert_eq!(found(0, "").len(), 1);
    assert_eq!(broken(&[Step { name: "V7__x", ..STEPS[0] }]).len(), 1);
}
