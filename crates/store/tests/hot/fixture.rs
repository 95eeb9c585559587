//! A house with one cinema, one screen, and shows to sell.

use houselights_domain::{
    BookingId, OrderId, Refusal, SeatNumber, ShowId, UserId, UtcMicros, booking::Booking, money::Minor,
};
use houselights_store::{
    Db, Query,
    hot::{Action, Actor, Applied, Command, Decision, Lane, LaneSettings, Order, Outcome, TimeSource},
    params,
};
use tokio::{runtime::Handle, task::block_in_place};

pub struct House {
    pub db: Db,
    pub lane: Lane,
    pub now: UtcMicros,
}

/// When every show of the house begins.
pub const STARTS: UtcMicros = UtcMicros(1_000_000);
pub const SEATS: u32 = 200;

pub fn actor(user: i64) -> Actor {
    Actor { user: UserId(user), staff: false }
}

pub const STAFF: Actor = Actor { user: UserId(99), staff: true };

impl House {
    pub async fn on(db: Db) -> Self {
        let there = db.rows("SELECT id FROM cinemas", vec![]).await.unwrap();
        if there.is_empty() {
            seed(&db).await;
        }
        let lane = lane(&db).await;
        Self { db, lane, now: UtcMicros(1_000) }
    }

    pub fn run(&mut self, actor: Actor, action: Action) -> Decision {
        self.batch(&[Command { actor, action, key: None }]).pop().unwrap()
    }

    pub fn batch(&mut self, commands: &[Command]) -> Vec<Decision> {
        let applied = self.apply(commands);
        applied.decisions.into_iter().map(|decision| decision.unwrap()).collect()
    }

    pub fn apply(&mut self, commands: &[Command]) -> Applied {
        apply(&mut self.lane, commands, self.now)
    }

    pub fn buy(&mut self, user: i64, show: i64, seats: &[u32]) -> Result<(Order, Vec<Booking>), Refusal> {
        done(self.run(actor(user), claim(show, seats, None)))
    }

    pub fn hold(&mut self, user: i64, show: i64, seats: &[u32], until: i64) -> Result<(Order, Vec<Booking>), Refusal> {
        done(self.run(actor(user), claim(show, seats, Some(UtcMicros(until)))))
    }

    pub fn cancel(&mut self, by: Actor, booking: BookingId) -> Result<(Order, Vec<Booking>), Refusal> {
        done(self.run(by, Action::Cancel(booking)))
    }

    pub fn confirm(&mut self, by: Actor, order: OrderId) -> Result<(Order, Vec<Booking>), Refusal> {
        done(self.run(by, Action::Confirm(order)))
    }

    pub async fn assert_verified(&self) {
        let report = houselights_store::verify::verify(&self.db).await.unwrap();
        assert_eq!(report.findings, Vec::<String>::new());
    }

    pub async fn number(&self, sql: &'static str) -> i64 {
        self.db.rows(sql, vec![]).await.unwrap()[0].next().unwrap()
    }
}

/// Another lane on the same database: another node, as far as the database can tell. Time is the test's.
pub async fn lane(db: &Db) -> Lane {
    db.lanes(LaneSettings { time: TimeSource::Caller, ..LaneSettings::default() }).await.unwrap().pop().unwrap()
}

/// Waits for a lane as callers of a blocking one do.
pub fn apply(lane: &mut Lane, commands: &[Command], now: UtcMicros) -> Applied {
    block_in_place(|| Handle::current().block_on(lane.apply(commands, now)))
}

pub fn claim(show: i64, seats: &[u32], hold_until: Option<UtcMicros>) -> Action {
    let seats = seats.iter().map(|seat| (SeatNumber(*seat), Minor(1200))).collect();
    Action::Claim { show: ShowId(show), revision: 1, seats, hold_until }
}

pub fn done(decision: Decision) -> Result<(Order, Vec<Booking>), Refusal> {
    decision.map(|outcome| match outcome {
        Outcome::Done(order, bookings) => (order, bookings),
        Outcome::Replayed(reply) => panic!("replayed: {reply:?}"),
    })
}

async fn seed(db: &Db) {
    db.write(|tx| {
        Box::pin(async move {
            tx.rows("INSERT INTO cinemas VALUES (1, 'rex', 'Rex', 'UTC', 'EUR')", vec![]).await?;
            tx.rows("INSERT INTO layouts VALUES (1, 1, 1, '200', 200, 0)", vec![]).await?;
            tx.rows("INSERT INTO screens VALUES (1, 1, '1', 'Screen 1', 15, 1)", vec![]).await?;
            tx.rows("INSERT INTO movies VALUES (1, 'm', 'M', 100, NULL, NULL, '[]', '[]', '', NULL)", vec![]).await?;
            for show in 1..=20_i64 {
                tx.rows(
                    "INSERT INTO shows VALUES ($1, $2, 1, 1, 1, $3, $4, $4, $4, NULL, NULL, NULL, '{}', 0, $4, 0, 1)",
                    params![show, format!("s{show}"), SEATS, STARTS],
                )
                .await?;
            }
            Ok::<_, houselights_store::Error>(())
        })
    })
    .await
    .unwrap();
}
