//! The checker on made-up histories in which staff change a show.

use crate::{
    check::Kind,
    check::World,
    check_tests::{NONE, book, gone, kinds, kinds_since, no, ok, op, seen, told, unknown},
    history::{Action, Op, Outcome, Rules, Sales, Told},
};

fn change(sales: Sales, price: i64, when: (u64, u64), outcome: Outcome) -> Op {
    op(0, Action::Change { show: 1, rules: Rules { sales, price } }, when, outcome)
}

fn opened(price: i64, when: (u64, u64)) -> Op {
    change(Sales::Open, price, when, ok(&[]))
}

fn closed(when: (u64, u64)) -> Op {
    change(Sales::Closed, 1, when, ok(&[]))
}

fn for_price(price: i64) -> Told {
    Told { price: Some(price), ..told(1, 7, 5) }
}

/// What is found where a seat is sold at this price, or refused so, beside what staff do.
fn sold(staff: &[Op], price: i64, when: (u64, u64)) -> Vec<Kind> {
    let told = for_price(price);
    let mut ops = staff.to_vec();
    ops.push(book(7, &[5], when, ok(std::slice::from_ref(&told))));
    kinds(&ops, &[told])
}

fn refused(staff: &[Op], code: &str, when: (u64, u64)) -> Vec<Kind> {
    let mut ops = staff.to_vec();
    ops.push(book(7, &[5], when, no(code)));
    kinds(&ops, &[])
}

#[test]
fn a_price_is_one_that_was_set_at_some_moment_of_the_request() {
    let staff = [opened(100, (1, 2)), opened(200, (10, 20)), opened(300, (30, 40))];
    for right in [(5, 6), (5, 10), (15, 16), (19, 25), (20, 25)] {
        assert_eq!(sold(&staff, 100, right), NONE, "{right:?}");
    }
    for wrong in [(21, 25), (50, 60)] {
        assert_eq!(sold(&staff, 100, wrong), [Kind::OldRules], "{wrong:?}");
    }
    assert_eq!(sold(&staff, 200, (5, 9)), [Kind::OldRules], "before anybody asked for it");
    assert_eq!(sold(&staff, 200, (11, 12)), NONE);
    assert_eq!(sold(&staff, 999, (15, 35)), [Kind::OldRules]);
    // What held before staff said anything is not known, nor what holds where they say nothing.
    assert_eq!(sold(&staff, 999, (0, 1)), NONE);
    assert_eq!(sold(&[], 999, (5, 6)), NONE);
    let elsewhere = op(0, Action::Change { show: 2, rules: Rules { sales: Sales::Closed, price: 1 } }, (1, 2), ok(&[]));
    assert_eq!(sold(&[elsewhere], 999, (5, 6)), NONE);
}

#[test]
fn nothing_is_sold_while_sales_are_closed_and_nobody_is_told_so_while_they_are_open() {
    let staff = [opened(100, (1, 2)), closed((10, 20)), opened(200, (30, 40)), opened(300, (60, 70))];
    assert_eq!(sold(&staff, 100, (21, 29)), [Kind::OldRules]);
    assert_eq!(sold(&staff, 100, (21, 35)), [Kind::OldRules], "by the rules from before the closing");
    assert_eq!(sold(&staff, 1, (21, 29)), [Kind::OldRules], "a price is not all");
    assert_eq!(sold(&staff, 200, (21, 35)), NONE);
    for right in [(21, 29), (5, 10), (39, 50)] {
        assert_eq!(refused(&staff, "sales_closed", right), NONE, "{right:?}");
    }
    for wrong in [(5, 9), (41, 50), (61, 65)] {
        assert_eq!(refused(&staff, "sales_closed", wrong), [Kind::WrongNo], "{wrong:?}");
    }
    assert_eq!(refused(&staff, "sales_not_open", (21, 29)), [Kind::WrongNo]);
    assert_eq!(refused(&[], "sales_closed", (21, 29)), [Kind::WrongNo]);
    assert_eq!(refused(&staff, "open", (41, 50)), [Kind::WrongNo]);
    // That it has just been changed is told only where it was.
    assert_eq!(refused(&staff, "show_changed", (35, 36)), NONE);
    assert_eq!(refused(&staff, "show_changed", (41, 59)), [Kind::WrongNo]);
}

