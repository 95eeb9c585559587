//! All that differs between the databases outside the hot path.

/// A portable statement as SQLite wants it: `$2` becomes `?2`. SQLite would take `$2` for a *name* and bind names in
/// order of appearance, so that `$2 .. $1` would swap values without a word.
pub(crate) fn sqlite_statement(portable: &str) -> String {
    let mut out = String::with_capacity(portable.len());
    let mut chars = portable.chars().peekable();
    let mut in_text = false;
    while let Some(letter) = chars.next() {
        in_text ^= letter == '\'';
        let numbered = chars.peek().is_some_and(char::is_ascii_digit);
        out.push(if letter == '$' && numbered && !in_text { '?' } else { letter });
    }
    out
}

/// A migration's placeholders as SQLite wants them.
pub(crate) fn sqlite_schema(portable: &str) -> String {
    portable.replace("{id}", "INTEGER PRIMARY KEY").replace("{clustered}", "WITHOUT ROWID").replace("{bytes}", "BLOB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_numbered_and_never_named() {
        assert_eq!(sqlite_statement("a = $2 AND b = $10 AND c = '$3'"), "a = ?2 AND b = ?10 AND c = '$3'");
    }

    #[test]
    fn swapped_parameters_keep_their_values() {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        let sql = sqlite_statement("SELECT $2, $1");
        let row: (i64, i64) = connection.query_row(&sql, [1, 2], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!(row, (2, 1));
    }
}
