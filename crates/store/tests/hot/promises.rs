use houselights_domain::{OrderId, Refusal, SeatNumber, ShowId, UtcMicros, booking::BookingStatus, order::OrderState};
use houselights_store::{
    Query,
    hot::{Action, Command, IdempotencyKey, Reply, SeatChange},
};

use crate::fixture::{House, STAFF, STARTS, actor, claim};

pub async fn a_seat_is_sold_once(mut house: House) {
    let (order, bookings) = house.buy(1, 1, &[7]).unwrap();
    assert_eq!((order.state, bookings[0].status), (OrderState::Confirmed, BookingStatus::Booked));
    assert_eq!(house.buy(2, 1, &[7]), Err(Refusal::SeatTaken(vec![SeatNumber(7)])));
    // Both in one batch: the first one gets it.
    let both = vec![
        Command { actor: actor(1), action: claim(1, &[8], None), key: None },
        Command { actor: actor(2), action: claim(1, &[8], None), key: None },
    ];
    let decisions = house.batch(&both);
    assert!(decisions[0].is_ok());
    assert_eq!(decisions[1], Err(Refusal::SeatTaken(vec![SeatNumber(8)])));
    assert!(house.buy(2, 2, &[7]).is_ok(), "the same seat of another show is another seat");
    house.assert_verified().await;
}

pub async fn several_seats_are_sold_all_or_none_and_every_seat_in_the_way_is_named(mut house: House) {
    house.buy(1, 1, &[3, 5]).unwrap();
    let refused = house.buy(2, 1, &[2, 3, 4, 5, 6]);
    assert_eq!(refused, Err(Refusal::SeatTaken(vec![SeatNumber(3), SeatNumber(5)])));
    let (order, bookings) = house.buy(2, 1, &[2, 4, 6]).unwrap();
    assert_eq!((order.seats, order.live_seats, order.total.0, bookings.len()), (3, 3, 3600, 3));
    assert!(bookings.iter().zip(order.bookings()).all(|(booking, id)| booking.id.0 == id));
    assert_eq!(houselights_store::cold::bookings::of_order(&house.db, order.id).await.unwrap(), bookings);
    assert_eq!(houselights_store::cold::bookings::of_order(&house.db, OrderId(999)).await.unwrap(), []);
    house.assert_verified().await;
}

pub async fn a_hold_is_taken_over_on_its_very_microsecond_and_not_before(mut house: House) {
    let (held, bookings) = house.hold(1, 1, &[1, 2], 5_000).unwrap();
    assert_eq!(bookings[0].status, BookingStatus::Held);
    house.now = UtcMicros(4_999);
    assert_eq!(house.buy(2, 1, &[2]), Err(Refusal::SeatTaken(vec![SeatNumber(2)])));
    house.now = UtcMicros(5_000);
    let applied = house.apply(&[Command { actor: actor(2), action: claim(1, &[2], None), key: None }]);
    assert!(applied.decisions[0].as_ref().unwrap().is_ok());
    let change = |seat, version, deadline| SeatChange { show: ShowId(1), seat: SeatNumber(seat), version, deadline };
    let free = UtcMicros::BEGINNING;
    let changes = [change(1, 2, free), change(2, 2, free), change(2, 3, UtcMicros::NEVER)];
    assert_eq!(applied.changes, changes);
    let known = house.db.owned_seats(vec![ShowId(1)]).await.unwrap();
    assert_eq!(known[0].seats, [changes[0], changes[2]], "a seat that was given back is told of with its version");
    assert_eq!(house.confirm(actor(1), held.id), Err(Refusal::HoldExpired));
    assert_eq!(house.cancel(actor(1), bookings[0].id), Err(Refusal::HoldExpired));
    assert!(house.buy(3, 1, &[1]).is_ok(), "the other seat of the lapsed hold is free as well");
    house.assert_verified().await;
}

pub async fn a_cancelled_seat_is_free_at_once_and_only_its_owner_or_staff_may_cancel(mut house: House) {
    let (_, bookings) = house.buy(1, 1, &[7]).unwrap();
    let id = bookings[0].id;
    assert_eq!(house.cancel(actor(2), id), Err(Refusal::NotYours));
    let (order, cancelled) = house.cancel(actor(1), id).unwrap();
    assert_eq!((order.state, cancelled[0].status), (OrderState::Cancelled, BookingStatus::Cancelled));
    assert_eq!(cancelled[0].ended_at, Some(house.now));
    assert_eq!(house.cancel(actor(1), id), Err(Refusal::AlreadyCancelled));
    let (_, again) = house.buy(2, 1, &[7]).unwrap();
    house.now = STARTS;
    assert_eq!(house.cancel(actor(2), again[0].id), Err(Refusal::TooLate));
    assert!(house.cancel(STAFF, again[0].id).is_ok());
    assert_eq!(
        house.cancel(STAFF, houselights_domain::BookingId(77)),
        Err(Refusal::UnknownBooking(houselights_domain::BookingId(77)))
    );
    house.assert_verified().await;
}

