//! The checker on made-up histories: each kind of fault is found, and what is right passes.

use crate::{
    check::{Kind, Observed, Violation, World, check},
    history::{Action, Op, Outcome, Told},
};

pub(crate) fn told(id: i64, user: i64, seat: u32) -> Told {
    Told { id, order: id, user, show: 1, seat, status: "booked".into(), price: Some(1_200) }
}

pub(crate) fn gone(told: &Told) -> Told {
    Told { status: "cancelled".into(), ..told.clone() }
}

pub(crate) fn op(user: i64, action: Action, (invoked, returned): (u64, u64), outcome: Outcome) -> Op {
    Op { round: 1, user, action, key: None, invoked, returned, outcome }
}

pub(crate) fn book(user: i64, seats: &[u32], when: (u64, u64), outcome: Outcome) -> Op {
    op(user, Action::Book { show: 1, seats: seats.to_vec() }, when, outcome)
}

fn cancel(user: i64, booking: i64, when: (u64, u64), outcome: Outcome) -> Op {
    op(user, Action::Cancel { booking }, when, outcome)
}

pub(crate) fn ok(told: &[Told]) -> Outcome {
    Outcome::Ok(told.to_vec())
}

pub(crate) fn no(code: &str) -> Outcome {
    Outcome::Refused(code.into())
}

pub(crate) fn unknown() -> Outcome {
    Outcome::Unknown("cut".into())
}

pub(crate) fn seen(all: &[Told]) -> Observed {
    all.iter().map(|told| (told.id, told.clone())).collect()
}

pub(crate) fn kinds(ops: &[Op], after: &[Told]) -> Vec<Kind> {
    kinds_since(&World::default(), ops, after)
}

