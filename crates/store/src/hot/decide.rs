//! What a command comes to: read, let the domain decide, write. The same on every database; what stands on the desk,
//! rows in a transaction or rows in memory that are written together, is the database's business.

use houselights_domain::{
    BookingId, OrderId, Refusal, SeatNumber, ShowId, UtcMicros,
    booking::{Booking, BookingStatus},
    claim::{ClaimRow, ClaimState},
    ledger::{Hash, LedgerAction, LedgerEntry, LedgerPage},
    money::Minor,
    order::OrderState,
    show::SalesRules,
};

use super::{Action, Actor, Decision, Order, Outcome};
use crate::{
    error::{Error, Result},
    mutant::{self, Mutant},
};

/// A seat that changes its owner.
pub(super) struct Move {
    pub(super) show: ShowId,
    pub(super) seat: SeatNumber,
    pub(super) order: OrderId,
    pub(super) booking: BookingId,
    pub(super) action: LedgerAction,
    pub(super) deadline: UtcMicros,
}

/// Where a lane's ledger goes on.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    pub(super) lane: i64,
    pub(super) next_seq: i64,
    pub(super) hash: Hash,
}

impl Chain {
    /// The page for the entries of one transaction.
    pub(super) const fn page(&self, at: UtcMicros) -> LedgerPage {
        LedgerPage::after(self.lane, self.next_seq - 1, at)
    }

    /// Goes on behind a page.
    pub(super) fn link(&mut self, page: &LedgerPage) {
        self.hash = page.hash(&self.hash);
        self.next_seq = page.seq + 1;
    }
}

impl Move {
    /// As the ledger tells it.
    pub(super) const fn entry(&self, version: i64, actor: Actor) -> LedgerEntry {
        LedgerEntry {
            action: self.action,
            show: self.show,
            seat: self.seat,
            version,
            order: self.order,
            booking: self.booking,
            actor: actor.user,
            until: self.deadline,
        }
    }
}

pub(super) type Decided<T> = Result<std::result::Result<T, Refusal>>;

/// Returns from a function that decides when a rule says "no".
macro_rules! allowed {
    ($ruled:expr) => {
        match $ruled {
            Ok(value) => value,
            Err(refusal) => return Ok(Err(refusal)),
        }
    };
}

/// What a command reads and writes, as one transaction sees it.
pub(super) trait Desk {
    fn actor(&self) -> Actor;
    fn now(&self) -> UtcMicros;
    fn rules(&mut self, show: ShowId) -> Decided<SalesRules>;
    fn claim_row(&mut self, show: ShowId, seat: SeatNumber) -> Result<Option<ClaimRow>>;
    /// An order that has a row.
    fn order(&mut self, id: OrderId) -> Result<Option<Order>>;
    fn booking(&mut self, id: BookingId) -> Result<Option<Booking>>;
    /// The bookings of an order that own their seats, by number.
    fn live_bookings(&mut self, order: &Order) -> Result<Vec<Booking>>;
    /// The first of as many numbers without gaps.
    fn numbers(&mut self, bookings: u32) -> Result<BookingId>;
    fn insert_order(&mut self, order: &Order) -> Result<()>;
    fn insert_booking(&mut self, booking: &Booking) -> Result<()>;
    fn update_order(&mut self, order: &Order) -> Result<()>;
    fn update_booking(&mut self, booking: &Booking) -> Result<()>;
    /// The only place where a seat changes its owner, with the ledger's entry of it. A claim moves on only from the
    /// very version that was read, and only if it is nobody's, its deadline has passed, or it belongs to the same
    /// booking.
    fn change_owner(&mut self, change: &Move, before: Option<ClaimRow>) -> Result<()>;
}

/// Carries one action out, or says why not. A refusal has written nothing.
pub(super) fn carry_out(desk: &mut impl Desk, action: &Action) -> Result<Decision> {
    match action {
        Action::Claim { show, revision, seats, hold_until } => claim(desk, (*show, *revision), seats, *hold_until),
        Action::Confirm(order) => confirm(desk, *order),
        Action::Cancel(booking) => cancel(desk, *booking),
        Action::Release(order) => release(desk, *order),
        Action::Expire(order) => expire(desk, *order),
    }
}

/// Whether a decision is an answer to be replayed. A quote that is out of date is made anew by the caller: it is none.
pub(super) const fn is_final(decision: &Decision) -> bool {
    !matches!(decision, Err(Refusal::ShowChanged))
}

