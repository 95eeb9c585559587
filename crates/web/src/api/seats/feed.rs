//! The live feed as a body: server-sent events, each made once for all who watch.

use std::{
    convert::Infallible,
    fmt::Write,
    pin::Pin,
    task::{Context, Poll},
};

use axum::body::HttpBody;
use bytes::Bytes;
use houselights_app::{
    live::{Event, Position, SeatMaps, Told, Watcher},
    occupancy::SeatState,
};
use houselights_domain::ShowId;
use hyper::body::Frame;

use crate::problem::Result;

const HEARTBEAT: Bytes = Bytes::from_static(b":\n\n");
/// Milliseconds after which a client whose feed was cut comes back: at the earliest, and the width over which clients
/// are spread, because a server that stops cuts all of them at once.
const COMES_BACK: u64 = 1_000;
const SPREAD: u64 = 2_000;

/// What each state is called when a seat turns to it.
const EVENTS: [(SeatState, &str); 3] =
    [(SeatState::Held, "held"), (SeatState::Free, "freed"), (SeatState::Sold, "taken")];

/// One client's feed.
#[derive(Debug)]
pub(super) struct Feed {
    watcher: Watcher,
    greeting: Option<Bytes>,
}

impl Feed {
    /// Watches a show. A position that cannot even be read is as good as a forgotten one.
    pub(super) async fn open(maps: &SeatMaps, show: ShowId, since: Option<&str>) -> Result<Self> {
        let since = since.map(|text| text.parse().unwrap_or(Position::UNKNOWN));
        let watcher = maps.watch(show, since).await?;
        let retry = COMES_BACK + watcher.number().wrapping_mul(617) % SPREAD;
        let id = watcher.position().map_or(String::new(), |position| format!("id: {position}\n"));
        let greeting = format!("retry: {retry}\n{id}\n");
        Ok(Self { watcher, greeting: Some(greeting.into()) })
    }
}

impl HttpBody for Feed {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, Infallible>>> {
        if let Some(greeting) = self.greeting.take() {
            return Poll::Ready(Some(Ok(Frame::data(greeting))));
        }
        self.watcher.poll_told(context).map(|told| {
            told.map(|told| {
                Ok(Frame::data(match told {
                    Told::Changed(event) => event.rendered(changed),
                    Told::Reset(position) => reset(position),
                    Told::Beat => HEARTBEAT,
                }))
            })
        })
    }
}

fn reset(position: Position) -> Bytes {
    format!("event: reset\nid: {position}\ndata: {{\"position\":\"{position}\"}}\n\n").into()
}

/// Only the last block carries the position: whoever is cut off in between comes back with the one before, and hears
/// all of it again.
fn changed(event: &Event) -> Bytes {
    let mut text = String::new();
    let mut blocks = EVENTS
        .iter()
        .filter_map(|(state, name)| {
            let seats: Vec<String> = event.turned(*state).map(|seat| seat.to_string()).collect();
            (!seats.is_empty()).then(|| (*name, seats.join(",")))
        })
        .peekable();
    while let Some((name, seats)) = blocks.next() {
        let id = if blocks.peek().is_none() { format!("id: {}\n", event.position()) } else { String::new() };
        _ = write!(text, "event: {name}\n{id}data: {{\"seats\":[{seats}]}}\n\n");
    }
    text.into()
}
