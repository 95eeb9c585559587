//! Many connections and slow ones.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

use houselights_tests::harness::{
    Attempting as _, Result,
    client::{Ask, Client},
    server::{Server, poll},
};

use crate::Place;

const SLOW: usize = 200;
const IDLE: usize = 10_000;
const TRICKLE: Duration = Duration::from_millis(100);
/// No good client may wait longer because of the bad ones.
const PROMPT: Duration = Duration::from_millis(500);

pub(crate) fn slow_heads_are_cut_and_hurt_nobody(place: &Place) -> Result<String> {
    let server = place.house()?.with("HEADER_TIMEOUT", &"1s").start()?;
    trickled(server, b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ")
}

pub(crate) fn slow_bodies_are_cut_and_hurt_nobody(place: &Place) -> Result<String> {
    let server = place.house()?.with("REQUEST_TIMEOUT", &"1s").start()?;
    trickled(
        server,
        b"POST /api/login/ HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n",
    )
}

/// Clients that begin like this and then send a byte at a time are cut, and others are served meanwhile.
fn trickled(server: Server, beginning: &[u8]) -> Result<String> {
    let at = server.at;
    let mut slow = Vec::new();
    for _ in 0..SLOW {
        let mut stream = TcpStream::connect(at).attempting("connect")?;
        stream.write_all(beginning).attempting("the beginning")?;
        stream.set_nonblocking(true).attempting("nonblocking")?;
        slow.push(stream);
    }
    let mut good = server.client();
    let mut longest = Duration::ZERO;
    let mut answered = 0;
    let began = Instant::now();
    let mut last = began;
    poll("all slow clients are cut", Duration::from_secs(10), || {
        if last.elapsed() > TRICKLE {
            last = Instant::now();
            slow.retain_mut(|stream| !is_cut(stream));
        }
        let asked = Instant::now();
        good.told(Ask::get("/api/movies/"))?.expect(200)?;
        longest = longest.max(asked.elapsed());
        answered += 1;
        Ok(slow.is_empty().then_some(()))
    })?;
    let cut = began.elapsed();
    if cut < Duration::from_millis(900) {
        return Err(format!("they were cut after {cut:?}, before their time"));
    }
    if longest > PROMPT {
        return Err(format!("a good client waited {longest:?}"));
    }
    server.stop(Duration::from_secs(30))?;
    Ok(format!(
        "{SLOW} cut after {:.1} s (their limit is 1 s); {answered} answers to others meanwhile, {:.0} ms at most",
        cut.as_secs_f64(),
        longest.as_secs_f64() * 1e3
    ))
}

/// One more byte; then whether the server has ended the connection.
fn is_cut(stream: &mut TcpStream) -> bool {
    if stream.write_all(b"a").is_err() {
        return true;
    }
    let mut piece = [0; 4096];
    loop {
        match stream.read(&mut piece) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => return error.kind() != std::io::ErrorKind::WouldBlock,
        }
    }
}

pub(crate) fn ten_thousand_idle(place: &Place) -> Result<String> {
    let mut recipe = place.house()?.with("HEADER_TIMEOUT", &"120s").with("MAX_CONNECTIONS", &(IDLE + 100));
    recipe.before = format!("ulimit -n {} || exit 1;", IDLE + 500);
    let server = recipe.start()?;
    let before = server.memory("VmRSS")?;
    let mut idle = Vec::with_capacity(IDLE);
    for number in 0..IDLE {
        idle.push(open(server.at).attempting(&format!("connection {number} (is `ulimit -n` above {IDLE}?)"))?);
    }
    let mut client = Client::new(server.at);
    let mut longest = Duration::ZERO;
    for _ in 0..200 {
        let asked = Instant::now();
        client.told(Ask::get("/api/movies/"))?.expect(200)?;
        longest = longest.max(asked.elapsed());
    }
    let memory = server.memory("VmRSS")?;
    // They are idle, not dead: every hundredth is asked.
    for mut stream in idle.into_iter().step_by(100) {
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").attempting("an idle connection")?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).attempting("an idle connection")?;
        if &answer != b"HTTP/1.1 200" {
            return Err(format!("an idle connection was answered {}", String::from_utf8_lossy(&answer)));
        }
    }
    if longest > PROMPT {
        return Err(format!("a client waited {longest:?}"));
    }
    server.stop(Duration::from_secs(30))?;
    Ok(format!(
        "{IDLE} open: {memory} KiB ({} KiB more, {} bytes each); 200 answers to another client, {:.0} ms at most",
        memory.saturating_sub(before),
        memory.saturating_sub(before) * 1024 / (IDLE as u64),
        longest.as_secs_f64() * 1e3
    ))
}

fn open(at: SocketAddr) -> std::io::Result<TcpStream> {
    // The listening queue may be full for a moment.
    let mut tries = 0;
    loop {
        match TcpStream::connect(at) {
            Ok(stream) => {
                stream.set_read_timeout(Some(Duration::from_secs(30)))?;
                return Ok(stream);
            }
            Err(error) if tries == 100 || error.raw_os_error() == Some(24) => return Err(error),
            Err(_) => {
                tries += 1;
                thread::sleep(Duration::from_millis(10));
            }
        }
    }
}
