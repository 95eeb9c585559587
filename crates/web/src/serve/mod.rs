//! Connections: accepting, bounding and ending them.

pub(crate) mod endless;
mod line;

use std::{
    fmt,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    body::Body,
    http::{HeaderValue, Request, Version, header},
    response::Response,
};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};

use crate::{auth::Peer, front::Front};
use endless::Endless;
use line::Line;

/// For so long clients are told that connections end before idle ones are ended: whoever is about to send a request
/// learns of it from an answer and not from a reset.
const FAREWELL: Duration = Duration::from_millis(200);
/// The pause after the system could not give a connection: usually it is out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
const STREAMS: u32 = 200;
/// More connections than any machine has.
const MOST_PLACES: u32 = 1 << 28;

/// The line was taken away: hyper has nothing more to do with it.
#[derive(Debug)]
struct Taken;

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection is served without hyper from here on")
    }
}

impl std::error::Error for Taken {}

/// Serves until `shutdown` is done, then accepts no more, answers what is in flight, and returns. Requests that are
/// not answered by the stop deadline of the settings are cut.
pub async fn serve(listener: TcpListener, front: Arc<Front>, shutdown: impl Future<Output = ()>) {
    let house = House::new(front);
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let permit = tokio::select! {
            permit = Arc::clone(&house.places).acquire_owned() => permit,
            () = &mut shutdown => break,
        };
        let Ok(permit) = permit else { break };
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => house.welcome(stream, peer, permit),
                Err(error) => refused(&error).await,
            },
            () = &mut shutdown => break,
        }
    }
    // Before anybody is told that connections end: whoever is told comes back at once, and must find nobody there
    // instead of a door that is about to close.
    if let Err(error) = house.last_ones(listener) {
        tracing::warn!(%error, "those who had just come could not be let in");
    }
    house.closing.store(true, Ordering::Relaxed);
    // Live feeds have no end of their own.
    house.front.site().app.seat_maps.close();
    house.farewell().await;
}

async fn refused(error: &std::io::Error) {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::warn!(%error, "a connection could not be accepted");
        tokio::time::sleep(ACCEPT_PAUSE).await;
    }
}

struct House {
    front: Arc<Front>,
    builder: auto::Builder<TokioExecutor>,
    graceful: GracefulShutdown,
    places: Arc<Semaphore>,
    /// How many places there are.
    all: u32,
    closing: Arc<AtomicBool>,
}

impl House {
    fn new(front: Arc<Front>) -> Self {
        let settings = front.settings();
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(settings.header_read_timeout)
            // One write an answer; and it is written before the next request is answered, which `Line` relies on.
            .writev(false)
            .pipeline_flush(false)
            .keep_alive(true);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS)
            .keep_alive_interval(Duration::from_secs(30))
            .keep_alive_timeout(settings.header_read_timeout);
        let all = u32::try_from(settings.max_connections).unwrap_or(u32::MAX).clamp(1, MOST_PLACES);
        let places = Arc::new(Semaphore::new(all as usize));
        Self { front, builder, graceful: GracefulShutdown::new(), places, all, closing: Arc::default() }
    }

    /// Lets in whom the system has let in already, and closes the door behind them. The system is asked, not the
    /// runtime, which may not have heard of them yet.
    fn last_ones(&self, listener: TcpListener) -> std::io::Result<()> {
        let listener = listener.into_std()?;
        while let Ok(permit) = Arc::clone(&self.places).try_acquire_owned() {
            match listener.accept() {
                Ok((stream, peer)) => {
                    stream.set_nonblocking(true)?;
                    self.welcome(TcpStream::from_std(stream)?, peer, permit);
                }
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionAborted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn welcome(&self, stream: TcpStream, peer: SocketAddr, permit: OwnedSemaphorePermit) {
        // Without it small answers may wait for the other end's acknowledgement.
        _ = stream.set_nodelay(true);
        let line = Line::new(stream, permit);
        let (front, closing, own) = (Arc::clone(&self.front), Arc::clone(&self.closing), line.clone());
        let service = service_fn(move |request: Request<Incoming>| {
            let (front, closing, line) = (Arc::clone(&front), Arc::clone(&closing), own.clone());
            // In a box of its own, which goes when it is answered: the connection keeps the room for its service's
            // future as long as it lives.
            async move { Box::pin(answer(&front, &closing, &line, peer, request)).await }
        });
        let connection = self.builder.serve_connection(TokioIo::new(line.clone()), service).into_owned();
        let connection = self.graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await
                && !line.is_taken()
            {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }

    async fn farewell(self) {
        let deadline = self.front.settings().stop_deadline;
        let open = self.graceful.count();
        let ended = tokio::time::timeout(deadline, async {
            if open > 0 {
                tokio::time::sleep(FAREWELL).await;
            }
            self.graceful.shutdown().await;
            // Lines that were taken from hyper have their places still.
            _ = self.places.acquire_many(self.all).await;
        });
        if ended.await.is_err() {
            tracing::warn!(
                seconds = deadline.as_secs(),
                "requests were still not answered at the deadline and are cut"
            );
        }
    }
}

/// What hyper is to answer; `Taken` where it is out of the way.
async fn answer(
    front: &Front,
    closing: &AtomicBool,
    line: &Line,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response, Taken> {
    let http1 = request.version() <= Version::HTTP_11;
    let may_be_endless = endless::may_be(&request);
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(Peer(peer));
    let mut response = front.handle(request).await;
    if may_be_endless
        && response.extensions().get::<Endless>().is_some()
        && let Some((stream, permit)) = line.take()
    {
        let (now, patience) = (front.site().app.clock.now(), front.settings().request_timeout);
        tokio::spawn(async move {
            endless::send(stream, response, now, patience).await;
            drop(permit);
        });
        return Err(Taken);
    }
    line.answered();
    if http1 && closing.load(Ordering::Relaxed) {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}
