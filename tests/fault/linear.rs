//! Linearizability of a seat: is there one order of all that clients were told about it, in which each answer is true
//! and which never puts an operation before another that had ended when it began?
//!
//! The search is Wing and Gong's ("Testing and verifying concurrent objects", 1993), with the configurations that were
//! seen kept as Lowe does it ("Testing for linearizability", 2017): what is done so far, and who owns the seat then.
//! A history is taken apart by seat, which is right because each seat is an object of its own (Herlihy and Wing,
//! "Linearizability", 1990, "locality"); what a request for several seats promises beyond that is checked elsewhere.

use std::collections::HashSet;

use crate::history::Micros;

/// More configurations than this are not looked at: then nothing is known, and that is said.
const MOST: usize = 200_000;

/// The booking that owns a seat.
pub(crate) type Owner = Option<i64>;

/// What an operation did to a seat, or was told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A free seat went to this booking.
    Take(i64),
    /// This booking gave it back.
    Free(i64),
    /// Somebody owned it.
    Taken,
    /// This booking did not own it any more.
    NotOf(i64),
}

impl Step {
    /// Who owns the seat afterwards, if this can be true now.
    fn from(self, owner: Owner) -> Option<Owner> {
        let (can_be, then) = match self {
            Self::Take(booking) => (owner.is_none(), Some(booking)),
            Self::Free(booking) => (owner == Some(booking), None),
            Self::Taken => (owner.is_some(), owner),
            Self::NotOf(booking) => (owner != Some(booking), owner),
        };
        can_be.then_some(then)
    }

    const fn only_looks(self) -> bool {
        matches!(self, Self::Taken | Self::NotOf(_))
    }
}

/// A step, and between which moments it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) step: Step,
    pub(crate) invoked: Micros,
    /// [`Micros::MAX`] if nobody was told that it was made.
    pub(crate) returned: Micros,
    /// Whether it may never have been made.
    pub(crate) may: bool,
}

/// All that happened to a seat.
#[derive(Clone, Debug, Default)]
pub(crate) struct Story {
    pub(crate) start: Owner,
    pub(crate) events: Vec<Event>,
    pub(crate) end: Owner,
}

/// Whether a story can be true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Yes,
    /// No order explains it. The longest that was found has so many steps, and then any of these should have come.
    No(usize, Vec<Event>),
    /// There were too many orders to try.
    TooHard,
}

/// How far an order has come. Those without an end, which may come at any later time, are kept apart: they would hold
/// up the count of what is done for ever.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Config {
    /// All ended events before this one are done.
    first: usize,
    /// And these of the later ones, in order.
    beyond: Vec<usize>,
    /// These of the endless ones, in order.
    endless: Vec<usize>,
    owner: Owner,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Ended(usize),
    Endless(usize),
}

struct Search {
    ended: Vec<Event>,
    endless: Vec<Event>,
}

impl Story {
    /// Decides, or says that it cannot.
    pub(crate) fn judge(&self) -> Verdict {
        self.judge_within(MOST)
    }

    fn judge_within(&self, most: usize) -> Verdict {
        let (mut ended, endless): (Vec<Event>, Vec<Event>) =
            self.events.iter().partition(|event| event.returned < Micros::MAX);
        ended.sort_by_key(|event| event.invoked);
        let search = Search { ended, endless };
        let mut open = vec![Config { first: 0, beyond: Vec::new(), endless: Vec::new(), owner: self.start }];
        let (mut seen, mut furthest) = (HashSet::new(), (0, Vec::new()));
        while let Some(mut config) = open.pop() {
            search.look(&mut config);
            if search.is_whole(&config) && config.owner == self.end {
                return Verdict::Yes;
            }
            if seen.contains(&config) {
                continue;
            }
            if seen.len() == most {
                return Verdict::TooHard;
            }
            let next = search.next(&config);
            if furthest.1.is_empty() || config.length() > furthest.0 {
                furthest = (config.length(), next.iter().map(|at| search.event(*at)).collect());
            }
            // The one that must come soonest is tried first, and so is put on top.
            for at in next.into_iter().rev() {
                if let Some(owner) = search.event(at).step.from(config.owner) {
                    open.push(config.with(at, owner));
                }
            }
            seen.insert(config);
        }
        Verdict::No(furthest.0, furthest.1)
    }
}

impl Config {
    const fn length(&self) -> usize {
        self.first + self.beyond.len() + self.endless.len()
    }

