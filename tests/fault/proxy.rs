//! A way to PostgreSQL that is ours to disturb: it delays, freezes, half-closes and cuts, and knows a COMMIT when it
//! sees one.

use std::{
    collections::HashMap,
    io::{self, Read as _, Write as _},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use houselights_tests::harness::{Attempting as _, Result};
use socket2::SockRef;

use crate::wire::{Backend, Commit, Frontend};

const BUFFER: usize = 1 << 16;

/// What happens to what passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Pass,
    /// Every piece comes so much later.
    Delay(Duration),
    /// Nothing passes, and nothing says so; what has been sent arrives when this is over.
    Freeze,
    /// Every so-manieth COMMIT ends its connection.
    Commits {
        every: u64,
        side: Side,
    },
}

/// On which side of a COMMIT the connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// PostgreSQL never gets it.
    Before,
    /// PostgreSQL gets it, and nobody hears of that.
    After,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// In good order, at both ends.
    Close,
    /// RST at both ends.
    Reset,
    /// PostgreSQL is told that nothing more will come; its answers pass.
    TowardsDatabase,
    /// The node is told that nothing more will come; what it sends passes.
    TowardsNode,
}

/// A way for one node.
#[derive(Debug)]
pub(crate) struct Proxy {
    pub(crate) port: u16,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    to: SocketAddr,
    mood: Mutex<Mood>,
    changed: Condvar,
    links: Mutex<HashMap<u64, Arc<Link>>>,
    commits: AtomicU64,
    cuts: AtomicU64,
    sales: Sales<AtomicU64>,
    over: AtomicBool,
}

/// Batches of sales in one statement.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sales<N = u64> {
    /// That PostgreSQL has said it has carried out.
    pub(crate) made: N,
    /// That it has turned back, because something was otherwise than the node thought.
    pub(crate) turned_back: N,
}

/// The two ends of a connection.
#[derive(Debug)]
struct Link {
    near: TcpStream,
    far: TcpStream,
    /// A COMMIT is on its way whose answer is not to arrive.
    doomed: AtomicBool,
    /// A sale in one statement is on its way.
    sells: AtomicBool,
    /// It ends by RST, and so by nothing else.
    reset: AtomicBool,
}

