//! What a client of PostgreSQL sends, taken apart: where in the stream is a COMMIT, or a sale that is its own? And of
//! what it is answered, as much as says whether such a sale was made.
//! (<https://www.postgresql.org/docs/current/protocol-message-formats.html>)

use std::collections::HashMap;

/// Requests before the start-up message: for encryption.
const BEFORE_THE_START: [u32; 2] = [80_877_103, 80_877_104];

/// Some whole messages.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) bytes: Vec<u8>,
    /// It is one message, and it commits a transaction that may have written.
    pub(crate) commits: Option<Commit>,
}

/// What commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Commit {
    Command,
    /// A sale of one statement, which is its own transaction.
    Sale,
}

/// The stream of one connection.
#[derive(Debug, Default)]
pub(crate) struct Frontend {
    rest: Vec<u8>,
    started: bool,
    read_only: bool,
    /// Prepared statements and portals whose text commits.
    statements: HashMap<Vec<u8>, Commit>,
    portals: HashMap<Vec<u8>, Commit>,
}

/// The stream in the other direction, from the answer to the start-up message on: nobody asks for encryption here.
#[derive(Debug, Default)]
pub(crate) struct Backend(Vec<u8>);

impl Backend {
    /// Takes what has arrived and gives the tags of the messages that are complete.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.0.extend_from_slice(bytes);
        let (mut tags, mut at) = (Vec::new(), 0);
        while let Some(length) = length(self.0.get(at..).unwrap_or_default(), 1) {
            tags.extend(self.0.get(at));
            at += length;
        }
        self.0.drain(..at);
        tags
    }
}

/// The length of the first message, with the bytes of its tag, if all of it is there.
fn length(stream: &[u8], tag: usize) -> Option<usize> {
    let length = stream.get(tag..tag + 4)?;
    let length = u32::from_be_bytes(length.try_into().ok()?);
    let whole = tag + usize::try_from(length).ok()?.max(4);
    (stream.len() >= whole).then_some(whole)
}

impl Frontend {
    /// Takes what has arrived and gives what is complete, in order.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Vec<Piece> {
        self.rest.extend_from_slice(bytes);
        let mut pieces: Vec<Piece> = Vec::new();
        while let Some(length) = length(&self.rest, usize::from(self.started)) {
            let message: Vec<u8> = self.rest.drain(..length).collect();
            let commits = self.commits(&message);
            match pieces.last_mut() {
                Some(last) if last.commits.is_none() && commits.is_none() => last.bytes.extend(message),
                _ => pieces.push(Piece { bytes: message, commits }),
            }
        }
        pieces
    }

    fn commits(&mut self, message: &[u8]) -> Option<Commit> {
        if !self.started {
            let code = message.get(4..8).and_then(|code| code.try_into().ok()).map(u32::from_be_bytes);
            self.started = !code.is_some_and(|code| BEFORE_THE_START.contains(&code));
            return None;
        }
        let mut words = message.get(5..).unwrap_or_default().split(|byte| *byte == 0);
        let mut word = || words.next().unwrap_or_default().to_vec();
        match message.first() {
            Some(b'Q') => self.text_commits(&word()),
            Some(b'P') => {
                let (name, text) = (word(), word());
                keep(&mut self.statements, name, commit(&text));
                None
            }
            Some(b'B') => {
                let (portal, statement) = (word(), word());
                keep(&mut self.portals, portal, self.statements.get(&statement).copied());
                None
            }
            Some(b'E') => self.portals.get(&word()).copied(),
            _ => None,
        }
    }

    fn text_commits(&mut self, text: &[u8]) -> Option<Commit> {
        let text = String::from_utf8_lossy(text);
        if text.contains("BEGIN") {
            self.read_only = text.contains("READ ONLY");
        }
        commit(text.as_bytes()).filter(|_| !self.read_only && !text.contains("NOTIFY"))
    }
}

fn keep(all: &mut HashMap<Vec<u8>, Commit>, name: Vec<u8>, commit: Option<Commit>) {
    match commit {
        Some(commit) => all.insert(name, commit),
        None => all.remove(&name),
    };
}

