//! The story of each seat, taken from what all clients were told.

use std::collections::{BTreeMap, HashMap};

use crate::{
    check::{Observed, World},
    history::{Action, Micros, Op, Outcome, Told},
    linear::{Event, Step, Story},
};

/// A seat of a show.
pub(crate) type Seat = (i64, u32);

/// By seat. `made_by` names the request of each new booking. A refused request for several seats says of none of them
/// that it was taken, only of all together: it is in no story.
pub(crate) fn stories(
    before: &World,
    ops: &[Op],
    after: &Observed,
    made_by: &HashMap<i64, &Op>,
) -> BTreeMap<Seat, Story> {
    let mut stories: BTreeMap<Seat, Story> = BTreeMap::new();
    for told in before.live() {
        stories.entry(seat(told)).or_default().start = Some(told.id);
    }
    for told in after.values() {
        let story = stories.entry(seat(told)).or_default();
        if told.is_live() {
            story.end = Some(told.id);
        }
        if let Some(op) = made_by.get(&told.id) {
            let invoked = if op.is_unknown() { earliest(ops, told) } else { op.invoked };
            story.events.push(event(op, Step::Take(told.id), invoked));
        }
    }
    for op in ops {
        let (seat, step, may) = match (&op.action, &op.outcome) {
            (Action::Book { show, seats }, Outcome::Refused(code)) if is_taken(code) => match seats.as_slice() {
                [number] => ((*show, *number), Step::Taken, false),
                _ => continue,
            },
            (Action::Cancel { booking }, outcome) => {
                let Some(told) = after.get(booking) else { continue };
                match outcome {
                    Outcome::Ok(_) => (seat(told), Step::Free(*booking), false),
                    Outcome::Unknown(_) => (seat(told), Step::Free(*booking), true),
                    Outcome::Refused(code) if code == "already_cancelled" => (seat(told), Step::NotOf(*booking), false),
                    _ => continue,
                }
            }
            _ => continue,
        };
        let event = Event { may, ..event(op, step, op.invoked) };
        stories.entry(seat).or_default().events.push(event);
    }
    stories
}

fn is_taken(code: &str) -> bool {
    ["seat_taken", "sold_out"].contains(&code)
}

fn seat(told: &Told) -> Seat {
    (told.show, told.seat)
}

fn event(op: &Op, step: Step, invoked: Micros) -> Event {
    let returned = if op.is_unknown() { Micros::MAX } else { op.returned };
    Event { step, invoked, returned, may: false }
}

/// Where somebody asked for a seat more than once without an answer, it cannot be told which request was carried out.
fn earliest(ops: &[Op], told: &Told) -> Micros {
    let asked = |op: &&Op| {
        let wants =
            matches!(&op.action, Action::Book { show, seats } if *show == told.show && seats.contains(&told.seat));
        op.is_unknown() && op.user == told.user && wants
    };
    ops.iter().filter(asked).map(|op| op.invoked).min().unwrap_or(0)
}