pub(crate) fn kinds_since(before: &World, ops: &[Op], after: &[Told]) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = check(before, ops, &seen(after)).iter().map(|Violation(kind, _)| *kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

pub(crate) const NONE: [Kind; 0] = [];

#[test]
fn what_is_right_passes() {
    let (a, b, c) = (told(1, 7, 5), told(2, 8, 5), told(3, 9, 6));
    let ops = [
        book(7, &[5], (10, 20), ok(std::slice::from_ref(&a))),
        book(8, &[5], (12, 30), no("seat_taken")),
        cancel(7, 1, (40, 50), ok(&[gone(&a)])),
        book(8, &[5], (45, 60), ok(std::slice::from_ref(&b))),
        book(9, &[6], (70, 80), unknown()),
        book(7, &[7, 8], (70, 80), unknown()),
        cancel(8, 2, (71, 81), unknown()),
    ];
    let a = gone(&a);
    assert_eq!(kinds(&ops, &[a.clone(), b.clone(), c.clone()]), NONE);
    assert_eq!(kinds(&ops, &[a.clone(), gone(&b)]), NONE);
    let pair = [Told { order: 4, ..told(4, 7, 7) }, Told { order: 4, ..told(5, 7, 8) }];
    assert_eq!(kinds(&ops, &[a, b, pair[0].clone(), pair[1].clone()]), NONE);
}

#[test]
fn acknowledged_before_the_commit_is_found() {
    let ops = [book(7, &[5], (10, 20), ok(&[told(1, 7, 5)]))];
    assert_eq!(kinds(&ops, &[]), [Kind::Lost]);
    let live = World(seen(&[told(1, 7, 5)]));
    let ops = [cancel(7, 1, (10, 20), ok(&[gone(&told(1, 7, 5))]))];
    assert_eq!(kinds_since(&live, &ops, &[told(1, 7, 5)]), [Kind::Undone]);
}

#[test]
fn a_dropped_row_is_found_whenever_it_goes() {
    let live = World(seen(&[told(1, 7, 5), gone(&told(2, 7, 6))]));
    assert_eq!(kinds_since(&live, &[], &[told(1, 7, 5)]), [Kind::Lost]);
    assert_eq!(kinds_since(&live, &[], &[gone(&told(2, 7, 6))]), [Kind::Lost]);
    assert_eq!(kinds_since(&live, &[], &[gone(&told(1, 7, 5)), gone(&told(2, 7, 6))]), [Kind::Unasked]);
    assert_eq!(kinds_since(&live, &[], &[told(1, 8, 5), gone(&told(2, 7, 6))]), [Kind::Lost]);
    assert_eq!(kinds_since(&live, &[], &[told(1, 7, 5), told(2, 7, 6)]), [Kind::Undone]);
}

#[test]
fn a_seat_sold_twice_is_found() {
    let (a, b) = (told(1, 7, 5), told(2, 8, 5));
    let twice = |when| [book(7, &[5], (10, 20), ok(&[told(1, 7, 5)])), book(8, &[5], when, ok(&[told(2, 8, 5)]))];
    assert_eq!(kinds(&twice((15, 25)), &[a.clone(), b.clone()]), [Kind::TwoOwners]);
    // Given back in the end, but owned by two in between.
    let mut ops = twice((30, 40)).to_vec();
    ops.push(cancel(7, 1, (50, 60), ok(&[gone(&a)])));
    assert_eq!(kinds(&ops, &[gone(&a), b.clone()]), [Kind::TwoOwners]);
    let before = World(seen(std::slice::from_ref(&a)));
    let later = [book(8, &[5], (30, 40), ok(std::slice::from_ref(&b)))];
    assert_eq!(kinds_since(&before, &later, &[a.clone(), b]), [Kind::TwoOwners]);
    // One booking acknowledged to two requests.
    let same =
        [book(7, &[5], (1, 2), ok(std::slice::from_ref(&a))), book(7, &[5], (3, 4), ok(std::slice::from_ref(&a)))];
    assert_eq!(kinds(&same, &[a]), [Kind::TwoOwners]);
}

#[test]
fn a_refusal_with_an_effect_and_half_an_order_are_found() {
    let ops = [book(7, &[5], (10, 20), no("busy"))];
    assert_eq!(kinds(&ops, &[told(1, 7, 5)]), [Kind::Ghost]);
    let ops = [book(7, &[5, 6], (10, 20), unknown())];
    assert_eq!(kinds(&ops, &[told(1, 7, 5)]), [Kind::Torn]);
    assert_eq!(kinds(&ops, &[told(1, 8, 5)]), [Kind::Ghost]);
    // Done twice.
    assert_eq!(kinds(&ops[..1], &[told(1, 7, 5), told(2, 7, 6)]), [Kind::Ghost, Kind::Torn]);
}

#[test]
fn a_wrong_no_is_found() {
    assert_eq!(kinds(&[book(7, &[5], (10, 20), no("seat_taken"))], &[]), [Kind::WrongNo]);
    let a = told(1, 7, 5);
    let ops = [
        book(7, &[5], (10, 20), ok(std::slice::from_ref(&a))),
        cancel(7, 1, (30, 40), ok(&[gone(&a)])),
        book(8, &[5], (41, 50), no("seat_taken")),
    ];
    assert_eq!(kinds(&ops, &[gone(&a)]), [Kind::WrongNo]);
    let live = World(seen(std::slice::from_ref(&a)));
    assert_eq!(kinds_since(&live, &[cancel(7, 1, (1, 2), no("already_cancelled"))], &[a]), [Kind::WrongNo]);
}

#[test]
fn an_answer_that_is_not_what_was_asked_for_is_found() {
    let wrong = told(1, 7, 6);
    assert_eq!(kinds(&[book(7, &[5], (1, 2), ok(std::slice::from_ref(&wrong)))], &[wrong]), [Kind::Wrong]);
    assert_eq!(kinds(&[book(7, &[5], (1, 2), Outcome::Wrong("500".into()))], &[]), [Kind::Wrong]);
}

/// The cancelled booking looks as if it could have been there until 60, but another had come and gone by 40.
#[test]
fn answers_that_cannot_be_true_together_are_found() {
    let (a, b) = (told(1, 7, 5), told(2, 8, 5));
    let before = World(seen(std::slice::from_ref(&a)));
    let mut ops = vec![
        cancel(7, 1, (30, 60), ok(&[gone(&a)])),
        book(8, &[5], (31, 35), ok(std::slice::from_ref(&b))),
        cancel(8, 2, (36, 40), ok(&[gone(&b)])),
    ];
    let after = [gone(&a), gone(&b)];
    assert_eq!(kinds_since(&before, &ops, &after), NONE);
    ops.push(book(9, &[5], (39, 45), no("seat_taken")));
    assert_eq!(kinds_since(&before, &ops, &after), NONE);
    ops.push(book(9, &[5], (41, 45), no("seat_taken")));
    assert_eq!(kinds_since(&before, &ops, &after), [Kind::NoOrder]);
    // Two cannot both have been told that they gave the same seat back.
    let twice = [cancel(7, 1, (30, 60), ok(&[gone(&a)])), cancel(7, 1, (61, 62), ok(&[gone(&a)]))];
    assert_eq!(kinds_since(&before, &twice, &[gone(&a)]), [Kind::NoOrder]);
    // What is free in the end is no story of somebody who was refused before anybody came.
    let early = [book(9, &[5], (1, 5), no("seat_taken")), book(8, &[5], (5, 9), unknown())];
    assert_eq!(kinds(&early, &[b]), NONE);
}
