//! The statements that write a decided batch.

use houselights_domain::{ShowId, UtcMicros};
use tokio_postgres::types::ToSql;

use super::{
    IDEMPOTENCY_WINDOW, Order,
    postgres_desk::{Answer, Claim, Decisions, Known, Seat, Slot},
    postgres_session::{Owned, Param, Step},
    postgres_statements::Sql,
};
use crate::mutant::{self, Mutant};

/// One array a column.
pub(super) fn column<R, V>(rows: &[R], value: impl Fn(&R) -> V) -> Param
where
    Vec<V>: ToSql + Sync + Send + 'static,
{
    Box::new(rows.iter().map(value).collect::<Vec<V>>())
}

/// All that is written, in the order in which everybody locks: lane, shows, seats, orders, bookings, keys.
pub(super) fn steps(known: &Known, decided: &Decisions, (owned, seq): (Owned, i64)) -> Vec<Step> {
    let mut steps = Vec::new();
    let work = &decided.work;
    if work.page.is_some() {
        let (last, hash) = (decided.chain.next_seq - 1, decided.chain.hash.to_vec());
        let params: Vec<Param> =
            vec![Box::new(owned.lane), Box::new(owned.epoch), Box::new(seq), Box::new(last), Box::new(hash)];
        steps.push(Step::new(Sql::Advance, params));
    }
    let mut shows: Vec<ShowId> = work.claims.keys().map(|seat| seat.0).collect();
    shows.dedup();
    shows.retain(|show| known.rules.contains_key(show));
    if !shows.is_empty() {
        let revision = |show: &ShowId| known.rules.get(show).map_or(0, |rules| rules.revision);
        steps.push(Step::new(Sql::Unchanged, vec![column(&shows, |show| show.0), column(&shows, revision)]));
    }
    claims(known, decided, &mut steps);
    orders(known, decided, &mut steps);
    bookings(known, decided, &mut steps);
    if let Some(page) = &work.page {
        let params: Vec<Param> = vec![
            Box::new(page.lane),
            Box::new(page.seq),
            Box::new(page.at.0),
            Box::new(page.lines.clone()),
            Box::new(decided.chain.hash.to_vec()),
        ];
        steps.push(Step::new(Sql::InsertLedger, params));
    }
    if !work.answers.is_empty() {
        let answers: Vec<(&Slot, &Answer)> = work.answers.iter().collect();
        steps.push(keep_answers(&answers, known.now));
    }
    steps
}

fn claims(known: &Known, decided: &Decisions, steps: &mut Vec<Step>) {
    let (moved, new): (Vec<_>, Vec<_>) = decided.work.claims.iter().partition(|row| known.claims.contains_key(row.0));
    let columns = |rows: &[(&Seat, &Claim)]| {
        vec![
            column(rows, |row| row.0.0.0),
            column(rows, |row| i64::from(row.0.1.0)),
            column(rows, |row| row.1.row.version),
            column(rows, |row| row.1.row.deadline.0),
            column(rows, |row| row.1.row.order.0),
            column(rows, |row| row.1.booking.0),
        ]
    };
    let at_once = if mutant::active(Mutant::LocksUnsorted) { 1 } else { usize::MAX };
    let first = steps.len();
    for new in new.chunks(at_once) {
        steps.push(Step::new(Sql::InsertClaims, columns(new)));
    }
    for moved in moved.chunks(at_once) {
        let mut params = columns(moved);
        params.push(column(moved, |row| known.claims.get(row.0).map_or(0, |claim| claim.row.version)));
        steps.push(Step::new(Sql::UpdateClaims, params));
    }
    if mutant::active(Mutant::LocksUnsorted) && decided.chain.next_seq % 2 == 0 {
        steps[first..].reverse();
    }
}

fn orders(known: &Known, decided: &Decisions, steps: &mut Vec<Step>) {
    let (moved, new): (Vec<&Order>, Vec<&Order>) =
        decided.work.orders.values().partition(|order| known.orders.contains_key(&order.id));
    if !new.is_empty() {
        let mut params = new_orders(&new);
        params.push(Box::new(known.now.0));
        steps.push(Step::new(Sql::InsertOrders, params));
    }
    if !moved.is_empty() {
        let was = |order: &&Order| {
            known.orders.get(&order.id).map_or((-1, -1), |was| (was.state.word() as i64, i64::from(was.live_seats)))
        };
        let params = vec![
            column(&moved, |order| order.id.0),
            column(&moved, |order| order.state.word() as i64),
            column(&moved, |order| order.state.claim_deadline().0),
            column(&moved, |order| i64::from(order.live_seats)),
            column(&moved, |order| was(order).0),
            column(&moved, |order| was(order).1),
        ];
        steps.push(Step::new(Sql::UpdateOrders, params));
    }
}

/// All columns of new orders but the last, which is now.
pub(super) fn new_orders(new: &[&Order]) -> Vec<Param> {
    vec![
        column(new, |order| order.id.0),
        column(new, |order| order.user.0),
        column(new, |order| order.show.0),
        column(new, |order| order.state.word() as i64),
        column(new, |order| order.state.claim_deadline().0),
        column(new, |order| i64::from(order.seats)),
        column(new, |order| i64::from(order.live_seats)),
        column(new, |order| order.total.0),
    ]
}

fn bookings(known: &Known, decided: &Decisions, steps: &mut Vec<Step>) {
    let (moved, new): (Vec<_>, Vec<_>) =
        decided.work.bookings.values().partition(|booking| known.bookings.contains_key(&booking.id));
    if !new.is_empty() {
        let params = vec![
            column(&new, |booking| booking.id.0),
            column(&new, |booking| booking.order.0),
            column(&new, |booking| booking.user.0),
            column(&new, |booking| booking.show.0),
            column(&new, |booking| i64::from(booking.seat.0)),
            column(&new, |booking| booking.status as i64),
            column(&new, |booking| booking.price.0),
            Box::new(known.now.0),
            column(&new, |booking| booking.ended_at.map(|at| at.0)),
        ];
        steps.push(Step::new(Sql::InsertBookings, params));
    }
    if !moved.is_empty() {
        let params = vec![
            column(&moved, |booking| booking.id.0),
            column(&moved, |booking| booking.status as i64),
            column(&moved, |booking| booking.ended_at.map(|at| at.0)),
            column(&moved, |booking| known.bookings.get(&booking.id).map_or(-1, |was| was.status as i64)),
        ];
        steps.push(Step::new(Sql::UpdateBookings, params));
    }
}

fn keep_answers(answers: &[(&Slot, &Answer)], now: UtcMicros) -> Step {
    Step::new(Sql::KeepAnswers, kept(answers, now))
}

/// Keys and their first answers, when they were given, and up to when older ones count no more.
pub(super) fn kept(answers: &[(&Slot, &Answer)], now: UtcMicros) -> Vec<Param> {
    vec![
        column(answers, |answer| answer.0.0.0),
        column(answers, |answer| answer.0.1.clone()),
        column(answers, |answer| answer.0.2.clone()),
        column(answers, |answer| answer.1.fingerprint.clone()),
        column(answers, |answer| i64::from(answer.1.reply.status)),
        column(answers, |answer| answer.1.reply.body.clone()),
        Box::new(now.0),
        Box::new(now.plus(-IDEMPOTENCY_WINDOW).0),
    ]
}
