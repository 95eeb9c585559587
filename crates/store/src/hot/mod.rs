//! The hot path: the one transaction in which a seat's owner changes.
//!
//! A [`Lane`] takes batches of commands and carries each batch out in one transaction; each command decides by itself,
//! and the caller may answer only when the lane has returned, which is after the commit.

pub(crate) mod claim_tail;
mod decide;
mod merge;
mod postgres;
mod postgres_desk;
mod postgres_load;
mod postgres_news;
mod postgres_numbers;
mod postgres_reads;
mod postgres_sale;
mod postgres_session;
mod postgres_statements;
mod postgres_trouble;
mod postgres_write;
#[cfg(test)]
mod prepared;
mod sqlite;
mod sqlite_commands;
mod sqlite_commit;
mod sqlite_reads;
mod sqlite_rows;
mod sqlite_statements;
pub(crate) mod user_index;

use std::{collections::HashMap, fmt, ops::Range, sync::Arc};

use houselights_domain::{
    BookingId, OrderId, Refusal, SeatNumber, ShowId, UserId, UtcMicros,
    booking::{Booking, BookingStatus},
    money::Minor,
    order::OrderState,
};

use crate::{
    error::{Error, Result},
    exec::{Backend, Db},
};

/// For how long the first answer to an idempotency key is replayed, in microseconds: 24 hours.
pub const IDEMPOTENCY_WINDOW: i64 = 24 * 60 * UtcMicros::MINUTE;

/// Something that changes, or wants to change, who owns a seat.
#[derive(Clone, Debug)]
pub struct Command {
    /// Who does it; stands in the ledger.
    pub actor: Actor,
    /// What.
    pub action: Action,
    /// The request's idempotency key, if it carried one.
    pub key: Option<IdempotencyKey>,
}

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The account; [`Actor::SYSTEM`] acts without one.
    pub user: UserId,
    /// Whether they may act on what belongs to others.
    pub staff: bool,
}

impl Actor {
    /// The house itself: expiry of holds.
    pub const SYSTEM: Self = Self { user: UserId(0), staff: true };
}

/// What is to be done.
#[derive(Clone, Debug)]
pub enum Action {
    /// Claim seats of one show for a new order: all of them or none.
    Claim {
        /// Which show.
        show: ShowId,
        /// The show's revision for which prices were quoted.
        revision: i64,
        /// Seats in ascending order, with the price of each.
        seats: Vec<(SeatNumber, Minor)>,
        /// Hold them until then; `None` sells them on the spot.
        hold_until: Option<UtcMicros>,
    },
    /// Sell the held seats of an order to its customer.
    Confirm(OrderId),
    /// Give one seat back.
    Cancel(BookingId),
    /// Give all seats of an order back.
    Release(OrderId),
    /// Take the seats of an order back whose hold has run out.
    Expire(OrderId),
}

/// Makes retries safe: the first answer is kept in the same transaction as the change.
#[derive(Clone)]
pub struct IdempotencyKey {
    /// The caller's key as sent.
    pub key: String,
    /// The route it was sent to.
    pub route: String,
    /// A hash of the request.
    pub fingerprint: Vec<u8>,
    /// Writes the answer to a decision as it is to be replayed.
    pub record: Arc<dyn Fn(&Decision) -> Reply + Send + Sync>,
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdempotencyKey").field("route", &self.route).finish_non_exhaustive()
    }
}

/// A recorded answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// HTTP body.
    pub body: Vec<u8>,
}

/// What became of a command.
pub type Decision = std::result::Result<Outcome, Refusal>;

/// A command that was carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The order and the bookings that changed, as they now are.
    Done(Order, Vec<Booking>),
    /// The same request was answered before; this is that answer.
    Replayed(Reply),
}

/// An order as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Its number, which is that of its first booking; the others follow without gaps.
    pub id: OrderId,
    /// Whose it is.
    pub user: UserId,
    /// Seats of which show.
    pub show: ShowId,
    /// How far it has come.
    pub state: OrderState,
    /// How many seats it began with.
    pub seats: u32,
    /// How many of them it still has.
    pub live_seats: u32,
    /// The sum of the prices it began with.
    pub total: Minor,
    /// When it was made.
    pub created_at: UtcMicros,
    /// Whether it was one seat, sold on the spot: its booking says all there is to say, and no row is kept of the order.
    pub plain: bool,
}

impl Order {
    /// The numbers of its bookings.
    pub fn bookings(&self) -> Range<i64> {
        self.id.0..self.id.0 + i64::from(self.seats)
    }

    /// The plain order that a booking tells of.
    fn told_by(booking: &Booking) -> Result<Self> {
        let (state, live_seats) = match booking.status {
            BookingStatus::Booked => (OrderState::Confirmed, 1),
            BookingStatus::Cancelled => (OrderState::Cancelled, 0),
            BookingStatus::Held | BookingStatus::Expired => {
                return Err(Error::Corrupt(format!("booking {} was held, but its order is not there", booking.id)));
            }
        };
        Ok(Self {
            id: booking.order,
            user: booking.user,
            show: booking.show,
            state,
            seats: 1,
            live_seats,
            total: booking.price,
            created_at: booking.created_at,
            plain: true,
        })
    }
}