fn claim(
    desk: &mut impl Desk,
    (show, revision): (ShowId, i64),
    seats: &[(SeatNumber, Minor)],
    hold_until: Option<UtcMicros>,
) -> Result<Decision> {
    let now = desk.now();
    let numbers: Vec<SeatNumber> = seats.iter().map(|(seat, _)| *seat).collect();
    let rules = allowed!(desk.rules(show)?);
    allowed!(rules.check(&numbers, revision, now));
    let mut before = claim_rows(desk, show, &numbers)?;
    if mutant::active(Mutant::ClaimsBlindly) || mutant::active(Mutant::MovesBlindly) {
        before.fill(None);
    }
    let states = || before.iter().map(|row| ClaimState::of(*row, now));
    let taken: Vec<SeatNumber> =
        numbers.iter().zip(states()).filter(|(_, state)| state.is_owned()).map(|(seat, _)| *seat).collect();
    if !taken.is_empty() {
        return Ok(Err(Refusal::SeatTaken(taken)));
    }
    let mut lapsed: Vec<OrderId> = states()
        .filter_map(|state| if let ClaimState::Lapsed { former, .. } = state { Some(former) } else { None })
        .collect();
    if !lapsed.is_empty() {
        lapsed.sort_unstable();
        lapsed.dedup();
        for former in lapsed {
            allowed!(expire(desk, former)?);
        }
        before = claim_rows(desk, show, &numbers)?;
    }
    let order = new_order(desk, show, seats, OrderState::new(hold_until))?;
    if !order.plain {
        desk.insert_order(&order)?;
    }
    let (action, begins_as) = match hold_until {
        Some(_) => (LedgerAction::Held, BookingStatus::Held),
        None => (LedgerAction::Sold, BookingStatus::Booked),
    };
    let mut bookings = Vec::with_capacity(seats.len());
    for (((seat, price), before), id) in seats.iter().zip(before).zip(order.bookings()) {
        let booking = Booking {
            id: BookingId(id),
            order: order.id,
            user: order.user,
            show,
            seat: *seat,
            status: begins_as,
            price: *price,
            created_at: now,
            ended_at: None,
        };
        desk.insert_booking(&booking)?;
        let deadline = order.state.claim_deadline();
        let change = Move { show, seat: *seat, order: order.id, booking: booking.id, action, deadline };
        desk.change_owner(&change, before)?;
        bookings.push(booking);
    }
    Ok(Ok(Outcome::Done(order, bookings)))
}

fn claim_rows(desk: &mut impl Desk, show: ShowId, seats: &[SeatNumber]) -> Result<Vec<Option<ClaimRow>>> {
    seats.iter().map(|seat| desk.claim_row(show, *seat)).collect()
}

fn new_order(desk: &mut impl Desk, show: ShowId, seats: &[(SeatNumber, Minor)], state: OrderState) -> Result<Order> {
    let count = u32::try_from(seats.len()).map_err(|_| Error::Bug("an order of too many seats".into()))?;
    let id = OrderId(desk.numbers(count)?.0);
    Ok(Order {
        id,
        user: desk.actor().user,
        show,
        state,
        seats: count,
        live_seats: count,
        total: Minor(seats.iter().map(|(_, price)| price.0).sum()),
        created_at: desk.now(),
        plain: count == 1 && state == OrderState::Confirmed,
    })
}

fn confirm(desk: &mut impl Desk, id: OrderId) -> Result<Decision> {
    let order = allowed!(own_order(desk, id)?);
    let state = allowed!(order.state.confirm(desk.now()));
    let mut changed = Vec::new();
    for booking in desk.live_bookings(&order)? {
        changed.push(move_booking(desk, &booking, BookingStatus::Booked, LedgerAction::Sold)?);
    }
    let order = Order { state, ..order };
    keep(desk, &order)?;
    Ok(Ok(Outcome::Done(order, changed)))
}

