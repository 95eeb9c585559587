//! What only PostgreSQL has: a way to it that can break or be listened to, nodes beside each other, a pool.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should end there")]

mod away;
mod nodes;
mod pool;
mod probe;
mod tls;

#[path = "../kit/postgres.rs"]
mod kit;
