//! Booking, cancelling and looking at one's bookings.

use std::sync::Arc;

use houselights_domain::{
    BookingId, OrderId, Refusal, SeatNumber, ShowId, UtcMicros,
    booking::{Booking, BookingStatus},
    show::seats_of_order,
};
use houselights_store::{
    Db,
    cold::bookings as rows,
    hot::{Action, Actor, Command, Decision, IdempotencyKey, Order, Outcome, Reply},
};
use parking_lot::Mutex;

use crate::{
    catalogue::{Catalogue, ShowFacts},
    clock::Clock,
    engine::Engine,
    error::{Error, Result},
    occupancy::{Occupancy, Seats},
};

/// How often a sale is tried again because the show was changed under it.
const TRIES: usize = 3;

/// A booking with the show it is for.
#[derive(Clone, Debug)]
pub struct BookingCard {
    /// The booking.
    pub booking: Booking,
    /// Its show.
    pub show: Arc<ShowFacts>,
}

impl BookingCard {
    /// What people call the seat, such as `C12`.
    pub fn seat_label(&self) -> &str {
        self.show.layout.seat(self.booking.seat).map_or("", |seat| seat.label.as_str())
    }
}

/// An order and those of its bookings that a command changed.
#[derive(Clone, Debug)]
pub struct OrderCard {
    /// The order.
    pub order: Order,
    /// The bookings.
    pub bookings: Vec<BookingCard>,
}

/// How the answer to a keyed request is written down; what it returns is what is replayed.
pub type Recorder = Arc<dyn Fn(&Result<OrderCard>) -> Reply + Send + Sync>;

/// An idempotency key as it came with a request.
#[derive(Clone)]
pub struct Key {
    /// As sent.
    pub key: String,
    /// The route it was sent to.
    pub route: String,
    /// A hash of the request.
    pub fingerprint: Vec<u8>,
    /// Writes the answer.
    pub recorder: Recorder,
}

/// What became of a request.
#[derive(Debug)]
pub enum Answer {
    /// It was carried out.
    Fresh(OrderCard),
    /// It carried a key: this is the first answer to it, given now or earlier.
    Recorded {
        /// What is sent.
        reply: Reply,
        /// Whether it was given before.
        replayed: bool,
    },
}

/// The use cases.
#[derive(Debug)]
pub struct Bookings {
    pub(crate) db: Db,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) engine: Engine,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) occupancy: Arc<Occupancy>,
    pub(crate) most_seats: usize,
}

impl Bookings {
    /// Books seats of a show on the spot: all of them or none.
    pub async fn book(&self, actor: Actor, show: ShowId, seats: Vec<SeatNumber>, key: Option<Key>) -> Result<Answer> {
        let seats = seats_of_order(seats, self.most_seats)?;
        let mut tries = 0;
        loop {
            tries += 1;
            let result = self.try_book(actor, show, &seats, key.as_ref()).await;
            if matches!(result, Err(Error::Refused(Refusal::ShowChanged))) && tries < TRIES {
                self.catalogue.changed();
                continue;
            }
            return result;
        }
    }

    async fn try_book(&self, actor: Actor, show: ShowId, seats: &[SeatNumber], key: Option<&Key>) -> Result<Answer> {
        let facts = match self.catalogue.cached_show(show) {
            Some(facts) => facts,
            None => match self.catalogue.show(show).await {
                Err(Error::NotFound(_)) => return Err(Refusal::UnknownShow(show).into()),
                other => other?,
            },
        };
        let mut priced = Vec::with_capacity(seats.len());
        for number in seats {
            priced.push((*number, facts.prices.price(facts.layout.seat(*number)?.kind)));
        }
        if self.occupancy.peek(show, |_| ()).is_none() {
            // Once a show: whoever is refused is told the same, "taken" or "sold out", as if its map had been looked at.
            self.occupancy.look(&self.db, &[show], |_| ()).await?;
        }
        // Where others sell as well, a seat that was sold may have come free without this node knowing.
        if key.is_none() && !self.db.is_shared() {
            self.known_refusal(&facts, seats)?;
        }
        let action = Action::Claim { show, revision: facts.row.revision, seats: priced, hold_until: None };
        self.carry_out(actor, action, facts, key).await
    }