fn cancel(desk: &mut impl Desk, id: BookingId) -> Result<Decision> {
    let (actor, now) = (desk.actor(), desk.now());
    let Some(booking) = desk.booking(id)? else {
        return Ok(Err(Refusal::UnknownBooking(id)));
    };
    if booking.user != actor.user && !actor.staff {
        return Ok(Err(Refusal::NotYours));
    }
    match booking.status {
        BookingStatus::Cancelled => return Ok(Err(Refusal::AlreadyCancelled)),
        BookingStatus::Expired => return Ok(Err(Refusal::HoldExpired)),
        BookingStatus::Held | BookingStatus::Booked => {}
    }
    let order = allowed!(any_order(desk, booking.order)?);
    let cancelled = allowed!(order.state.cancel(now));
    let rules = allowed!(desk.rules(booking.show)?);
    allowed!(rules.check_cancel(actor.staff, now));
    let booking = move_booking(desk, &booking, BookingStatus::Cancelled, LedgerAction::Released)?;
    let live_seats = order.live_seats.saturating_sub(1);
    if mutant::active(Mutant::FreesOrder) {
        for other in desk.live_bookings(&order)? {
            move_claim(desk, &other, LedgerAction::Released, UtcMicros::BEGINNING)?;
        }
    }
    let state = if live_seats == 0 { cancelled } else { order.state };
    let order = Order { state, live_seats, ..order };
    keep(desk, &order)?;
    Ok(Ok(Outcome::Done(order, vec![booking])))
}

fn release(desk: &mut impl Desk, id: OrderId) -> Result<Decision> {
    let (actor, now) = (desk.actor(), desk.now());
    let order = allowed!(own_order(desk, id)?);
    let state = allowed!(order.state.cancel(now));
    let rules = allowed!(desk.rules(order.show)?);
    allowed!(rules.check_cancel(actor.staff, now));
    end(desk, &order, state, (BookingStatus::Cancelled, LedgerAction::Released))
}

fn expire(desk: &mut impl Desk, id: OrderId) -> Result<Decision> {
    let order = allowed!(any_order(desk, id)?);
    let state =
        if mutant::active(Mutant::ExpiresPaid) { Ok(OrderState::Expired) } else { order.state.expire(desk.now()) };
    let state = allowed!(state);
    end(desk, &order, state, (BookingStatus::Expired, LedgerAction::Expired))
}

fn end(
    desk: &mut impl Desk,
    order: &Order,
    state: OrderState,
    (to, action): (BookingStatus, LedgerAction),
) -> Result<Decision> {
    let mut changed = Vec::new();
    for booking in desk.live_bookings(order)? {
        changed.push(move_booking(desk, &booking, to, action)?);
    }
    let order = Order { state, live_seats: 0, ..order.clone() };
    keep(desk, &order)?;
    Ok(Ok(Outcome::Done(order, changed)))
}

/// An order, whether or not it has a row.
fn any_order(desk: &mut impl Desk, id: OrderId) -> Decided<Order> {
    if let Some(order) = desk.order(id)? {
        return Ok(Ok(order));
    }
    match desk.booking(BookingId(id.0))?.filter(|booking| booking.order == id) {
        Some(booking) => Order::told_by(&booking).map(Ok),
        None => Ok(Err(Refusal::UnknownOrder(id))),
    }
}

/// Of a plain order there is nothing to keep: its booking has been changed.
fn keep(desk: &mut impl Desk, order: &Order) -> Result<()> {
    if order.plain { Ok(()) } else { desk.update_order(order) }
}

fn own_order(desk: &mut impl Desk, id: OrderId) -> Decided<Order> {
    let order = allowed!(any_order(desk, id)?);
    let actor = desk.actor();
    if order.user != actor.user && !actor.staff {
        return Ok(Err(Refusal::NotYours));
    }
    Ok(Ok(order))
}

/// Gives a booking its new status and its seat's claim the deadline that goes with it.
fn move_booking(desk: &mut impl Desk, booking: &Booking, to: BookingStatus, action: LedgerAction) -> Result<Booking> {
    let (ended_at, deadline) = match to {
        BookingStatus::Booked => (None, UtcMicros::NEVER),
        _ => (Some(desk.now()), UtcMicros::BEGINNING),
    };
    let booking = Booking { status: to, ended_at, ..booking.clone() };
    desk.update_booking(&booking)?;
    move_claim(desk, &booking, action, deadline)?;
    Ok(booking)
}

fn move_claim(desk: &mut impl Desk, booking: &Booking, action: LedgerAction, deadline: UtcMicros) -> Result<()> {
    let before = desk.claim_row(booking.show, booking.seat)?;
    let deadline = match before {
        Some(row) if mutant::active(Mutant::ExpiresPaid) && action == LedgerAction::Sold => row.deadline,
        _ => deadline,
    };
    let change =
        Move { show: booking.show, seat: booking.seat, order: booking.order, booking: booking.id, action, deadline };
    desk.change_owner(&change, before)
}