/// A seat's owner has changed: what caches and live maps need to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeatChange {
    /// Which show.
    pub show: ShowId,
    /// Which seat.
    pub seat: SeatNumber,
    /// The claim's version: how often the seat has changed its owner. Of two changes the higher one is true, in whatever
    /// order they come to be known.
    pub version: i64,
    /// Until when it is owned: [`UtcMicros::BEGINNING`] free, [`UtcMicros::NEVER`] sold.
    pub deadline: UtcMicros,
}

/// What a batch came to.
#[derive(Debug, Default)]
pub struct Applied {
    /// One for each command, in order. An error means that the command had no effect that is known of.
    pub decisions: Vec<Result<Decision>>,
    /// What changed, in order.
    pub changes: Vec<SeatChange>,
}

/// A writer of the hot path. Each has a ledger chain of its own.
#[derive(Debug)]
pub enum Lane {
    /// The embedded database's only lane. It blocks: give it a thread.
    Blocking(BlockingLane),
    /// One of a PostgreSQL database's lanes. It waits for the network: give it a task.
    Waiting(Box<WaitingLane>),
}

pub use postgres::PostgresLane as WaitingLane;
pub(crate) use postgres_news::OwnEntries;
pub use sqlite::SqliteLane as BlockingLane;

impl Lane {
    /// Carries a batch out in one transaction and returns after the commit, whichever kind of lane it is.
    pub async fn apply(&mut self, batch: &[Command], now: UtcMicros) -> Applied {
        match self {
            Self::Blocking(lane) => lane.apply(batch, now),
            Self::Waiting(lane) => lane.apply(batch, now).await,
        }
    }
}

/// Whose clock decides whether a deadline has passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeSource {
    /// The database's, where it is shared by several nodes: their own may differ. An embedded one has the caller's.
    #[default]
    Database,
    /// The caller's, as tests want it.
    Caller,
}

/// How lanes are opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneSettings {
    /// How many, at least one. An embedded database has never more than one.
    pub count: usize,
    /// Whose clock they go by.
    pub time: TimeSource,
}

impl Default for LaneSettings {
    fn default() -> Self {
        Self { count: 1, time: TimeSource::default() }
    }
}

/// The seats of a show that were ever owned, each as its last change left it.
#[derive(Debug)]
pub struct Owned {
    /// Which show.
    pub show: ShowId,
    /// One for each claim.
    pub seats: Vec<SeatChange>,
}

/// How far a node has heard of what others have changed.
#[derive(Debug, Default)]
pub struct News(Option<HashMap<i64, i64>>);

impl Db {
    /// Opens the lanes. Call it once for each process.
    pub async fn lanes(&self, settings: LaneSettings) -> Result<Vec<Lane>> {
        match &self.0 {
            Backend::Sqlite(db) => {
                let db = Arc::clone(db);
                let lane = crate::sqlite::blocking(move || BlockingLane::open(db)).await?;
                Ok(vec![Lane::Blocking(lane)])
            }
            Backend::Postgres(db) => {
                let mut lanes = Vec::new();
                for _ in 0..settings.count.max(1) {
                    lanes.push(Lane::Waiting(Box::new(WaitingLane::open(Arc::clone(db), settings.time).await?)));
                }
                Ok(lanes)
            }
        }
    }

    /// Whether other nodes may sell seats in this database: then what this node knows of them is not all there is.
    pub const fn is_shared(&self) -> bool {
        match &self.0 {
            Backend::Sqlite(_) => false,
            Backend::Postgres(_) => true,
        }
    }

    /// What other nodes have changed since this was last asked.
    pub async fn news(&self, heard: &mut News) -> Result<Vec<SeatChange>> {
        match &self.0 {
            Backend::Sqlite(_) => Ok(Vec::new()),
            Backend::Postgres(db) => postgres_news::news(db, heard).await,
        }
    }

    /// Who owns what in these shows, as of one moment a show.
    pub async fn owned_seats(&self, shows: Vec<ShowId>) -> Result<Vec<Owned>> {
        match &self.0 {
            Backend::Sqlite(db) => sqlite_reads::owned_seats(db, shows).await,
            Backend::Postgres(db) => postgres_reads::owned_seats(db, shows).await,
        }
    }

    /// The bookings that own the seats of a show now, by seat number, after `after`.
    pub async fn owners(&self, show: ShowId, after: SeatNumber, now: UtcMicros, limit: u32) -> Result<Vec<Booking>> {
        match &self.0 {
            Backend::Sqlite(db) => sqlite_reads::owners(db, (show, after), now, limit).await,
            Backend::Postgres(db) => postgres_reads::owners(db, (show, after), now, limit).await,
        }
    }

    /// Bookings of a user, newest first, older than `before` if given, at most `limit`.
    pub async fn bookings_of(&self, user: UserId, before: Option<BookingId>, limit: u32) -> Result<Vec<Booking>> {
        match &self.0 {
            Backend::Sqlite(db) => sqlite_reads::bookings_of(db, user, before, limit).await,
            Backend::Postgres(db) => postgres_reads::bookings_of(db, user, before, limit).await,
        }
    }
}
