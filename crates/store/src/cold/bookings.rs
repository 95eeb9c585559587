//! Bookings and orders as they are looked at; they are changed in the hot path only.

use houselights_domain::{
    BookingId, OrderId, SeatNumber, ShowId, UserId, UtcMicros,
    booking::{Booking, BookingStatus},
};

use crate::{
    error::{Error, Result},
    exec::Query,
    params,
    value::{FromRow, Row},
};

impl FromRow for Booking {
    fn from_row(row: &mut Row) -> Result<Self> {
        let id: BookingId = row.next()?;
        let (order, user, show): (OrderId, UserId, ShowId) = (row.next()?, row.next()?, row.next()?);
        let seat: SeatNumber = row.next()?;
        let status: i64 = row.next()?;
        let status = BookingStatus::from_number(status)
            .ok_or_else(|| Error::Corrupt(format!("booking {id} has the unknown status {status}")))?;
        Ok(Self {
            id,
            order,
            user,
            show,
            seat,
            status,
            price: row.next()?,
            created_at: row.next()?,
            ended_at: row.next()?,
        })
    }
}

impl FromRow for OrderId {
    fn from_row(row: &mut Row) -> Result<Self> {
        row.next()
    }
}

/// One booking.
pub async fn booking(db: &impl Query, id: BookingId) -> Result<Option<Booking>> {
    db.first(
        "SELECT id, order_id, user_id, show_id, seat_number, status, price, created_at, ended_at
         FROM bookings WHERE id = $1",
        params![id],
    )
    .await
}

/// The bookings of one order, by number.
pub async fn of_order(db: &impl Query, order: OrderId) -> Result<Vec<Booking>> {
    db.all(
        "SELECT id, order_id, user_id, show_id, seat_number, status, price, created_at, ended_at
         FROM bookings
         WHERE id >= $1 AND id < $1 + coalesce((SELECT seats FROM orders WHERE id = $1), 1) AND order_id = $1
         ORDER BY id",
        params![order],
    )
    .await
}

/// Bookings of everybody, newest first, older than `before`.
pub async fn newest(db: &impl Query, before: BookingId, limit: i64) -> Result<Vec<Booking>> {
    db.all(
        "SELECT id, order_id, user_id, show_id, seat_number, status, price, created_at, ended_at
         FROM bookings WHERE id < $1 ORDER BY id DESC LIMIT $2",
        params![before, limit],
    )
    .await
}

/// Orders whose hold has run out but whose seats nobody has claimed since.
pub async fn lapsed_orders(db: &impl Query, now: UtcMicros, limit: i64) -> Result<Vec<OrderId>> {
    db.all(
        "SELECT id FROM orders WHERE state = 0 AND hold_until <= $1 ORDER BY hold_until LIMIT $2",
        params![now, limit],
    )
    .await
}
