//! Telling code from comments and string literals, without a parser: enough for rules on single words.

/// A piece of Rust source.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Code outside of literals and comments.
    Code(String),
    /// What stands in one string literal, plain or raw, escapes left as they are.
    Literal(String),
}

/// Splits source into code and string literals, in order; comments are dropped, character literals count as code.
pub(crate) fn pieces(source: &str) -> Vec<Piece> {
    let chars: Vec<char> = source.chars().collect();
    let mut out = Vec::new();
    let mut code = String::new();
    let mut at = 0;
    while at < chars.len() {
        let rest = &chars[at..];
        if rest.starts_with(&['/', '/']) {
            at += rest.iter().take_while(|c| **c != '\n').count();
        } else if rest.starts_with(&['/', '*']) {
            at += block_comment(rest);
        } else if let Some((text, length)) = literal(rest, chars[..at].last().copied()) {
            out.push(Piece::Code(std::mem::take(&mut code)));
            out.push(Piece::Literal(text));
            at += length;
        } else {
            let length = character(rest);
            code.extend(&rest[..length]);
            at += length;
        }
    }
    out.push(Piece::Code(code));
    out
}

/// All code outside of literals and comments, in one text.
pub(crate) fn code_only(source: &str) -> String {
    pieces(source).into_iter().map(|piece| if let Piece::Code(code) = piece { code } else { "\"\"".into() }).collect()
}

/// The length of a (nested) block comment.
fn block_comment(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match &rest[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at.min(rest.len())
}

/// A string literal that starts here: its text and its whole length.
fn literal(rest: &[char], before: Option<char>) -> Option<(String, usize)> {
    let in_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if rest.first() == Some(&'"') {
        return Some(plain(rest));
    }
    if in_word || rest.first() != Some(&'r') {
        return None;
    }
    let hashes = rest[1..].iter().take_while(|c| **c == '#').count();
    if rest.get(1 + hashes) != Some(&'"') {
        return None;
    }
    let body = &rest[hashes + 2..];
    let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let length = body.windows(end.len()).position(|window| window == end).unwrap_or(body.len());
    Some((body[..length].iter().collect(), (hashes + 2 + length + end.len()).min(rest.len())))
}

fn plain(rest: &[char]) -> (String, usize) {
    let mut at = 1;
    while at < rest.len() && rest[at] != '"' {
        at += if rest[at] == '\\' { 2 } else { 1 };
    }
    let end = at.min(rest.len());
    (rest[1..end].iter().collect(), (at + 1).min(rest.len()))
}

/// How many characters to take as code: a character literal whole (so that `'"'` opens no string), else one.
fn character(rest: &[char]) -> usize {
    match rest {
        ['\'', '\\', ..] => 3 + rest[3.min(rest.len())..].iter().take_while(|c| **c != '\'').count().min(10),
        ['\'', _, '\'', ..] => 3,
        _ => 1,
    }
    .min(rest.len())
}

#[test]
fn literals_comments_and_code_are_told_apart() {
    let source = r##"let a = "one \" two"; // "not"
        /* "no" /* "nor this" */ */ let c = '"'; let l: &'static str = r#"raw " text"#; let r = bar"##;
    let literals: Vec<String> = pieces(source)
        .into_iter()
        .filter_map(|p| if let Piece::Literal(text) = p { Some(text) } else { None })
        .collect();
    assert_eq!(literals, [r#"one \" two"#, r#"raw " text"#]);
    assert!(code_only(source).ends_with("let r = bar"));
    assert!(!code_only(source).contains("nor this"));
}

#[test]
fn the_end_of_the_text_is_never_passed() {
    for cut in ["\"", "\"a\\", "r#\"x", "/* x", "'", "'\\", "'\\u{1}'", "b'\\''", "r", "//"] {
        let _ = pieces(cut);
    }
}
