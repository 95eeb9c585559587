//! A blocking HTTP/1.1 client that keeps its connection and knows how much of an exchange took place.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::Value;

use super::{Attempting, Result};

/// Longer than any answer may take.
const PATIENCE: Duration = Duration::from_mins(1);
const FORM: &str = "application/x-www-form-urlencoded";
const LONGEST_BODY: usize = 64 << 20;

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The head's lines, in small letters up to the colon.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON; `null` where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The `code` of a refusal, or nothing.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// Fails unless the status is this one.
    pub fn expect(self, status: u16) -> Result<Self> {
        if self.status == status {
            return Ok(self);
        }
        Err(format!("{} instead of {status}: {}", self.status, String::from_utf8_lossy(&self.body)))
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lost {
    /// There was no connection: the server has not seen the request.
    NotSent(String),
    /// The kept connection was found closed, without a byte of an answer: most likely it had been closed before.
    Closed(String),
    /// The answer broke off, or never came.
    Cut(String),
}

impl std::fmt::Display for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Self::NotSent(why) | Self::Closed(why) | Self::Cut(why)) = self;
        f.write_str(why)
    }
}

/// A request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ask<'a> {
    /// `GET` or `POST`.
    pub method: &'a str,
    /// With its query.
    pub path: &'a str,
    /// An access token.
    pub token: Option<&'a str>,
    /// An idempotency key.
    pub key: Option<&'a str>,
    /// JSON.
    pub body: Option<&'a Value>,
    /// A form of a page, in place of JSON.
    pub form: Option<&'a str>,
    /// What a browser sends back of `set-cookie`.
    pub cookie: Option<&'a str>,
}

impl<'a> Ask<'a> {
    /// GET.
    pub fn get(path: &'a str) -> Self {
        Self { method: "GET", path, ..Self::default() }
    }

    /// POST.
    pub fn post(path: &'a str, body: &'a Value) -> Self {
        Self { method: "POST", path, body: Some(body), ..Self::default() }
    }

    /// As somebody.
    #[must_use]
    pub fn by(self, token: &'a str) -> Self {
        Self { token: Some(token), ..self }
    }

    fn text(&self, at: SocketAddr) -> Vec<u8> {
        use std::fmt::Write as _;
        let json = self.body.map(Value::to_string);
        let mut text = format!("{} {} HTTP/1.1\r\nhost: {at}\r\n", self.method, self.path);
        let mut line = |name: &str, value: &str| {
            let _infallible = write!(text, "{name}: {value}\r\n");
        };
        if let Some(token) = self.token {
            line("authorization", &format!("Bearer {token}"));
        }
        if let Some(key) = self.key {
            line("idempotency-key", key);
        }
        if let Some(cookie) = self.cookie {
            line("cookie", cookie);
        }
        let body = json.as_deref().or(self.form);
        if let Some(body) = body {
            line("content-type", if self.form.is_some() { FORM } else { "application/json" });
            line("content-length", &body.len().to_string());
        } else if self.method == "POST" {
            line("content-length", "0");
        }
        text.push_str("\r\n");
        text.push_str(body.unwrap_or_default());
        text.into_bytes()
    }
}

/// A client with at most one connection.
#[derive(Debug)]
pub struct Client {
    at: SocketAddr,
    stream: Option<BufReader<TcpStream>>,
}

impl Client {
    /// Connects when it first asks.
    pub const fn new(at: SocketAddr) -> Self {
        Self { at, stream: None }
    }

    /// Whether the server has left the connection open.
    pub const fn is_connected(&self) -> bool {
        self.stream.is_some()
    }

    /// Connects without asking anything.
    pub fn connect(&mut self) -> std::result::Result<&mut BufReader<TcpStream>, Lost> {
        let at = self.at;
        let open = || -> std::io::Result<BufReader<TcpStream>> {
            let stream = TcpStream::connect_timeout(&at, PATIENCE)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(PATIENCE))?;
            stream.set_nodelay(true)?;
            Ok(BufReader::new(stream))
        };
        match &mut self.stream {
            Some(stream) => Ok(stream),
            empty => Ok(empty.insert(open().map_err(|error| Lost::NotSent(error.to_string()))?)),
        }
    }

    /// Asks and waits for the answer. The connection is kept unless the answer says otherwise.
    pub fn ask(&mut self, ask: Ask<'_>) -> std::result::Result<Answer, Lost> {
        let text = ask.text(self.at);
        let stream = self.connect()?;
        let sent = stream.get_mut().write_all(&text);
        let answer = match sent {
            Ok(()) => read_answer(stream),
            Err(error) => Err(Lost::Closed(error.to_string())),
        };
        if !matches!(&answer, Ok(answer) if answer.header("connection") != Some("close")) {
            self.stream = None;
        }
        answer
    }

    /// As [`Self::ask`], where only the sentence matters.
    pub fn told(&mut self, ask: Ask<'_>) -> Result<Answer> {
        self.ask(ask).attempting(&format!("{} {}", ask.method, ask.path))
    }
}

/// Reads one answer.
pub fn read_answer(from: &mut impl BufRead) -> std::result::Result<Answer, Lost> {
    // A stopped and continued process is interrupted where a read has a time limit (signal(7)).
    while from.fill_buf().is_err_and(|error| error.kind() == std::io::ErrorKind::Interrupted) {}
    match from.fill_buf() {
        Ok([]) => return Err(Lost::Closed("closed without an answer".into())),
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {
            return Err(Lost::Closed("reset without an answer".into()));
        }
        Err(error) => return Err(Lost::Cut(error.to_string())),
    }
    let cut = |why: &str| Lost::Cut(why.to_owned());
    let line = |from: &mut dyn BufRead| -> std::result::Result<String, Lost> {
        let mut line = String::new();
        from.read_line(&mut line).map_err(|error| Lost::Cut(error.to_string()))?;
        line.strip_suffix("\r\n").map(str::to_owned).ok_or_else(|| cut("the head broke off"))
    };
    let first = line(from)?;
    let status = first.split(' ').nth(1).and_then(|word| word.parse().ok()).ok_or_else(|| cut("no status line"))?;
    let mut headers = Vec::new();
    loop {
        let line = line(from)?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut answer = Answer { status, headers, body: Vec::new() };
    let length: usize = answer
        .header("content-length")
        .and_then(|length| length.parse().ok())
        .filter(|length| *length <= LONGEST_BODY)
        .ok_or_else(|| cut("no usable content-length"))?;
    answer.body = vec![0; length];
    from.read_exact(&mut answer.body).map_err(|error| Lost::Cut(error.to_string()))?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_answer_is_told_from_none() {
        let whole = b"HTTP/1.1 201 Created\r\nContent-Length: 13\r\n\r\n{\"code\":\"ab\"}".as_slice();
        let answer = read_answer(&mut &*whole).unwrap();
        assert_eq!((answer.status, answer.code().as_str()), (201, "ab"));
        assert!(matches!(read_answer(&mut b"".as_slice()), Err(Lost::Closed(_))));
        for end in 1..whole.len() {
            assert!(matches!(read_answer(&mut &whole[..end]), Err(Lost::Cut(_))), "{end}");
        }
    }
}