    fn with(&self, at: At, owner: Owner) -> Self {
        let mut config = self.clone();
        config.owner = owner;
        config.add(at);
        config
    }

    fn add(&mut self, at: At) {
        let (list, number) = match at {
            At::Ended(number) => (&mut self.beyond, number),
            At::Endless(number) => (&mut self.endless, number),
        };
        let place = list.partition_point(|done| *done < number);
        list.insert(place, number);
        let whole = self.beyond.iter().zip(self.first..).take_while(|(done, next)| *done == next).count();
        self.beyond.drain(..whole);
        self.first += whole;
    }
}

impl Search {
    fn event(&self, at: At) -> Event {
        match at {
            At::Ended(number) => self.ended[number],
            At::Endless(number) => self.endless[number],
        }
    }

    /// What may come next: whatever began before all that is left has ended. The one that ends soonest first.
    fn next(&self, config: &Config) -> Vec<At> {
        let mut limit = Micros::MAX;
        let mut next = Vec::new();
        for (number, event) in self.ended.iter().enumerate().skip(config.first) {
            if event.invoked > limit {
                break;
            }
            if config.beyond.binary_search(&number).is_err() {
                limit = limit.min(event.returned);
                next.push(At::Ended(number));
            }
        }
        let endless = (0..self.endless.len()).filter(|number| config.endless.binary_search(number).is_err());
        next.extend(endless.map(At::Endless));
        next.retain(|at| self.event(*at).invoked <= limit);
        next.sort_by_key(|at| self.event(*at).returned);
        next
    }

    /// Places whatever only looks and may come next. No order is missed by that: it changes nothing for the others.
    fn look(&self, config: &mut Config) {
        let looks = |config: &Config| {
            let fits = |at: &At| {
                let step = self.event(*at).step;
                step.only_looks() && step.from(config.owner).is_some()
            };
            self.next(config).into_iter().find(fits)
        };
        while let Some(at) = looks(config) {
            config.add(at);
        }
    }

