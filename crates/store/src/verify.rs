//! Recomputes the ledger's chain and compares what it says with claims, bookings and orders.

use std::collections::HashMap;

use houselights_domain::{
    BookingId, OrderId, SeatNumber, ShowId,
    booking::{Booking, BookingStatus},
    claim::ClaimRow,
    ledger::LedgerPage,
    replay::{Finding, Replay, Replayed},
};

use crate::{
    error::{Error, Result},
    exec::{Db, Query, Tx},
    params,
    value::{FromRow, Row},
};

/// Rows read at a time.
const PAGE: i64 = 5_000;
/// Findings after which the rest are only counted.
const MOST: usize = 1_000;

/// What a verification came to.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Ledger entries replayed.
    pub entries: u64,
    /// Seats that were ever claimed.
    pub seats: usize,
    /// Bookings compared.
    pub bookings: u64,
    /// What does not add up, in sentences; the first thousand.
    pub findings: Vec<Finding>,
    /// How many more there are.
    pub more: u64,
}

impl Report {
    /// Whether everything adds up.
    pub const fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    fn note(&mut self, finding: impl IntoIterator<Item = Finding>) {
        for one in finding {
            if self.findings.len() < MOST {
                self.findings.push(one);
            } else {
                self.more += 1;
            }
        }
    }
}

/// Verifies one state of the database. Takes time and memory in proportion to the ledger.
pub async fn verify(db: &Db) -> Result<Report> {
    db.snapshot(|tx| {
        Box::pin(async move {
            let mut report = Report::default();
            let replay = replay(tx, &mut report).await?;
            report.entries = replay.entries();
            let (mut replayed, findings) = replay.finish();
            report.seats = replayed.seats();
            report.note(findings);
            compare_claims(tx, &mut replayed, &mut report).await?;
            compare_bookings(tx, &mut replayed, &mut report).await?;
            compare_orders(tx, &mut report).await?;
            find_orderless(tx, &mut report).await?;
            report.note(replayed.left_over());
            Ok(report)
        })
    })
    .await
}

struct Page(LedgerPage, Vec<u8>);

impl FromRow for Page {
    fn from_row(row: &mut Row) -> Result<Self> {
        let page = LedgerPage { lane: row.next()?, seq: row.next()?, at: row.next()?, lines: row.next()? };
        Ok(Self(page, row.next()?))
    }
}

async fn replay(tx: &Tx, report: &mut Report) -> Result<Replay> {
    let mut replay = Replay::default();
    let (mut lane, mut seq) = (0_i64, 0_i64);
    loop {
        let pages: Vec<Page> = tx
            .all(
                "SELECT lane, seq, at, lines, hash
                 FROM ledger WHERE (lane, seq) > ($1, $2) ORDER BY lane, seq LIMIT $3",
                params![lane, seq, PAGE],
            )
            .await?;
        let Some(Page(last, _)) = pages.last() else { return Ok(replay) };
        (lane, seq) = (last.lane, last.seq);
        for Page(page, hash) in &pages {
            report.note(replay.add(page, hash));
        }
    }
}

struct Claim(ShowId, SeatNumber, ClaimRow, BookingId);

impl FromRow for Claim {
    fn from_row(row: &mut Row) -> Result<Self> {
        let (show, seat) = (row.next()?, row.next()?);
        let claim = ClaimRow { version: row.next()?, deadline: row.next()?, order: row.next()? };
        Ok(Self(show, seat, claim, row.next()?))
    }
}

async fn compare_claims(tx: &Tx, replayed: &mut Replayed, report: &mut Report) -> Result<()> {
    // Of a seat whose claim is merged later the table may still say what was true before.
    let newer: HashMap<_, _> = match tx.unmerged_claims() {
        Ok(newer) => newer.into_iter().collect(),
        // The page that cannot be read has been reported.
        Err(Error::Corrupt(_)) => HashMap::new(),
        Err(error) => return Err(error),
    };
    for ((show, seat), claim) in &newer {
        report.note(replayed.claim(*show, *seat, claim.row(), claim.booking));
    }
    let (mut show, mut seat) = (ShowId(0), SeatNumber(0));
    loop {
        let page: Vec<Claim> = tx
            .all(
                "SELECT show_id, seat_number, version, deadline, order_id, booking_id
                 FROM claims WHERE (show_id, seat_number) > ($1, $2) ORDER BY show_id, seat_number LIMIT $3",
                params![show, seat, PAGE],
            )
            .await?;
        let Some(last) = page.last() else { return Ok(()) };
        (show, seat) = (last.0, last.1);
        for Claim(show, seat, row, booking) in page {
            let merged_later = newer.get(&(show, seat)).is_some_and(|newer| row.version <= newer.version);
            if merged_later {
                continue;
            }
            report.note(replayed.claim(show, seat, row, booking));
        }
    }
}

async fn compare_bookings(tx: &Tx, replayed: &mut Replayed, report: &mut Report) -> Result<()> {
    let mut after = BookingId(0);
    loop {
        let page: Vec<Booking> = tx
            .all(
                "SELECT id, order_id, user_id, show_id, seat_number, status, price, created_at, ended_at
                 FROM bookings WHERE id > $1 ORDER BY id LIMIT $2",
                params![after, PAGE],
            )
            .await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        for booking in page {
            report.bookings += 1;
            report.note(replayed.booking(booking.id, booking.show, booking.seat, booking.status));
        }
    }
}

struct Sum {
    order: OrderId,
    state: i64,
    live: i64,
    counted: i64,
}

impl FromRow for Sum {
    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self { order: row.next()?, state: row.next()?, live: row.next()?, counted: row.next()? })
    }
}

async fn compare_orders(tx: &Tx, report: &mut Report) -> Result<()> {
    let live_statuses = [BookingStatus::Held as i64, BookingStatus::Booked as i64];
    let wrong: Vec<Sum> = tx
        .all(
            "SELECT o.id, o.state, o.live_seats, count(b.id)
             FROM orders o LEFT JOIN bookings b
               ON b.id >= o.id AND b.id < o.id + o.seats AND b.order_id = o.id
              AND b.status IN ($1, $2)
             GROUP BY o.id, o.state, o.live_seats
             HAVING count(b.id) <> o.live_seats
                 OR (count(b.id) > 0 AND o.state > 1) OR (count(b.id) = 0 AND o.state < 2)
             ORDER BY o.id LIMIT $3",
            params![live_statuses[0], live_statuses[1], PAGE],
        )
        .await?;
    report.note(wrong.into_iter().map(|sum| {
        format!(
            "order {}: it is in state {} with {} seats, but {} of its bookings own one",
            sum.order, sum.state, sum.live, sum.counted
        )
    }));
    Ok(())
}

struct Orderless {
    booking: BookingId,
    order: OrderId,
}

impl FromRow for Orderless {
    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self { booking: row.next()?, order: row.next()? })
    }
}

/// Only one seat that was sold on the spot needs no row of its order.
async fn find_orderless(tx: &Tx, report: &mut Report) -> Result<()> {
    let plain = [BookingStatus::Booked as i64, BookingStatus::Cancelled as i64];
    let wrong: Vec<Orderless> = tx
        .all(
            "SELECT b.id, b.order_id FROM bookings b LEFT JOIN orders o ON o.id = b.order_id
             WHERE o.id IS NULL AND (b.order_id <> b.id OR b.status NOT IN ($1, $2))
             ORDER BY b.id LIMIT $3",
            params![plain[0], plain[1], PAGE],
        )
        .await?;
    report.note(wrong.into_iter().map(|it| format!("booking {}: its order {} is not there", it.booking, it.order)));
    Ok(())
}