fn commit(text: &[u8]) -> Option<Commit> {
    let text = String::from_utf8_lossy(text).to_uppercase();
    if text.contains("UPDATE LANES") && text.contains("INSERT INTO CLAIMS") {
        return Some(Commit::Sale);
    }
    let ends = text.trim_end_matches(|c: char| c.is_whitespace() || c == ';').ends_with("COMMIT");
    ends.then_some(Commit::Command)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(tag: u8, words: &[&str]) -> Vec<u8> {
        let body: Vec<u8> = words.iter().flat_map(|word| word.bytes().chain([0])).collect();
        let length = u32::try_from(body.len() + 4).unwrap();
        [&[tag][..], &length.to_be_bytes(), &body].concat()
    }

    fn started() -> Frontend {
        let mut frontend = Frontend::default();
        let encrypted = [&8_u32.to_be_bytes()[..], &BEFORE_THE_START[0].to_be_bytes()].concat();
        let start = [&13_u32.to_be_bytes()[..], &196_608_u32.to_be_bytes(), b"user\0"].concat();
        let pieces = frontend.feed(&[encrypted, start].concat());
        assert_eq!(pieces.iter().map(|piece| (piece.bytes.len(), piece.commits)).collect::<Vec<_>>(), [(21, None)]);
        frontend
    }

    fn commits(pieces: &[Piece]) -> Vec<Option<Commit>> {
        pieces.iter().map(|piece| piece.commits).collect()
    }

    #[test]
    fn a_commit_is_found_wherever_the_stream_is_torn() {
        let stream =
            [message(b'Q', &["BEGIN"]), message(b'B', &["", "s1"]), message(b'Q', &["COMMIT"]), message(b'X', &[])];
        let stream = stream.concat();
        for at in 0..=stream.len() {
            let mut frontend = started();
            let mut pieces = frontend.feed(&stream[..at]);
            pieces.extend(frontend.feed(&stream[at..]));
            assert_eq!(pieces.iter().filter(|piece| piece.commits.is_some()).count(), 1, "{at}");
            let all: Vec<u8> = pieces.into_iter().flat_map(|piece| piece.bytes).collect();
            assert_eq!(all, stream, "{at}");
        }
    }

    #[test]
    fn reading_and_ringing_are_left_alone() {
        let mut frontend = started();
        let feed = |frontend: &mut Frontend, text: &str| commits(&frontend.feed(&message(b'Q', &[text])));
        assert_eq!(feed(&mut frontend, "BEGIN READ ONLY; SET LOCAL statement_timeout = 1"), [None]);
        assert_eq!(feed(&mut frontend, "COMMIT"), [None]);
        assert_eq!(feed(&mut frontend, "BEGIN; SET LOCAL synchronous_commit = off; NOTIFY x; COMMIT"), [None]);
        assert_eq!(feed(&mut frontend, "BEGIN ISOLATION LEVEL READ COMMITTED"), [None]);
        assert_eq!(feed(&mut frontend, "SET LOCAL statement_timeout = 0; commit ;"), [Some(Commit::Command)]);
    }

    #[test]
    fn a_prepared_commit_is_one_when_it_is_executed() {
        let mut frontend = started();
        let stream = [message(b'P', &["c", "COMMIT"]), message(b'B', &["", "c"]), message(b'E', &[""])].concat();
        assert_eq!(commits(&frontend.feed(&stream)), [None, Some(Commit::Command)]);
        let sale = "WITH advanced AS (UPDATE lanes SET seq = 2), claimed AS (INSERT INTO claims SELECT 1) SELECT 1";
        let stream = [message(b'P', &["v", sale]), message(b'B', &["", "v"]), message(b'E', &[""])].concat();
        assert_eq!(commits(&frontend.feed(&stream)), [None, Some(Commit::Sale)]);
        let other = [message(b'P', &["s", "SELECT 1"]), message(b'B', &["", "s"]), message(b'E', &[""])].concat();
        assert_eq!(commits(&frontend.feed(&other)), [None]);
    }

    #[test]
    fn answers_are_found_wherever_the_stream_is_torn() {
        let stream =
            [message(b'2', &[]), message(b'D', &["a row"]), message(b'C', &["SELECT 1"]), message(b'Z', &["I"])];
        let stream = stream.concat();
        for at in 0..=stream.len() {
            let mut backend = Backend::default();
            let mut tags = backend.feed(&stream[..at]);
            tags.extend(backend.feed(&stream[at..]));
            assert_eq!(tags, b"2DCZ", "{at}");
        }
    }
}