pub async fn a_confirmed_hold_never_lapses(mut house: House) {
    let (held, _) = house.hold(1, 1, &[1, 2], 5_000).unwrap();
    assert_eq!(house.confirm(actor(2), held.id), Err(Refusal::NotYours));
    let (order, bookings) = house.confirm(actor(1), held.id).unwrap();
    assert_eq!((order.state, bookings.len()), (OrderState::Confirmed, 2));
    house.now = UtcMicros(600_000);
    assert_eq!(house.run(STAFF, Action::Expire(held.id)), Err(Refusal::AlreadyConfirmed));
    assert!(house.buy(2, 1, &[1]).is_err());
    assert_eq!(house.confirm(actor(1), held.id), Err(Refusal::AlreadyConfirmed));
    house.assert_verified().await;
}

pub async fn an_order_lives_until_its_last_seat_is_given_back(mut house: House) {
    let (_, bookings) = house.buy(1, 1, &[1, 2, 3]).unwrap();
    let (order, _) = house.cancel(actor(1), bookings[1].id).unwrap();
    assert_eq!((order.state, order.live_seats), (OrderState::Confirmed, 2));
    let released = house.run(actor(1), Action::Release(order.id));
    let (order, rest) = crate::fixture::done(released).unwrap();
    assert_eq!((order.state, order.live_seats, rest.len()), (OrderState::Cancelled, 0, 2));
    assert!(house.buy(2, 1, &[1, 2, 3]).is_ok());
    house.assert_verified().await;
}

pub async fn a_show_that_changed_since_the_quote_is_refused(mut house: House) {
    house.db.rows("UPDATE shows SET revision = 2 WHERE id = 1", vec![]).await.unwrap_err();
    house
        .db
        .write(|tx| {
            Box::pin(async move { tx.rows("UPDATE shows SET revision = 2 WHERE id = 1", vec![]).await.map(drop) })
        })
        .await
        .unwrap();
    assert_eq!(house.buy(1, 1, &[1]), Err(Refusal::ShowChanged));
    assert_eq!(house.buy(1, 77, &[1]), Err(Refusal::UnknownShow(ShowId(77))));
    let total = crate::fixture::SEATS;
    assert_eq!(house.buy(1, 2, &[total + 1]), Err(Refusal::NotASeat { seat: SeatNumber(total + 1), total }));
    house.now = STARTS;
    assert_eq!(house.buy(1, 2, &[1]), Err(Refusal::SalesClosed));
}

pub async fn a_refusal_writes_nothing(mut house: House) {
    house.buy(1, 1, &[1]).unwrap();
    let version = "SELECT count(*) + (SELECT count(*) FROM orders) + (SELECT count(*) FROM claims) FROM ledger";
    let before = house.number(version).await;
    let refused = vec![Command { actor: actor(2), action: claim(1, &[1], None), key: None }; 50];
    let applied = house.apply(&refused);
    assert!(applied.changes.is_empty());
    assert!(applied.decisions.iter().all(|decision| decision.as_ref().unwrap().is_err()));
    assert_eq!(house.number(version).await, before);
}

pub async fn one_command_that_fails_does_not_take_the_batch_with_it(mut house: House) {
    house
        .db
        .write(|tx| Box::pin(async move { tx.rows("DROP TABLE idempotency", vec![]).await.map(drop) }))
        .await
        .unwrap();
    let key = IdempotencyKey {
        key: "k".into(),
        route: "r".into(),
        fingerprint: vec![1],
        record: std::sync::Arc::new(|_| Reply { status: 201, body: vec![] }),
    };
    let command = |user, seat, key| Command { actor: actor(user), action: claim(1, &[seat], None), key };
    let batch = [command(1, 1, None), command(2, 2, Some(key)), command(3, 3, None)];
    let applied = house.apply(&batch);
    let kinds: Vec<_> = applied.decisions.iter().map(|decision| decision.as_ref().is_ok_and(Result::is_ok)).collect();
    assert_eq!(kinds, [true, false, true]);
    assert!(house.buy(4, 1, &[2]).is_ok(), "the failed command left no trace");
    house.assert_verified().await;
}

pub async fn a_tampered_ledger_is_found(mut house: House) {
    house.buy(1, 1, &[1, 2]).unwrap();
    house.buy(2, 1, &[3]).unwrap();
    let tamper = [
        (
            "UPDATE bookings SET user_id = 9, status = 2 WHERE id = 1",
            "booking 1: it is cancelled, the ledger says booked",
        ),
        ("DELETE FROM claims WHERE seat_number = 2", "claim of show 1, seat 2: it is missing"),
        (
            "UPDATE ledger SET lines = replace(lines, ' 3 1 3 3 2', ' 3 1 3 3 9') WHERE seq = 3",
            "lane 1: the page up to entry 3 does not match its hash; it or an earlier one was changed",
        ),
        ("DELETE FROM orders", "booking 2: its order 1 is not there"),
    ];
    for (sql, _) in tamper {
        house
            .db
            .write(move |tx| {
                Box::pin(async move {
                    tx.settle_claims()?;
                    tx.rows(sql, vec![]).await.map(drop)
                })
            })
            .await
            .unwrap();
    }
    let report = houselights_store::verify::verify(&house.db).await.unwrap();
    for (_, finding) in tamper {
        assert!(report.findings.iter().any(|found| found == finding), "{finding} is not in {:?}", report.findings);
    }
}
