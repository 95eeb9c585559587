//! Reads that belong to the hot path, on PostgreSQL.

use std::collections::HashMap;

use houselights_domain::{BookingId, SeatNumber, ShowId, UserId, UtcMicros, booking::Booking};

use super::{Owned, SeatChange};
use crate::{
    error::Result,
    params,
    postgres::Postgres,
    value::{FromRow, Row},
};

impl FromRow for SeatChange {
    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self { show: row.next()?, seat: row.next()?, version: row.next()?, deadline: row.next()? })
    }
}

pub(super) async fn owned_seats(db: &Postgres, shows: Vec<ShowId>) -> Result<Vec<Owned>> {
    let ids: Vec<String> = shows.iter().map(ToString::to_string).collect();
    let sql = "SELECT show_id, seat_number, version, deadline FROM claims
               WHERE show_id = ANY (CAST(string_to_array($1, ',') AS BIGINT[]))";
    let mut found: HashMap<ShowId, Vec<SeatChange>> = HashMap::new();
    for row in &mut db.rows(sql, params![ids.join(",")]).await? {
        let change = SeatChange::from_row(row)?;
        found.entry(change.show).or_default().push(change);
    }
    Ok(shows.into_iter().map(|show| Owned { show, seats: found.remove(&show).unwrap_or_default() }).collect())
}

pub(super) async fn owners(
    db: &Postgres,
    (show, after): (ShowId, SeatNumber),
    now: UtcMicros,
    limit: u32,
) -> Result<Vec<Booking>> {
    let sql =
        "SELECT b.id, b.order_id, b.user_id, b.show_id, b.seat_number, b.status, b.price, b.created_at, b.ended_at
               FROM claims c JOIN bookings b ON b.id = c.booking_id
               WHERE c.show_id = $1 AND c.seat_number > $2 AND c.deadline > $3
               ORDER BY c.seat_number LIMIT $4";
    let rows = db.rows(sql, params![show, after, now, i64::from(limit)]).await;
    rows?.iter_mut().map(Booking::from_row).collect()
}

pub(super) async fn bookings_of(
    db: &Postgres,
    user: UserId,
    before: Option<BookingId>,
    limit: u32,
) -> Result<Vec<Booking>> {
    let before = before.unwrap_or(BookingId(i64::MAX));
    let sql = "SELECT id, order_id, user_id, show_id, seat_number, status, price, created_at, ended_at
               FROM bookings WHERE user_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
    db.rows(sql, params![user, before, limit]).await?.iter_mut().map(Booking::from_row).collect()
}