#[test]
fn a_change_that_was_not_answered_may_hold_until_the_next_that_was() {
    let maybe = change(Sales::Closed, 1, (10, 20), unknown());
    let staff = [opened(100, (1, 2)), maybe.clone(), opened(200, (50, 60))];
    for either in [(12, 13), (30, 40)] {
        assert_eq!(sold(&staff, 100, either), NONE);
        assert_eq!(refused(&staff, "sales_closed", either), NONE);
    }
    assert_eq!(sold(&staff, 100, (61, 70)), [Kind::OldRules]);
    assert_eq!(refused(&staff, "sales_closed", (61, 70)), [Kind::WrongNo]);
    assert_eq!(refused(&staff, "sales_closed", (5, 9)), [Kind::WrongNo]);
    // What was turned away holds at no moment.
    let away = change(Sales::Closed, 1, (10, 20), no("busy"));
    assert_eq!(refused(&[opened(100, (1, 2)), away], "sales_closed", (12, 13)), [Kind::WrongNo]);
    // Somebody has bought by a change that was not answered, so it holds.
    let dearer = change(Sales::Open, 150, (10, 20), unknown());
    let staff =
        [opened(100, (1, 2)), dearer, book(8, &[6], (22, 25), ok(&[Told { price: Some(150), ..told(2, 8, 6) }]))];
    let after = |first: &Told| [first.clone(), Told { price: Some(150), ..told(2, 8, 6) }];
    let with = |when| {
        let told = for_price(100);
        let mut ops = staff.to_vec();
        ops.push(book(7, &[5], when, ok(std::slice::from_ref(&told))));
        kinds(&ops, &after(&told))
    };
    assert_eq!(with((23, 30)), NONE);
    assert_eq!(with((26, 30)), [Kind::OldRules]);
}

#[test]
fn a_booking_that_was_not_answered_has_a_price_too_and_it_stays_what_it_was() {
    let staff = [opened(100, (1, 2)), opened(200, (10, 20))];
    let mut ops = staff.to_vec();
    ops.push(book(7, &[5], (15, 16), unknown()));
    assert_eq!(kinds(&ops, &[for_price(200)]), NONE);
    assert_eq!(kinds(&ops, &[for_price(100)]), NONE);
    ops.last_mut().unwrap().invoked = 21;
    assert_eq!(kinds(&ops, &[for_price(100)]), [Kind::OldRules]);
    let before = World(seen(&[for_price(100)]));
    assert_eq!(kinds_since(&before, &[], &[for_price(200)]), [Kind::Lost]);
    // Histories that know nothing of prices are as good as ever.
    let old = Told { price: None, ..for_price(100) };
    assert_eq!(
        kinds_since(&World(seen(std::slice::from_ref(&old))), &staff, &[gone(&for_price(100))]),
        [Kind::Unasked]
    );
    let ops = [staff.as_slice(), &[book(7, &[5], (21, 25), ok(std::slice::from_ref(&old)))]].concat();
    assert_eq!(kinds(&ops, &[for_price(200)]), NONE);
}

#[test]
fn staff_are_never_told_anything_but_done_or_later() {
    assert_eq!(kinds(&[change(Sales::Open, 1, (1, 2), no("conflict"))], &[]), [Kind::WrongNo]);
    assert_eq!(kinds(&[change(Sales::Open, 1, (1, 2), no("database_away"))], &[]), NONE);
    assert_eq!(kinds(&[change(Sales::Open, 1, (1, 2), Outcome::Wrong("500".into()))], &[]), [Kind::Wrong]);
}
