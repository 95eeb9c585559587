//! A client's line: what hyper reads from and writes to, until an answer without an end takes it away.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use parking_lot::Mutex;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::OwnedSemaphorePermit,
};

/// One line, shared by hyper's connection and by who may take it away. For hyper a line that was taken is at its end.
#[derive(Clone, Debug)]
pub(super) struct Line(Arc<Mutex<Option<Held>>>);

#[derive(Debug)]
struct Held {
    stream: TcpStream,
    permit: OwnedSemaphorePermit,
    /// Nothing that was answered still waits in hyper's buffer: hyper flushes when that is empty, and only then.
    flushed: bool,
}

impl Line {
    pub(super) fn new(stream: TcpStream, permit: OwnedSemaphorePermit) -> Self {
        Self(Arc::new(Mutex::new(Some(Held { stream, permit, flushed: true }))))
    }

    /// Hyper has an answer to write.
    pub(super) fn answered(&self) {
        if let Some(held) = self.0.lock().as_mut() {
            held.flushed = false;
        }
    }

    /// Takes the line away from hyper, and its place among the connections; `None` while hyper still has to write.
    pub(super) fn take(&self) -> Option<(TcpStream, OwnedSemaphorePermit)> {
        let mut held = self.0.lock();
        held.take_if(|held| held.flushed).map(|held| (held.stream, held.permit))
    }

    /// Whether it was taken away.
    pub(super) fn is_taken(&self) -> bool {
        self.0.lock().is_none()
    }

    fn with<T>(&self, taken: T, run: impl FnOnce(&mut Held) -> Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        self.0.lock().as_mut().map_or(Poll::Ready(Ok(taken)), run)
    }
}

impl AsyncRead for Line {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.with((), |held| Pin::new(&mut held.stream).poll_read(context, into))
    }
}

impl AsyncWrite for Line {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.with(bytes.len(), |held| {
            held.flushed = false;
            Pin::new(&mut held.stream).poll_write(context, bytes)
        })
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with((), |held| {
            held.flushed = true;
            Pin::new(&mut held.stream).poll_flush(context)
        })
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with((), |held| Pin::new(&mut held.stream).poll_shutdown(context))
    }
}
