//! Holds what a server tells after a crash against what clients were told before it. Pure: no clock, no server.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::{
    history::{Action, Micros, Op, Outcome, Told},
    linear::Verdict,
    rules::{Programme, Sale},
    stories::stories,
};

/// What is wrong, by kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// An acknowledged booking is not there.
    Lost,
    /// A booking is cancelled though nobody asked for that.
    Unasked,
    /// An acknowledged cancellation has no effect.
    Undone,
    /// There is a booking that nobody can have made: something refused had an effect.
    Ghost,
    /// Part of an all-or-nothing order.
    Torn,
    /// A seat has, or must have had, two owners at once.
    TwoOwners,
    /// A "no" that cannot have been true at any moment of the request.
    WrongNo,
    /// A seat was sold at a price, or while sales were closed, as held at no moment of the request.
    OldRules,
    /// A retry with its key is not answered as the first request was.
    Retry,
    /// Everything that was told of a seat cannot be true together.
    NoOrder,
    /// It could not be found out whether it can.
    TooHard,
    /// An answer that is never right.
    Wrong,
    /// The server's own figures do not add up.
    Books,
    /// Transactions waited for each other in a circle: they do not lock in one order.
    Deadlock,
}

/// A kind and a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation(pub(crate) Kind, pub(crate) String);

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}: {}", self.0, self.1)
    }
}

/// What the server tells: its bookings by number.
pub(crate) type Observed = BTreeMap<i64, Told>;

/// What is known for certain from earlier rounds.
#[derive(Clone, Debug, Default)]
pub(crate) struct World(pub(crate) Observed);

impl World {
    /// The highest number of a booking.
    pub(crate) fn newest(&self) -> i64 {
        self.0.keys().next_back().copied().unwrap_or(0)
    }

    /// Bookings that own a seat.
    pub(crate) fn live(&self) -> impl Iterator<Item = &Told> {
        self.0.values().filter(|told| told.is_live())
    }
}

/// When a booking may have owned its seat at the most, and when it must have.
#[derive(Debug)]
struct Owning {
    booking: i64,
    asked: Micros,
    had: Micros,
    giving: Option<Micros>,
    gone: Option<Micros>,
}

struct Check<'a> {
    before: &'a World,
    ops: &'a [Op],
    after: &'a Observed,
    /// The operation that made each new booking.
    made_by: HashMap<i64, &'a Op>,
    cancels: HashMap<i64, Vec<&'a Op>>,
    found: Vec<Violation>,
}

/// Everything that is wrong. `after` holds the bookings of `before` and all that are newer.
pub(crate) fn check(before: &World, ops: &[Op], after: &Observed) -> Vec<Violation> {
    let mut cancels: HashMap<i64, Vec<&Op>> = HashMap::new();
    for op in ops {
        if let Action::Cancel { booking } = op.action {
            cancels.entry(booking).or_default().push(op);
        }
    }
    let mut check = Check { before, ops, after, made_by: HashMap::new(), cancels, found: Vec::new() };
    check.acknowledged();
    check.unknown();
    check.unexplained();
    check.statuses();
    check.owners_now();
    let owning = check.owning();
    check.owners_ever(&owning);
    let programme = check.rules();
    check.refusals(&owning, &programme);
    // What is wrong with a booking is wrong with its seat's story: it need not be said twice.
    if check.found.is_empty() {
        check.stories();
    }
    check.found
}

impl<'a> Check<'a> {
    fn say(&mut self, kind: Kind, sentence: String) {
        self.found.push(Violation(kind, sentence));
    }

    /// Every acknowledged booking is there as it was told, and belongs to one request.
    fn acknowledged(&mut self) {
        let ops = self.ops;
        for op in ops {
            if let Outcome::Wrong(what) = &op.outcome {
                self.say(Kind::Wrong, format!("{:?} of user {} was answered {what}", op.action, op.user));
            }
            let (Action::Book { show, seats }, Outcome::Ok(told)) = (&op.action, &op.outcome) else { continue };
            let named: BTreeSet<u32> = told.iter().map(|told| told.seat).collect();
            let right = told.iter().all(|told| told.user == op.user && told.show == *show);
            if !right || named != seats.iter().copied().collect() || told.len() != seats.len() {
                self.say(Kind::Wrong, format!("seats {seats:?} of show {show} were answered with {told:?}"));
            }
            for told in told {
                match self.after.get(&told.id) {
                    Some(seen) if told.is_still(seen) => {}
                    Some(seen) => self.say(Kind::Lost, format!("booking {told:?} has become {seen:?}")),
                    None => self.say(Kind::Lost, format!("the acknowledged booking {told:?} is not there")),
                }
                let earlier = self.made_by.insert(told.id, op);
                if earlier.is_some() || self.before.0.contains_key(&told.id) {
                    self.say(Kind::TwoOwners, format!("booking {} was acknowledged twice", told.id));
                }
            }
        }
    }

