//! Reads that belong to the hot path: they know of the tails in memory, or are too large for the executor's rows.

use std::{collections::BTreeMap, ops::Bound, sync::Arc};

use houselights_domain::{
    BookingId, OrderId, SeatNumber, ShowId, UserId, UtcMicros,
    booking::{Booking, BookingStatus},
    money::Minor,
};
use rusqlite::{Connection, Row, params};

use super::{
    Owned, SeatChange,
    claim_tail::{Claim, claim},
};
use crate::{
    error::{Error, Result},
    sqlite::Sqlite,
};

/// Columns of a booking in the order in which [`booking`] reads them.
pub(super) const BOOKING: &str = "id, order_id, user_id, show_id, seat_number, status, price, created_at, ended_at";

pub(super) fn booking(row: &Row<'_>) -> rusqlite::Result<(Booking, i64)> {
    let status: i64 = row.get(5)?;
    let booking = Booking {
        id: BookingId(row.get(0)?),
        order: OrderId(row.get(1)?),
        user: UserId(row.get(2)?),
        show: ShowId(row.get(3)?),
        seat: SeatNumber(row.get(4)?),
        status: BookingStatus::Booked,
        price: Minor(row.get(6)?),
        created_at: UtcMicros(row.get(7)?),
        ended_at: row.get::<_, Option<i64>>(8)?.map(UtcMicros),
    };
    Ok((booking, status))
}

pub(super) fn with_status((booking, status): (Booking, i64)) -> Result<Booking> {
    let status = BookingStatus::from_number(status)
        .ok_or_else(|| Error::Corrupt(format!("booking {} has the unknown status {status}", booking.id)))?;
    Ok(Booking { status, ..booking })
}

pub(super) async fn owned_seats(db: &Arc<Sqlite>, shows: Vec<ShowId>) -> Result<Vec<Owned>> {
    let recent: Vec<_> = shows.iter().map(|show| db.claim_tail.of_show(*show)).collect();
    db.read(move |connection| {
        shows
            .into_iter()
            .zip(recent)
            .map(|(show, recent)| {
                let changed = |(seat, claim): (SeatNumber, Claim)| {
                    let (version, deadline) = (claim.version, claim.deadline);
                    SeatChange { show, seat, version, deadline }
                };
                let seats = claims_of(connection, show, recent)?.into_iter().map(changed).collect();
                Ok(Owned { show, seats })
            })
            .collect()
    })
    .await
}

/// The claims of a show by seat: those of the table, and those that were not in it yet.
fn claims_of(
    connection: &Connection,
    show: ShowId,
    recent: Vec<(SeatNumber, Claim)>,
) -> Result<BTreeMap<SeatNumber, Claim>> {
    let mut statement = connection
        .prepare_cached("SELECT seat_number, version, deadline, order_id, booking_id FROM claims WHERE show_id = ?1")?;
    let rows = statement.query_map([show.0], |row| Ok((SeatNumber(row.get(0)?), claim(row, 1)?)))?;
    let mut claims: BTreeMap<_, _> = rows.collect::<rusqlite::Result<_>>()?;
    for (seat, newer) in recent {
        let known = claims.entry(seat).or_insert(newer);
        if newer.version > known.version {
            *known = newer;
        }
    }
    Ok(claims)
}

pub(super) async fn owners(
    db: &Arc<Sqlite>,
    (show, after): (ShowId, SeatNumber),
    now: UtcMicros,
    limit: u32,
) -> Result<Vec<Booking>> {
    let recent = db.claim_tail.of_show(show);
    db.read(move |connection| {
        let claims = claims_of(connection, show, recent)?;
        let owned = claims.range((Bound::Excluded(after), Bound::Unbounded)).filter(|(_, claim)| claim.deadline > now);
        let mut statement = connection.prepare_cached(&format!("SELECT {BOOKING} FROM bookings WHERE id = ?1"))?;
        owned
            .take(limit as usize)
            .map(|(_, claim)| with_status(statement.query_row([claim.booking.0], booking)?))
            .collect()
    })
    .await
}

pub(super) async fn bookings_of(
    db: &Arc<Sqlite>,
    user: UserId,
    before: Option<BookingId>,
    limit: u32,
) -> Result<Vec<Booking>> {
    let before = before.map_or(i64::MAX, |id| id.0);
    let mut recent = db.user_index.recent(user);
    recent.retain(|id| id.0 < before);
    recent.sort_unstable_by(|a, b| b.cmp(a));
    recent.truncate(limit as usize);
    db.read(move |connection| {
        let mut ids = merged(connection, user, before, limit)?;
        ids.extend(recent);
        ids.sort_unstable_by(|a, b| b.cmp(a));
        ids.dedup();
        ids.truncate(limit as usize);
        let mut statement = connection.prepare_cached(&format!("SELECT {BOOKING} FROM bookings WHERE id = ?1"))?;
        ids.into_iter().map(|id| with_status(statement.query_row([id.0], booking)?)).collect()
    })
    .await
}

fn merged(connection: &Connection, user: UserId, before: i64, limit: u32) -> Result<Vec<BookingId>> {
    let mut statement = connection.prepare_cached(
        "SELECT booking_id FROM user_bookings WHERE user_id = ?1 AND booking_id < ?2 ORDER BY booking_id DESC LIMIT ?3",
    )?;
    let ids = statement.query_map(params![user.0, before, limit], |row| row.get(0).map(BookingId))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}
