//! A way to PostgreSQL that breaks where a test wants it to.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

/// No break is planned.
const NEVER: i64 = i64::MAX;

#[derive(Debug)]
pub struct Proxy {
    port: u16,
    plan: Arc<Plan>,
}

#[derive(Debug)]
struct Plan {
    /// So many messages of a client still get through.
    left: AtomicI64,
    /// Whether new connections are refused once it has broken.
    closed_afterwards: AtomicBool,
    closed: AtomicBool,
}

impl Proxy {
    /// Stands before the server of this URL.
    pub async fn before(url: &str) -> Self {
        let server = url.split_once('@').unwrap().1.split_once('/').unwrap().0.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let plan = Arc::new(Plan {
            left: AtomicI64::new(NEVER),
            closed_afterwards: AtomicBool::new(false),
            closed: AtomicBool::new(false),
        });
        let plans = Arc::clone(&plan);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if plans.closed.load(Ordering::SeqCst) {
                    continue;
                }
                let (server, plan) = (TcpStream::connect(&server).await.unwrap(), Arc::clone(&plans));
                server.set_nodelay(true).unwrap();
                client.set_nodelay(true).unwrap();
                tokio::spawn(carry(client, server, plan));
            }
        });
        Self { port, plan }
    }

    /// The URL of the same database by this way.
    pub fn url(&self, direct: &str) -> String {
        let (user, rest) = direct.split_once('@').unwrap();
        format!("{user}@127.0.0.1:{}/{}", self.port, rest.split_once('/').unwrap().1)
    }

    /// Breaks the connection that sends the last of so many more messages: the server still gets that one, and its
    /// answer is lost. `refuse`: there is no new connection until [`Self::mend`].
    pub fn break_after(&self, messages: i64, refuse: bool) {
        self.plan.closed_afterwards.store(refuse, Ordering::SeqCst);
        self.plan.left.store(messages, Ordering::SeqCst);
    }

    /// Whether the planned break has come.
    pub fn has_broken(&self) -> bool {
        self.plan.left.load(Ordering::SeqCst) == NEVER
    }

    pub fn mend(&self) {
        self.plan.left.store(NEVER, Ordering::SeqCst);
        self.plan.closed.store(false, Ordering::SeqCst);
    }
}

async fn carry(client: TcpStream, server: TcpStream, plan: Arc<Plan>) {
    let (from_client, mut to_client) = client.into_split();
    let (mut from_server, to_server) = server.into_split();
    let broken = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&broken);
    let back = tokio::spawn(async move {
        let mut buffer = vec![0; 65_536];
        while let Ok(length @ 1..) = from_server.read(&mut buffer).await {
            // Read to its end, so that the server has done all that it was sent before the client learns of the break.
            if !told.load(Ordering::SeqCst) && to_client.write_all(&buffer[..length]).await.is_err() {
                break;
            }
        }
    });
    forth(from_client, to_server, &plan, &broken).await;
    back.await.unwrap();
}

/// Messages one by one; the first of a connection has no type.
async fn forth(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, plan: &Plan, broken: &AtomicBool) {
    let mut typed = false;
    loop {
        let mut head = vec![0; if typed { 5 } else { 4 }];
        if from.read_exact(&mut head).await.is_err() {
            return;
        }
        let length: [u8; 4] = head[head.len() - 4..].try_into().unwrap();
        let mut body = vec![0; u32::from_be_bytes(length) as usize - 4];
        if from.read_exact(&mut body).await.is_err() {
            return;
        }
        typed = true;
        let left = &plan.left;
        let last = left.load(Ordering::SeqCst) != NEVER && left.fetch_sub(1, Ordering::SeqCst) <= 1;
        if last {
            // Before it is passed on, so that its answer is lost: it may be the COMMIT.
            plan.closed.store(plan.closed_afterwards.load(Ordering::SeqCst), Ordering::SeqCst);
            left.store(NEVER, Ordering::SeqCst);
            broken.store(true, Ordering::SeqCst);
        }
        if to.write_all(&head).await.is_err() || to.write_all(&body).await.is_err() {
            return;
        }
        if last {
            to.shutdown().await.unwrap();
            return;
        }
    }
}