    /// What was not answered was done as a whole, or not at all.
    fn unknown(&mut self) {
        let mut orders: BTreeMap<(i64, i64), Vec<&'a Told>> = BTreeMap::new();
        for told in self.after.values() {
            if !self.before.0.contains_key(&told.id) && !self.made_by.contains_key(&told.id) {
                orders.entry((told.user, told.order)).or_default().push(told);
            }
        }
        let ops = self.ops;
        for op in ops.iter().filter(|op| op.is_unknown()) {
            let Action::Book { show, seats } = &op.action else { continue };
            let wanted: BTreeSet<u32> = seats.iter().copied().collect();
            let fits = |told: &[&Told]| told.iter().all(|told| told.show == *show && wanted.contains(&told.seat));
            let Some(order) = orders.iter().find(|((user, _), told)| *user == op.user && fits(told)) else { continue };
            let order = *order.0;
            let told = orders.remove(&order).unwrap_or_default();
            if told.len() != wanted.len() {
                self.say(Kind::Torn, format!("of seats {seats:?} of show {show} only {told:?} were booked"));
            }
            for told in told {
                self.made_by.insert(told.id, op);
            }
        }
    }

    fn unexplained(&mut self) {
        for told in self.after.values() {
            if !self.before.0.contains_key(&told.id) && !self.made_by.contains_key(&told.id) {
                self.say(Kind::Ghost, format!("nobody can have made the booking {told:?}"));
            }
        }
        for told in self.before.0.values() {
            match self.after.get(&told.id) {
                Some(seen) if told.is_still(seen) => {}
                Some(seen) => self.say(Kind::Lost, format!("booking {told:?} of an earlier round has become {seen:?}")),
                None => self.say(Kind::Lost, format!("the booking {told:?} of an earlier round is not there")),
            }
        }
    }

    /// Cancelled is what somebody cancelled, and nothing else.
    fn statuses(&mut self) {
        for seen in self.after.values() {
            let was_live = self.before.0.get(&seen.id).is_none_or(Told::is_live);
            let cancels = self.cancels.get(&seen.id).map_or(&[][..], Vec::as_slice);
            let done = cancels.iter().any(|op| matches!(op.outcome, Outcome::Ok(_)));
            let maybe = done || cancels.iter().any(|op| op.is_unknown());
            if seen.is_live() && (done || !was_live) {
                self.say(Kind::Undone, format!("the cancelled booking {seen:?} owns its seat"));
            } else if !seen.is_live() && was_live && !maybe {
                self.say(Kind::Unasked, format!("nobody cancelled the booking {seen:?}"));
            }
        }
    }

    fn owners_now(&mut self) {
        let mut owners: HashMap<(i64, u32), &Told> = HashMap::new();
        for told in self.after.values().filter(|told| told.is_live()) {
            if let Some(other) = owners.insert((told.show, told.seat), told) {
                self.say(Kind::TwoOwners, format!("{other:?} and {told:?}"));
            }
        }
    }

    /// By seat, who owned it when.
    fn owning(&self) -> HashMap<(i64, u32), Vec<Owning>> {
        let mut seats: HashMap<(i64, u32), Vec<Owning>> = HashMap::new();
        let acknowledged = self.ops.iter().filter_map(|op| match (&op.action, &op.outcome) {
            (Action::Book { .. }, Outcome::Ok(told)) => Some(told),
            _ => None,
        });
        let told = self.before.live().chain(acknowledged.flatten()).chain(self.after.values());
        let mut seen = HashSet::new();
        for told in told.filter(|told| seen.insert(told.id)) {
            let made = self.made_by.get(&told.id);
            if made.is_none() && !self.before.0.get(&told.id).is_some_and(Told::is_live) {
                continue;
            }
            // An unknown operation that took effect did so at some moment after it was invoked.
            let had = made.map_or(0, |op| if op.is_unknown() { Micros::MAX } else { op.returned });
            let cancel = self.cancels.get(&told.id).and_then(|cancels| {
                let gone = self.after.get(&told.id).is_none_or(|told| !told.is_live());
                let effective = |op: &&&Op| matches!(op.outcome, Outcome::Ok(_)) || (op.is_unknown() && gone);
                cancels.iter().find(effective).copied()
            });
            let gone = cancel.map(|op| if op.is_unknown() { Micros::MAX } else { op.returned });
            let giving = cancel.map(|op| op.invoked);
            let owning = Owning { booking: told.id, asked: made.map_or(0, |op| op.invoked), had, giving, gone };
            seats.entry((told.show, told.seat)).or_default().push(owning);
        }
        seats
    }

