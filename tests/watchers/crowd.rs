//! Those who watch: one task each on one thread, so that they leave the server as much of the machine as they can.

use std::{
    cell::{Cell, RefCell},
    fmt,
    io::ErrorKind,
    net::SocketAddr,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use houselights_tests::harness::{Attempting as _, Result};
use tokio::{io::AsyncWriteExt, net::TcpStream, sync::Notify, task::LocalSet};

/// After the last booking: for so long stragglers are waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// When each seat was asked for.
#[derive(Debug)]
pub(crate) struct Board {
    start: Instant,
    /// Microseconds since the start, by seat.
    asked: Vec<AtomicU64>,
}

impl Board {
    pub(crate) fn new(seats: u32) -> Self {
        Self { start: Instant::now(), asked: (0..=seats).map(|_| AtomicU64::new(0)).collect() }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    pub(crate) fn asked(&self, seat: u32) {
        self.asked[seat as usize].store(self.now(), Ordering::Release);
    }
}

/// What all of them have heard.
#[derive(Debug)]
struct Heard {
    board: Arc<Board>,
    /// Microseconds from a booking's request to a watcher's ear.
    delays: RefCell<Vec<u32>>,
    greeted: Cell<usize>,
    cut: Cell<usize>,
    news: Notify,
}

impl Heard {
    fn hear(&self, block: &str) {
        if block.contains("retry:") {
            self.greeted.set(self.greeted.get() + 1);
            self.news.notify_one();
        }
        let Some((_, seats)) = block.split_once("\"seats\":[") else { return };
        let now = self.board.now();
        let seats = seats.split(']').next().unwrap_or_default().split(',');
        for seat in seats.filter_map(|seat| seat.parse::<usize>().ok()) {
            let asked = self.board.asked[seat].load(Ordering::Acquire);
            self.delays.borrow_mut().push(u32::try_from(now - asked).unwrap_or(u32::MAX));
        }
        self.news.notify_one();
    }
}

/// Everybody.
pub(crate) struct Crowd {
    tasks: LocalSet,
    heard: Rc<Heard>,
}

impl Crowd {
    /// Opens so many feeds and waits until each has been greeted.
    pub(crate) async fn gather(at: SocketAddr, count: usize, board: &Arc<Board>) -> Result<Self> {
        let heard = Rc::new(Heard {
            board: Arc::clone(board),
            delays: RefCell::default(),
            greeted: Cell::new(0),
            cut: Cell::new(0),
            news: Notify::new(),
        });
        let crowd = Self { tasks: LocalSet::new(), heard };
        crowd.tasks.run_until(crowd.open_all(at, count)).await?;
        crowd.until(|heard| heard.greeted.get() >= count).await?;
        Ok(crowd)
    }

    async fn open_all(&self, at: SocketAddr, count: usize) -> Result {
        for opened in 1..=count {
            let stream = open(at).await.attempting(&format!("feed {opened} (is `ulimit -n` above {count}?)"))?;
            let heard = Rc::clone(&self.heard);
            self.tasks.spawn_local(async move {
                listen(stream, &heard).await;
                heard.cut.set(heard.cut.get() + 1);
                heard.news.notify_one();
            });
        }
        Ok(())
    }

    async fn until(&self, done: impl Fn(&Heard) -> bool) -> Result {
        self.tasks
            .run_until(async {
                while !done(&self.heard) {
                    if self.heard.cut.get() > 0 {
                        return Err("a feed was cut".to_owned());
                    }
                    let news = tokio::time::timeout(PATIENCE, self.heard.news.notified()).await;
                    news.map_err(|_| format!("nothing was heard for {PATIENCE:?}"))?;
                }
                Ok(())
            })
            .await
    }

    /// Listens until everybody has heard everything; says how long it took.
    pub(crate) async fn listen(&self, expected: u64, is_over: impl Fn() -> bool) -> Result<Delays> {
        self.heard.delays.borrow_mut().clear();
        let all = self.until(|heard| heard.delays.borrow().len() as u64 >= expected).await;
        all.map_err(|why| {
            let heard = self.heard.delays.borrow().len();
            format!(
                "{why}: {heard} of {expected} were heard, and booking {}",
                if is_over() { "was over" } else { "went on" }
            )
        })?;
        let mut delays = self.heard.delays.take();
        delays.sort_unstable();
        if delays.len() as u64 > expected {
            return Err(format!("{} were heard instead of {expected}: some twice", delays.len()));
        }
        Ok(Delays(delays))
    }
}

/// Microseconds, in order.
pub(crate) struct Delays(Vec<u32>);

impl fmt::Display for Delays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |share: usize| f64::from(self.0[(self.0.len() - 1) * share / 1000]) / 1e3;
        write!(
            f,
            "{} deliveries, p50 {:.0} ms, p99 {:.0} ms, p99.9 {:.0} ms, longest {:.0} ms",
            self.0.len(),
            at(500),
            at(990),
            at(999),
            at(1000)
        )
    }
}

async fn open(at: SocketAddr) -> std::io::Result<TcpStream> {
    let mut stream = TcpStream::connect(at).await?;
    stream.set_nodelay(true)?;
    stream.write_all(b"GET /api/shows/1/live/ HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\n\r\n").await?;
    Ok(stream)
}

/// Hears block after block to the feed's end.
async fn listen(stream: TcpStream, heard: &Heard) {
    let mut rest = String::new();
    let mut piece = [0; 4096];
    loop {
        if stream.readable().await.is_err() {
            return;
        }
        match stream.try_read(&mut piece) {
            Ok(0) => return,
            Ok(length) => rest.push_str(&String::from_utf8_lossy(&piece[..length])),
            Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
            Err(_) => return,
        }
        // The answer's head and the sizes of chunks stand before some of them, and do no harm.
        while let Some(end) = rest.find("\n\n") {
            heard.hear(&rest[..end]);
            rest.drain(..end + 2);
        }
    }
}