impl Proxy {
    /// Listens on every address of this machine.
    pub(crate) fn open(to: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).attempting("cannot listen")?;
        let port = listener.local_addr().attempting("cannot tell the port")?.port();
        let shared = Arc::new(Shared {
            to,
            mood: Mutex::new(Mood::Pass),
            changed: Condvar::new(),
            links: Mutex::default(),
            commits: AtomicU64::new(0),
            cuts: AtomicU64::new(0),
            sales: Sales::default(),
            over: AtomicBool::new(false),
        });
        let keeper = Arc::clone(&shared);
        thread::spawn(move || {
            for (number, near) in listener.incoming().enumerate() {
                if keeper.over.load(Ordering::SeqCst) {
                    return;
                }
                if let Ok(near) = near {
                    let keeper = Arc::clone(&keeper);
                    // Whoever cannot be connected finds out by the end of the connection.
                    thread::spawn(move || keeper.connect(number as u64, near));
                }
            }
        });
        Ok(Self { port, shared })
    }

    /// From now on.
    pub(crate) fn set(&self, mood: Mood) {
        *lock(&self.shared.mood) = mood;
        self.shared.changed.notify_all();
    }

    /// Ends all connections that there are now.
    pub(crate) fn cut_all(&self, how: Cut) {
        let links: Vec<_> = lock(&self.shared.links).values().cloned().collect();
        for link in links {
            link.cut(how);
        }
    }

    /// How many connections have been cut at a COMMIT.
    pub(crate) fn cuts(&self) -> u64 {
        self.shared.cuts.load(Ordering::SeqCst)
    }

    /// What has passed so far.
    pub(crate) fn sales(&self) -> Sales {
        let Sales { made, turned_back } = &self.shared.sales;
        Sales { made: made.load(Ordering::SeqCst), turned_back: turned_back.load(Ordering::SeqCst) }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        self.set(Mood::Pass);
        self.cut_all(Cut::Close);
        // The listener sees that it is over when it is next called.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

impl Shared {
    fn connect(&self, number: u64, near: TcpStream) -> io::Result<()> {
        self.wait_while_frozen();
        let far = TcpStream::connect(self.to)?;
        near.set_nodelay(true)?;
        far.set_nodelay(true)?;
        let [doomed, sells, reset] = [false; 3].map(AtomicBool::new);
        let link = Arc::new(Link { near, far, doomed, sells, reset });
        lock(&self.links).insert(number, Arc::clone(&link));
        thread::scope(|scope| {
            scope.spawn(|| {
                // Its end is the end of this direction, for whatever reason.
                let _ended = self.downward(&link);
                link.has_no_more(&link.near);
            });
            let _ended = self.upward(&link);
            link.has_no_more(&link.far);
        });
        lock(&self.links).remove(&number);
        Ok(())
    }

    /// From the node to PostgreSQL.
    fn upward(&self, link: &Link) -> io::Result<()> {
        let mut frontend = Frontend::default();
        let mut buffer = vec![0; BUFFER];
        loop {
            let read = (&link.near).read(&mut buffer)?;
            if read == 0 {
                return Ok(());
            }
            for piece in frontend.feed(buffer.get(..read).unwrap_or_default()) {
                let mood = self.wait();
                if let Mood::Commits { every, side } = mood
                    && piece.commits.is_some()
                    && self.commits.fetch_add(1, Ordering::SeqCst).is_multiple_of(every.max(1))
                {
                    self.cuts.fetch_add(1, Ordering::SeqCst);
                    if side == Side::Before {
                        link.cut(Cut::Reset);
                        return Ok(());
                    }
                    link.doomed.store(true, Ordering::SeqCst);
                }
                if piece.commits == Some(Commit::Sale) {
                    link.sells.store(true, Ordering::SeqCst);
                }
                (&link.far).write_all(&piece.bytes)?;
            }
        }
    }

    /// From PostgreSQL to the node.
    fn downward(&self, link: &Link) -> io::Result<()> {
        let mut backend = Backend::default();
        let mut buffer = vec![0; BUFFER];
        loop {
            let read = (&link.far).read(&mut buffer)?;
            if read == 0 {
                return Ok(());
            }
            for tag in backend.feed(buffer.get(..read).unwrap_or_default()) {
                self.count(link, tag);
            }
            self.wait();
            if link.doomed.load(Ordering::SeqCst) {
                link.cut(Cut::Close);
                return Ok(());
            }
            (&link.near).write_all(buffer.get(..read).unwrap_or_default())?;
        }
    }

    /// A node waits for the answer to a sale before it says anything else on this connection.
    fn count(&self, link: &Link, tag: u8) {
        let of = match tag {
            b'C' => &self.sales.made,
            b'E' => &self.sales.turned_back,
            _ => return,
        };
        if link.sells.swap(false, Ordering::SeqCst) {
            of.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Holds a piece for as long as the mood wants it; says what the mood is then.
    fn wait(&self) -> Mood {
        let mood = self.wait_while_frozen();
        if let Mood::Delay(delay) = mood {
            thread::sleep(delay);
        }
        mood
    }

    fn wait_while_frozen(&self) -> Mood {
        let mood = lock(&self.mood);
        *self.changed.wait_while(mood, |mood| *mood == Mood::Freeze).unwrap_or_else(PoisonError::into_inner)
    }
}

impl Link {
    fn has_no_more(&self, end: &TcpStream) {
        if !self.reset.load(Ordering::SeqCst) {
            let _gone = end.shutdown(Shutdown::Write);
        }
    }

    /// Fails only where an end has gone already.
    fn cut(&self, how: Cut) {
        let _gone = match how {
            Cut::Close => self.near.shutdown(Shutdown::Both).and(self.far.shutdown(Shutdown::Both)),
            Cut::Reset => {
                self.reset.store(true, Ordering::SeqCst);
                // With no time to linger the last close resets; shut for reading, both directions wake and end.
                for end in [&self.near, &self.far] {
                    let _gone = SockRef::from(end).set_linger(Some(Duration::ZERO));
                    let _gone = end.shutdown(Shutdown::Read);
                }
                Ok(())
            }
            Cut::TowardsDatabase => self.far.shutdown(Shutdown::Write),
            Cut::TowardsNode => self.near.shutdown(Shutdown::Write),
        };
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &[u8] = b"Q\x00\x00\x00\x0bCOMMIT\x00";

    /// A database that answers every byte with one, and says in the end what it was sent.
    fn database() -> (SocketAddr, thread::JoinHandle<Vec<u8>>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let at = listener.local_addr().unwrap();
        let told = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut all, mut byte) = (Vec::new(), [0]);
            while stream.read(&mut byte).is_ok_and(|read| read > 0) {
                all.push(byte[0]);
                // Who has gone is not answered.
                let _gone = stream.write_all(&byte);
            }
            all
        });
        (at, told)
    }

    fn started(proxy: &Proxy) -> TcpStream {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port)).unwrap();
        let start = [&13_u32.to_be_bytes()[..], &196_608_u32.to_be_bytes(), b"user\0"].concat();
        stream.write_all(&start).unwrap();
        stream.read_exact(&mut vec![0; start.len()]).unwrap();
        stream
    }

    fn commit_is_cut(side: Side) -> Vec<u8> {
        let (at, told) = database();
        let proxy = Proxy::open(at).unwrap();
        let mut stream = started(&proxy);
        proxy.set(Mood::Commits { every: 1, side });
        stream.write_all(COMMIT).unwrap();
        let heard = stream.read(&mut [0; 64]);
        assert!(matches!(heard, Ok(0) | Err(_)), "{heard:?}");
        assert_eq!(proxy.cuts(), 1);
        drop(stream);
        told.join().unwrap()
    }

    #[test]
    fn a_commit_is_cut_on_either_side() {
        assert!(!commit_is_cut(Side::Before).ends_with(COMMIT));
        assert!(commit_is_cut(Side::After).ends_with(COMMIT));
    }

    #[test]
    fn what_is_frozen_arrives_later_and_a_reset_is_one() {
        let (at, told) = database();
        let proxy = Proxy::open(at).unwrap();
        let mut stream = started(&proxy);
        proxy.set(Mood::Freeze);
        stream.write_all(COMMIT).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        assert!(stream.read(&mut [0; 64]).is_err());
        proxy.set(Mood::Pass);
        stream.set_read_timeout(None).unwrap();
        stream.read_exact(&mut vec![0; COMMIT.len()]).unwrap();
        proxy.cut_all(Cut::Reset);
        assert_eq!(stream.read(&mut [0; 64]).unwrap_err().kind(), io::ErrorKind::ConnectionReset);
        assert!(told.join().unwrap().ends_with(COMMIT));
    }
}
