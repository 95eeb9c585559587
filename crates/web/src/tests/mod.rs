//! What a client sees, through the front door.

mod accounts;
mod connections;
mod door;
