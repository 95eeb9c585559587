//! Answers without an end, sent without hyper: its connection keeps two buffers and room for both protocols, some
//! 30 KiB, for each of thousands who only wait.

use std::{
    future::poll_fn,
    io::{self, ErrorKind, Write as _},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    http::{Method, Request, Version, response::Parts},
    response::Response,
};
use houselights_domain::UtcMicros;
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

/// Marks an answer that goes on until somebody hangs up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Endless;

/// Whether the answer to a request may be sent here: HTTP/1.1 cuts a body into chunks, as this does.
pub(super) fn may_be<B>(request: &Request<B>) -> bool {
    request.version() == Version::HTTP_11 && request.method() == Method::GET
}

/// Sends an answer until it ends, the client hangs up, or the client has taken nothing for `patience`. Nothing is asked
/// of the body while the client has not taken what it was sent.
pub(crate) async fn send(mut stream: TcpStream, response: Response, now: UtcMicros, patience: Duration) {
    let (parts, mut body) = response.into_parts();
    let mut piece = head(&parts, now);
    drop(parts);
    loop {
        match tokio::time::timeout(patience, stream.write_all(&piece)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return tracing::debug!(%error, "a feed was cut"),
            Err(_) => return tracing::debug!("a feed was cut: its client took nothing"),
        }
        match poll_fn(|context| next(context, &stream, &mut body)).await {
            Some(data) => piece = chunk(&data),
            None => break,
        }
    }
    _ = tokio::time::timeout(patience, stream.write_all(b"0\r\n\r\n")).await;
    _ = stream.shutdown().await;
}

/// The next data; `None` at the answer's end, and when the client is gone.
fn next(context: &mut Context<'_>, stream: &TcpStream, body: &mut Body) -> Poll<Option<Bytes>> {
    loop {
        match Pin::new(&mut *body).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                Ok(data) if !data.is_empty() => return Poll::Ready(Some(data)),
                Ok(_) | Err(_) => {}
            },
            Poll::Ready(None | Some(Err(_))) => return Poll::Ready(None),
            Poll::Pending => return hung_up(context, stream).map(|()| None),
        }
    }
}

/// Done when the client has hung up. What else it says is of no interest.
fn hung_up(context: &mut Context<'_>, stream: &TcpStream) -> Poll<()> {
    let mut ignored = [0; 256];
    loop {
        match stream.poll_read_ready(context) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Err(_)) => return Poll::Ready(()),
            Poll::Ready(Ok(())) => match stream.try_read(&mut ignored) {
                Ok(1..) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Ok(0) | Err(_) => return Poll::Ready(()),
            },
        }
    }
}

fn head(parts: &Parts, now: UtcMicros) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    // Writing to memory cannot fail.
    _ = write_head(&mut out, parts, now);
    out
}

fn write_head(out: &mut Vec<u8>, parts: &Parts, now: UtcMicros) -> io::Result<()> {
    write!(out, "HTTP/1.1 {}\r\n", parts.status)?;
    for (name, value) in &parts.headers {
        write!(out, "{name}: ")?;
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    let date = jiff::Timestamp::from_microsecond(now.0)
        .and_then(|now| jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&now));
    if let Ok(date) = date {
        write!(out, "date: {date}\r\n")?;
    }
    out.extend_from_slice(b"transfer-encoding: chunked\r\nconnection: close\r\n\r\n");
    Ok(())
}

fn chunk(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len() + 12);
    _ = write!(out, "{:x}\r\n", data.len());
    out.extend_from_slice(data);
    out.extend_from_slice(b"\r\n");
    out
}