    fn is_whole(&self, config: &Config) -> bool {
        let must = |(number, event): (usize, &Event)| event.may || config.endless.binary_search(&number).is_ok();
        config.first == self.ended.len() && self.endless.iter().enumerate().all(must)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event(step: Step, invoked: Micros, returned: Micros) -> Event {
        Event { step, invoked, returned, may: false }
    }

    fn perhaps(step: Step, invoked: Micros) -> Event {
        Event { step, invoked, returned: Micros::MAX, may: true }
    }

    fn story(start: Owner, events: &[Event], end: Owner) -> Story {
        Story { start, events: events.to_vec(), end }
    }

    fn is_true(start: Owner, events: &[Event], end: Owner) -> bool {
        match story(start, events, end).judge() {
            Verdict::Yes => true,
            Verdict::No(..) => false,
            Verdict::TooHard => panic!("too hard: {events:?}"),
        }
    }

    /// Every order of every choice of what happened.
    fn by_force(owner: Owner, left: &[Event], end: Owner) -> bool {
        if owner == end && left.iter().all(|event| event.may) {
            return true;
        }
        left.iter().enumerate().any(|(at, event)| {
            let may_come = left.iter().all(|other| event.invoked <= other.returned);
            let rest = [&left[..at], &left[at + 1..]].concat();
            may_come && event.step.from(owner).is_some_and(|owner| by_force(owner, &rest, end))
        })
    }

    #[test]
    fn what_happened_one_after_the_other_must_fit() {
        let all = [event(Step::Take(1), 1, 2), event(Step::Taken, 3, 4), event(Step::Free(1), 5, 6)];
        assert!(is_true(None, &all, None));
        assert!(!is_true(None, &all, Some(1)));
        assert!(!is_true(Some(7), &all, None));
        assert!(!is_true(None, &[event(Step::Taken, 1, 2)], None));
        assert!(!is_true(None, &[event(Step::Take(1), 1, 2), event(Step::Take(2), 3, 4)], Some(2)));
        assert!(!is_true(None, &[event(Step::Take(1), 1, 2), event(Step::Free(2), 3, 4)], None));
    }

    #[test]
    fn what_overlaps_may_have_come_in_any_order() {
        let swapped = [event(Step::Taken, 1, 9), event(Step::Take(1), 2, 8)];
        assert!(is_true(None, &swapped, Some(1)));
        let handed_on = [event(Step::Free(1), 1, 9), event(Step::Take(2), 2, 3)];
        assert!(is_true(Some(1), &handed_on, Some(2)));
        assert!(!is_true(Some(1), &[event(Step::Free(1), 4, 9), event(Step::Take(2), 2, 3)], Some(2)));
    }

    /// The owners that were possible at some moment of the refusal are none that were possible together with the rest:
    /// a look at intervals one by one does not see it.
    #[test]
    fn a_no_that_only_the_whole_story_refutes() {
        let all = [
            event(Step::Free(1), 30, 60),
            event(Step::Take(2), 31, 35),
            event(Step::Free(2), 36, 40),
            event(Step::Taken, 41, 45),
        ];
        assert!(is_true(Some(1), &all[..3], None));
        assert!(!is_true(Some(1), &all, None));
    }

    #[test]
    fn what_nobody_was_told_of_comes_at_any_later_time_or_never() {
        assert!(is_true(Some(1), &[perhaps(Step::Free(1), 5)], Some(1)));
        assert!(is_true(Some(1), &[perhaps(Step::Free(1), 5), event(Step::Take(2), 90, 91)], Some(2)));
        assert!(!is_true(Some(1), &[perhaps(Step::Free(1), 95), event(Step::Take(2), 90, 91)], Some(2)));
        let seen_later = Event { may: false, ..perhaps(Step::Take(3), 5) };
        assert!(is_true(None, &[seen_later], Some(3)));
        assert!(!is_true(None, &[seen_later], None));
    }

    #[test]
    fn thousands_of_operations_are_decided_and_a_knot_is_called_too_hard() {
        let mut all = Vec::new();
        for booking in 0..2_000_u32 {
            let at = u64::from(booking) * 10;
            all.push(event(Step::Take(i64::from(booking)), at, at + 14));
            all.push(event(Step::Free(i64::from(booking)), at + 3, at + 17));
            all.extend((0..3).map(|more| event(Step::Taken, at + more, at + 12)));
            all.push(perhaps(Step::Free(i64::from(booking)), at + 5));
        }
        assert!(is_true(None, &all, None));
        let knot: Vec<Event> =
            (0..12).flat_map(|booking| [event(Step::Take(booking), 0, 9), event(Step::Free(booking), 0, 9)]).collect();
        assert_eq!(story(None, &knot, Some(99)).judge_within(100), Verdict::TooHard);
        assert!(is_true(None, &knot, None));
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            3 => (1..4_i64).prop_map(Step::Take),
            3 => (1..4_i64).prop_map(Step::Free),
            2 => Just(Step::Taken),
            1 => (1..4_i64).prop_map(Step::NotOf),
        ]
    }

    fn any_event() -> impl Strategy<Value = Event> {
        (step(), 0..12_u64, 0..6_u64, 0..10_u8).prop_map(|(step, invoked, long, fate)| match fate {
            0 => perhaps(step, invoked),
            1 => Event { may: false, ..perhaps(step, invoked) },
            _ => event(step, invoked, invoked + long),
        })
    }

    fn owner() -> impl Strategy<Value = Owner> {
        prop_oneof![Just(None), (1..4_i64).prop_map(Some)]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

        #[test]
        fn the_search_says_what_trying_every_order_says(
            start in owner(),
            events in prop::collection::vec(any_event(), 0..7),
            end in owner(),
        ) {
            prop_assert_eq!(is_true(start, &events, end), by_force(start, &events, end), "{:?}", events);
        }

        /// Steps that were really made, one at a moment, each told of some time around its moment.
        #[test]
        fn what_really_happened_is_true(steps in prop::collection::vec((0..5_u8, 0..30_u64, 0..30_u64), 1..120)) {
            let (mut now, mut next, mut events): (Owner, i64, Vec<Event>) = (None, 1, Vec::new());
            for (at, (kind, early, late)) in (40_u64..).step_by(5).zip(steps) {
                let step = match (now, kind) {
                    (None, _) => {
                        next += 1;
                        Step::Take(next)
                    }
                    (Some(booking), 0 | 1) => Step::Free(booking),
                    (Some(_), 2) => Step::NotOf(next - 1),
                    (Some(_), _) => Step::Taken,
                };
                now = step.from(now).unwrap();
                events.push(event(step, at - early, at + late));
            }
            prop_assert_eq!(story(None, &events, now).judge(), Verdict::Yes);
        }
    }
}
