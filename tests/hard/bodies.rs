//! Bodies far over the limit.

use std::{
    io::{BufReader, Write},
    net::{SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

use houselights_tests::harness::{
    Attempting as _, Result,
    client::{Answer, read_answer},
};

use crate::Place;

const BODY: usize = 100 << 20;
const PIECE: usize = 64 << 10;
const AT_ONCE: usize = 8;
const QUICKLY: Duration = Duration::from_secs(2);
/// What the server may grow by while it refuses them: for each at once, eight times the default limit of a body (1 MiB),
/// of which a body without a length may fill one before it is known to be too large. They send 800 MiB at once.
const GROWTH_KIB: u64 = (AT_ONCE as u64) * (8 << 10);
const ROUTES: [&str; 2] = ["/api/login/", "/api/signup/"];

pub(crate) fn are_refused_in_little_memory(place: &Place) -> Result<String> {
    let recipe = place.house()?;
    let server = recipe.start()?;
    let before = server.memory("VmHWM")?;
    let at = server.at;
    let mut slowest = Duration::ZERO;
    for announced in [true, false] {
        let senders: Vec<_> = (0..AT_ONCE).map(|n| thread::spawn(move || send(at, ROUTES[n % 2], announced))).collect();
        for sender in senders {
            let (took, answer) = sender.join().map_err(|_| "a sender panicked")??;
            if answer.status != 413 || answer.code() != "body_too_large" {
                return Err(format!("answered {} {} (announced: {announced})", answer.status, answer.code()));
            }
            slowest = slowest.max(took);
        }
    }
    if slowest > QUICKLY {
        return Err(format!("the 413 took {slowest:?}"));
    }
    let grown = server.memory("VmHWM")?.saturating_sub(before);
    if grown > GROWTH_KIB {
        return Err(format!("the server grew by {grown} KiB while it refused"));
    }
    server.stop(Duration::from_secs(30))?;
    Ok(format!(
        "{} bodies, half of them without a length, {AT_ONCE} at once: 413 after {:.0} ms at most, memory grew by {grown} KiB",
        2 * AT_ONCE,
        slowest.as_secs_f64() * 1e3
    ))
}

/// Sends until the server has had enough, then reads, as a plain client does.
fn send(at: SocketAddr, route: &str, announced: bool) -> Result<(Duration, Answer)> {
    let start = Instant::now();
    let mut stream = TcpStream::connect(at).attempting("connect")?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).attempting("timeout")?;
    stream.set_write_timeout(Some(Duration::from_secs(30))).attempting("timeout")?;
    let length = if announced { format!("content-length: {BODY}") } else { "transfer-encoding: chunked".into() };
    let head = format!("POST {route} HTTP/1.1\r\nhost: {at}\r\ncontent-type: application/json\r\n{length}\r\n\r\n");
    stream.write_all(head.as_bytes()).attempting("the head")?;
    let mut piece = if announced { Vec::new() } else { format!("{PIECE:x}\r\n").into_bytes() };
    piece.resize(piece.len() + PIECE, b'a');
    if !announced {
        piece.extend_from_slice(b"\r\n");
    }
    for _ in 0..BODY / PIECE {
        if stream.write_all(&piece).is_err() {
            break;
        }
    }
    let answer = read_answer(&mut BufReader::new(stream)).attempting("no answer to a body that is too large")?;
    Ok((start.elapsed(), answer))
}