    /// Of two owners of a seat one must have been able to give it back before the other got it.
    fn owners_ever(&mut self, owning: &HashMap<(i64, u32), Vec<Owning>>) {
        let before = |one: &Owning, other: &Owning| one.giving.is_some_and(|giving| giving <= other.had);
        for ((show, seat), all) in owning {
            for (at, one) in all.iter().enumerate() {
                for other in &all[at + 1..] {
                    if !before(one, other) && !before(other, one) {
                        let both = format!("bookings {} and {}", one.booking, other.booking);
                        self.say(Kind::TwoOwners, format!("seat {seat} of show {show} was sold to {both} at once"));
                    }
                }
            }
        }
    }

    /// What was sold was sold by rules that held at some moment between question and answer.
    fn rules(&mut self) -> Programme {
        let acknowledged = self.ops.iter().filter_map(|op| match (&op.action, &op.outcome) {
            (Action::Book { .. }, Outcome::Ok(told)) => Some(told),
            _ => None,
        });
        let mut sales = BTreeMap::new();
        for told in acknowledged.flatten().chain(self.after.values()) {
            if let Some(op) = self.made_by.get(&told.id) {
                let returned = if op.is_unknown() { Micros::MAX } else { op.returned };
                let (booking, show, price) = (told.id, told.show, told.price);
                sales.entry(booking).or_insert(Sale { booking, show, price, invoked: op.invoked, returned });
            }
        }
        let sales: Vec<Sale> = sales.into_values().collect();
        let programme = Programme::of(self.ops, &sales);
        for sale in sales.iter().filter(|sale| !programme.explains(**sale)) {
            let Sale { booking, show, price, invoked, returned } = sale;
            let what = format!("booking {booking} of show {show} for {price:?}, asked for at {invoked}");
            self.say(Kind::OldRules, format!("{what} and answered at {returned}, is by rules that did not hold then"));
        }
        programme
    }

    /// A "no" was true at some moment between question and answer.
    fn refusals(&mut self, owning: &HashMap<(i64, u32), Vec<Owning>>, programme: &Programme) {
        let ops = self.ops;
        for op in ops {
            let Outcome::Refused(code) = &op.outcome else { continue };
            let can_be = match (&op.action, code.as_str()) {
                (_, "busy" | "database_away") => true,
                (Action::Book { show, seats }, "seat_taken" | "sold_out") => seats.iter().any(|seat| {
                    let owners = owning.get(&(*show, *seat)).map_or(&[][..], Vec::as_slice);
                    owners
                        .iter()
                        .any(|owner| owner.asked <= op.returned && owner.gone.is_none_or(|gone| op.invoked <= gone))
                }),
                (Action::Cancel { booking }, "already_cancelled") => {
                    let others = self.cancels.get(booking).map_or(&[][..], Vec::as_slice);
                    others.iter().any(|other| {
                        other.invoked <= op.returned && matches!(other.outcome, Outcome::Ok(_) | Outcome::Unknown(_))
                    })
                }
                (Action::Book { show, .. }, code) => programme.refuses(*show, code, op),
                _ => false,
            };
            if !can_be {
                self.say(Kind::WrongNo, format!("{:?} of user {} was refused as {code}", op.action, op.user));
            }
        }
    }

    /// Each seat's answers are true in some order.
    fn stories(&mut self) {
        for ((show, seat), story) in stories(self.before, self.ops, self.after, &self.made_by) {
            let name = format!("seat {seat} of show {show}");
            match story.judge() {
                Verdict::Yes => {}
                Verdict::No(steps, next) => {
                    let sentence =
                        format!("{name}: after {steps} of {} steps none of {next:?} fits", story.events.len());
                    self.say(Kind::NoOrder, sentence);
                }
                Verdict::TooHard => {
                    self.say(Kind::TooHard, format!("{name}: {} steps have too many orders", story.events.len()));
                }
            }
        }
    }
}