    /// A refusal that needs no transaction: a seat that is sold as far as this node knows, and what this node knows is
    /// never older than an answer it has given. A held seat may lapse at any moment: that is left to the transaction.
    fn known_refusal(&self, facts: &ShowFacts, seats: &[SeatNumber]) -> Result<()> {
        let now = self.clock.now();
        if !facts.on_sale(now) {
            return Ok(());
        }
        let refusal = self.occupancy.peek(facts.row.id, |known| {
            let taken: Vec<SeatNumber> = seats.iter().copied().filter(|seat| known.is_sold(*seat)).collect();
            (!taken.is_empty()).then(|| sold_out_or(Refusal::SeatTaken(taken), known, facts, now))
        });
        refusal.flatten().map_or(Ok(()), |refusal| Err(refusal.into()))
    }

    /// Gives a booking back; its seat is free for anyone at once.
    pub async fn cancel(&self, actor: Actor, id: BookingId, key: Option<Key>) -> Result<Answer> {
        let booking = rows::booking(&self.db, id).await?.ok_or(Refusal::UnknownBooking(id))?;
        let facts = self.catalogue.show(booking.show).await?;
        self.carry_out(actor, Action::Cancel(id), facts, key.as_ref()).await
    }

    async fn carry_out(
        &self,
        actor: Actor,
        action: Action,
        facts: Arc<ShowFacts>,
        key: Option<&Key>,
    ) -> Result<Answer> {
        let written = Arc::new(Mutex::new(None));
        let key = key.map(|key| {
            let (recorder, facts, written) = (Arc::clone(&key.recorder), Arc::clone(&facts), Arc::clone(&written));
            let (occupancy, clock) = (Arc::clone(&self.occupancy), Arc::clone(&self.clock));
            IdempotencyKey {
                key: key.key.clone(),
                route: key.route.clone(),
                fingerprint: key.fingerprint.clone(),
                record: Arc::new(move |decision| {
                    let reply = recorder(&explained(decision.clone(), &occupancy, &facts, clock.now()));
                    *written.lock() = Some(reply.clone());
                    reply
                }),
            }
        });
        let decision = self.engine.submit(Command { actor, action, key }).await?;
        // An answer may have been written down by an attempt that came to nothing: the decision has the last word.
        let written =
            written.lock().take().filter(|_| !matches!(decision, Err(Refusal::ShowChanged | Refusal::KeyReused)));
        match (decision, written) {
            (Ok(Outcome::Replayed(reply)), _) => Ok(Answer::Recorded { reply, replayed: true }),
            (_, Some(reply)) => Ok(Answer::Recorded { reply, replayed: false }),
            (decision, None) => explained(decision, &self.occupancy, &facts, self.clock.now()).map(Answer::Fresh),
        }
    }

    /// One booking, for its owner or staff.
    pub async fn booking(&self, actor: Actor, id: BookingId) -> Result<BookingCard> {
        let booking = rows::booking(&self.db, id).await?.ok_or(Refusal::UnknownBooking(id))?;
        if booking.user != actor.user && !actor.staff {
            return Err(Refusal::NotYours.into());
        }
        self.card(booking).await
    }

    /// The bookings of one order, for its owner or staff.
    pub async fn order(&self, actor: Actor, id: OrderId) -> Result<Vec<BookingCard>> {
        let bookings = rows::of_order(&self.db, id).await?;
        match bookings.first() {
            None => Err(Refusal::UnknownOrder(id).into()),
            Some(first) if first.user != actor.user && !actor.staff => Err(Refusal::NotYours.into()),
            Some(_) => self.cards(bookings).await,
        }
    }

