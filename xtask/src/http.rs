//! Just enough HTTP/1.1 to wait for a local server and to log in.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(10);

/// An answer: status and body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// GET `path`.
pub(crate) fn get(at: SocketAddr, path: &str) -> Result<Answer, String> {
    exchange(
        at,
        &format!("GET {path} HTTP/1.1\r\nHost: {at}\r\nAccept-Encoding: identity\r\nConnection: close\r\n\r\n"),
    )
}

/// POST `json` to `path`.
pub(crate) fn post(at: SocketAddr, path: &str, json: &serde_json::Value) -> Result<Answer, String> {
    let body = json.to_string();
    exchange(
        at,
        &format!(
            "POST {path} HTTP/1.1\r\nHost: {at}\r\nContent-Type: application/json\r\nAccept-Encoding: identity\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        ),
    )
}

fn exchange(at: SocketAddr, request: &str) -> Result<Answer, String> {
    let talk = || -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect_timeout(&at, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(answer)
    };
    let bytes = talk().map_err(|e| format!("no answer: {e}"))?;
    parse(&String::from_utf8_lossy(&bytes)).ok_or_else(|| "the answer is not HTTP".to_owned())
}

fn parse(text: &str) -> Option<Answer> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split_whitespace().nth(1)?.parse().ok()?;
    let chunked = head.to_ascii_lowercase().contains("\r\ntransfer-encoding: chunked");
    let body = if chunked { unchunk(body)? } else { body.to_owned() };
    Some(Answer { status, body })
}

fn unchunk(mut rest: &str) -> Option<String> {
    let mut body = String::new();
    loop {
        let (size, after) = rest.split_once("\r\n")?;
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        body.push_str(after.get(..size)?);
        rest = after.get(size..)?.strip_prefix("\r\n")?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_and_chunked_answers_are_read() {
        let plain = parse("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
        assert_eq!(plain, Some(Answer { status: 200, body: "{}".into() }));
        let chunked = parse("HTTP/1.1 503 X\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1;x\r\nd\r\n0\r\n\r\n");
        assert_eq!(chunked, Some(Answer { status: 503, body: "abcd".into() }));
    }

    #[test]
    fn anything_else_is_refused() {
        assert_eq!(parse("hello"), None);
        assert_eq!(parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), None);
    }
}
