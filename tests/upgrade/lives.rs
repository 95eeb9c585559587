//! When a node may turn customers away: while it stops, is gone, and comes back.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Two nodes, each at an address that outlives its processes.
#[derive(Clone, Debug)]
pub(crate) struct Lives {
    pub(crate) at: [SocketAddr; 2],
    /// Of each node: how often it was told to stop, and how often it was open again, in one number.
    turns: Arc<[AtomicUsize; 2]>,
}

/// Which life of a node a connection belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Life(usize);

impl Lives {
    pub(crate) fn new(at: [SocketAddr; 2]) -> Self {
        Self { at, turns: Arc::default() }
    }

    pub(crate) fn of(&self, node: usize) -> Life {
        Life(self.turns.get(node).map_or(0, |turns| turns.load(Ordering::SeqCst)))
    }

    /// It is about to be told to stop, or is ready again.
    pub(crate) fn turn(&self, node: usize) {
        if let Some(turns) = self.turns.get(node) {
            turns.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Whether a node has always been open since then.
    pub(crate) fn undisturbed(&self, node: usize, since: Life) -> bool {
        since.0.is_multiple_of(2) && self.of(node) == since
    }
}