    /// The actor's one order that owns all these seats of a show now, if there is such a one.
    pub async fn order_with(&self, actor: Actor, show: ShowId, seats: &[SeatNumber]) -> Result<Option<OrderId>> {
        let Some(before) = seats.first().and_then(|seat| seat.0.checked_sub(1)) else { return Ok(None) };
        let owners = self.db.owners(show, SeatNumber(before), self.clock.now(), 1).await?;
        let Some(order) = owners.iter().find(|booking| booking.user == actor.user).map(|booking| booking.order) else {
            return Ok(None);
        };
        let bookings = rows::of_order(&self.db, order).await?;
        let owned = |seat: &SeatNumber| {
            bookings.iter().any(|booking| booking.seat == *seat && booking.status == BookingStatus::Booked)
        };
        Ok(seats.iter().all(owned).then_some(order))
    }

    /// The most seats of one order.
    pub const fn most_seats(&self) -> usize {
        self.most_seats
    }

    /// The caller's bookings, newest first, older than `before`.
    pub async fn of(&self, actor: Actor, before: Option<BookingId>, limit: u32) -> Result<Vec<BookingCard>> {
        let bookings = self.db.bookings_of(actor.user, before, limit).await?;
        self.cards(bookings).await
    }

    /// Everybody's bookings, newest first, older than `before`. For staff.
    pub async fn newest(&self, before: Option<BookingId>, limit: u32) -> Result<Vec<BookingCard>> {
        let before = before.unwrap_or(BookingId(i64::MAX));
        self.cards(rows::newest(&self.db, before, i64::from(limit)).await?).await
    }

    /// The bookings that own a show's seats now, by seat number. For staff.
    pub async fn owners(&self, show: ShowId, after: SeatNumber, limit: u32) -> Result<Vec<BookingCard>> {
        self.cards(self.db.owners(show, after, self.clock.now(), limit).await?).await
    }

    /// Looks at the seats of each show.
    pub async fn seats<T>(&self, shows: &[ShowId], look: impl Fn(&Seats) -> T) -> Result<Vec<T>> {
        self.occupancy.look(&self.db, shows, look).await
    }

    /// Takes back the seats of orders whose hold has run out; returns how many orders.
    pub async fn sweep(&self, most: u32) -> Result<usize> {
        let lapsed: Vec<OrderId> = rows::lapsed_orders(&self.db, self.clock.now(), i64::from(most)).await?;
        let mut swept = 0;
        for order in lapsed {
            let command = Command { actor: Actor::SYSTEM, action: Action::Expire(order), key: None };
            // A refusal means that the order was settled in the meantime.
            swept += usize::from(self.engine.submit(command).await?.is_ok());
        }
        Ok(swept)
    }

    /// How many commands wait.
    pub fn waiting(&self) -> usize {
        self.engine.waiting()
    }

    async fn card(&self, booking: Booking) -> Result<BookingCard> {
        let show = self.catalogue.show(booking.show).await?;
        Ok(BookingCard { booking, show })
    }

    async fn cards(&self, bookings: Vec<Booking>) -> Result<Vec<BookingCard>> {
        let mut cards = Vec::with_capacity(bookings.len());
        for booking in bookings {
            cards.push(self.card(booking).await?);
        }
        Ok(cards)
    }
}

/// "Taken" becomes "sold out" where no seat is left at all.
fn sold_out_or(refusal: Refusal, seats: &Seats, facts: &ShowFacts, now: UtcMicros) -> Refusal {
    if seats.taken(now) >= facts.row.total_seats { Refusal::SoldOut } else { refusal }
}

/// A decision as a use case's result.
fn explained(decision: Decision, occupancy: &Occupancy, facts: &Arc<ShowFacts>, now: UtcMicros) -> Result<OrderCard> {
    match decision {
        Ok(Outcome::Done(order, bookings)) => {
            let card = |booking| BookingCard { booking, show: Arc::clone(facts) };
            Ok(OrderCard { order, bookings: bookings.into_iter().map(card).collect() })
        }
        Ok(Outcome::Replayed(_)) => Err(Error::Bug("a replay was taken for a decision".into())),
        Err(refusal @ Refusal::SeatTaken(_)) => {
            let told = occupancy.peek(facts.row.id, |seats| sold_out_or(refusal.clone(), seats, facts, now));
            Err(told.unwrap_or(refusal).into())
        }
        Err(refusal) => Err(refusal.into()),
    }
}
