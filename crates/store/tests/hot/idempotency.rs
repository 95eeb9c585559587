use std::sync::Arc;

use houselights_domain::{Refusal, SeatNumber, ShowId, UtcMicros, money::Minor};
use houselights_store::hot::{Action, Actor, Command, Decision, IDEMPOTENCY_WINDOW, IdempotencyKey, Outcome, Reply};

use crate::fixture::{House, actor, claim};

fn key(key: &str, route: &str, fingerprint: u8) -> IdempotencyKey {
    IdempotencyKey {
        key: key.into(),
        route: route.into(),
        fingerprint: vec![fingerprint],
        record: Arc::new(|decision| match decision {
            Ok(Outcome::Done(order, _)) => Reply { status: 201, body: order.id.to_string().into_bytes() },
            _ => Reply { status: 409, body: b"taken".to_vec() },
        }),
    }
}

fn ask(house: &mut House, by: Actor, seat: u32, key: IdempotencyKey) -> Decision {
    let command = Command { actor: by, action: claim(1, &[seat], None), key: Some(key) };
    house.batch(&[command]).pop().unwrap()
}

pub async fn the_first_answer_is_replayed_for_a_day(mut house: House) {
    assert!(matches!(ask(&mut house, actor(1), 1, key("a", "r", 1)), Ok(Outcome::Done(..))));
    let again = ask(&mut house, actor(1), 1, key("a", "r", 1));
    assert_eq!(again, Ok(Outcome::Replayed(Reply { status: 201, body: b"1".to_vec() })));
    // A refusal is an answer too, even after the seat has come free.
    assert!(ask(&mut house, actor(2), 1, key("b", "r", 1)).is_err());
    house.cancel(actor(1), houselights_domain::BookingId(1)).unwrap();
    let refused = ask(&mut house, actor(2), 1, key("b", "r", 1));
    assert_eq!(refused, Ok(Outcome::Replayed(Reply { status: 409, body: b"taken".to_vec() })));
    // A quote that is out of date is no answer: the same key goes through with a new one.
    let stale =
        Action::Claim { show: ShowId(1), revision: 9, seats: vec![(SeatNumber(9), Minor(0))], hold_until: None };
    let command = Command { actor: actor(4), action: stale, key: Some(key("d", "r", 1)) };
    assert_eq!(house.batch(&[command]), [Err(Refusal::ShowChanged)]);
    assert!(matches!(ask(&mut house, actor(4), 9, key("d", "r", 1)), Ok(Outcome::Done(..))));
    // In one batch the second sees the first one's answer.
    let command = || Command { actor: actor(3), action: claim(1, &[5], None), key: Some(key("c", "r", 1)) };
    let decisions = house.batch(&[command(), command()]);
    assert!(matches!(decisions[0], Ok(Outcome::Done(..))));
    assert!(matches!(decisions[1], Ok(Outcome::Replayed(..))));
    house.assert_verified().await;
}

pub async fn a_key_belongs_to_its_caller_and_route_and_to_one_request(mut house: House) {
    assert!(ask(&mut house, actor(1), 1, key("a", "r", 1)).is_ok());
    assert_eq!(ask(&mut house, actor(1), 2, key("a", "r", 2)), Err(Refusal::KeyReused));
    assert!(matches!(ask(&mut house, actor(2), 2, key("a", "r", 2)), Ok(Outcome::Done(..))));
    assert!(matches!(ask(&mut house, actor(1), 3, key("a", "other", 2)), Ok(Outcome::Done(..))));
    // The house in the fixture closes at STARTS, long before a day is over: what counts is that nothing is replayed.
    house.now = UtcMicros(house.now.0 + IDEMPOTENCY_WINDOW);
    assert_eq!(ask(&mut house, actor(1), 1, key("a", "r", 1)), Err(Refusal::SalesClosed));
}
