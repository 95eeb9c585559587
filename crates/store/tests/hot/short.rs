//! Sales on PostgreSQL that are decided without reading: everything that a lane takes for granted, and that is otherwise.

use std::{sync::Arc, time::Duration};

use houselights_domain::{Refusal, SeatNumber, UtcMicros};
use houselights_store::{
    Db, Error, Query,
    cold::turns,
    hot::{Command, IDEMPOTENCY_WINDOW, IdempotencyKey, LaneSettings, Outcome, Reply, TimeSource},
    value::Value,
};
use tokio::{sync::oneshot, task::yield_now};

use crate::{
    fixture::{House, actor, claim, lane},
    nodes::{commands, fragile, house, sold},
};

/// Who held the programme's count last: each sale that goes the short way does.
async fn holder(house: &House) -> i64 {
    house.number("SELECT CAST(CAST(xmax AS TEXT) AS BIGINT) FROM meta WHERE name = 'turn-programme'").await
}

/// Changes a show as staff do, and keeps the change open until told otherwise.
async fn change(db: &Db, show: i64, begun: oneshot::Sender<()>, until: oneshot::Receiver<()>) {
    let write = db.write(move |tx| {
        Box::pin(async move {
            turns::programme(tx).await?;
            let sql = "UPDATE shows SET total_seats = 10, revision = revision + 1 WHERE id = $1";
            tx.rows(sql, vec![Value::Int(show)]).await?;
            begun.send(()).unwrap();
            until.await.unwrap();
            Ok::<_, Error>(())
        })
    });
    write.await.unwrap();
}

/// All shows are sold until the far future.
async fn for_years(db: &Db) {
    let sql = "UPDATE shows SET sales_close_at = 4000000000000000, starts_at = 4000000000000000";
    db.write(move |tx| Box::pin(async move { tx.rows(sql, vec![]).await.map(drop) })).await.unwrap();
}

async fn change_at_once(db: &Db, show: i64) {
    let ((begun, _has_begun), (end, until)) = (oneshot::channel(), oneshot::channel());
    end.send(()).unwrap();
    change(db, show, begun, until).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn once_a_show_is_known_its_seats_are_sold_without_reading() {
    let (mut house, _database) = house().await;
    let before = holder(&house).await;
    house.buy(1, 1, &[1]).unwrap();
    let known = holder(&house).await;
    assert_eq!(known, before, "nothing is known of the first");
    house.buy(1, 1, &[2, 3]).unwrap();
    let held = holder(&house).await;
    assert_ne!(held, known);
    let (order, _) = house.hold(2, 1, &[4, 5], 5_000).unwrap();
    assert_ne!(holder(&house).await, held);
    house.confirm(actor(2), order.id).unwrap();
    // Within a batch one of two gets the seat, and the other's "no" is as good as the batch.
    let batch = commands(3, 1, &[7, 7, 8]);
    let decisions: Vec<_> = house.batch(&batch).into_iter().map(|decision| decision.map(drop)).collect();
    assert_eq!(decisions, [Ok(()), Err(Refusal::SeatTaken(vec![SeatNumber(7)])), Ok(())]);
    assert_eq!(house.buy(3, 1, &[2, 9]), Err(Refusal::SeatTaken(vec![SeatNumber(2)])));
    house.assert_verified().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seat_that_somebody_else_has_sold_is_refused_and_others_of_the_batch_are_not() {
    let (mut house, _database) = house().await;
    let mut other = lane(&house.db).await;
    for round in 0..20 {
        let seats = [round * 8 + 1, round * 8 + 2, round * 8 + 3];
        house.buy(1, 1, &seats[..1]).unwrap();
        assert_eq!(sold(&other.apply(&commands(2, 1, &seats[1..2]), house.now).await), 1);
        let applied = house.apply(&commands(1, 1, &seats[1..]));
        assert_eq!(sold(&applied), 1);
        assert_eq!(applied.decisions[0].as_ref().unwrap(), &Err(Refusal::SeatTaken(vec![SeatNumber(seats[1])])));
    }
    house.assert_verified().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_with_a_key_is_sold_without_reading_and_its_repetition_is_answered_again() {
    let (mut house, _database) = house().await;
    for_years(&house.db).await;
    let with_key = |key: &str, seat: u32| Command {
        actor: actor(1),
        action: claim(1, &[seat], None),
        key: Some(IdempotencyKey {
            route: "r".into(),
            key: key.into(),
            fingerprint: vec![1],
            record: Arc::new(|_| Reply { status: 201, body: b"first".to_vec() }),
        }),
    };
    house.buy(1, 1, &[1]).unwrap();
    let known = holder(&house).await;
    let sold = house.batch(&[with_key("a", 2), with_key("b", 3), with_key("a", 2)]);
    assert_ne!(holder(&house).await, known, "it went the short way");
    assert!(matches!(sold[..2], [Ok(Outcome::Done(..)), Ok(Outcome::Done(..))]), "{sold:?}");
    let mut other = lane(&house.db).await;
    assert_eq!(self::sold(&other.apply(&commands(2, 1, &[4]), house.now).await), 1);
    let again = other.apply(&[with_key("b", 5)], house.now).await.decisions.pop().unwrap().unwrap();
    let reply = Reply { status: 201, body: b"first".to_vec() };
    for replayed in [&sold[2], &again] {
        assert!(matches!(replayed, Ok(Outcome::Replayed(told)) if *told == reply), "{replayed:?}");
    }
    assert_eq!(house.number("SELECT count(*) FROM bookings").await, 4);
    // A day later the key is as good as new, and what was kept of it gives way.
    house.now = house.now.plus(IDEMPOTENCY_WINDOW + 1);
    let later = holder(&house).await;
    assert!(matches!(house.batch(&[with_key("b", 6)])[..], [Ok(Outcome::Done(..))]));
    assert_ne!(holder(&house).await, later);
    house.assert_verified().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_show_that_staff_have_changed_is_sold_by_its_new_rules() {
    let (mut house, _database) = house().await;
    for show in 1..=5 {
        house.buy(1, show, &[1]).unwrap();
        house.buy(1, show, &[2]).unwrap();
        change_at_once(&house.db, show).await;
        assert_eq!(house.buy(1, show, &[150]), Err(Refusal::ShowChanged));
    }
    house.assert_verified().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_show_that_staff_are_changing_is_waited_for_and_others_are_sold() {
    let (mut house, _database) = house().await;
    house.buy(1, 1, &[1]).unwrap();
    house.buy(1, 2, &[1]).unwrap();
    let ((begun, has_begun), (end, until)) = (oneshot::channel(), oneshot::channel());
    let db = house.db.clone();
    let changing = tokio::spawn(async move { change(&db, 1, begun, until).await });
    has_begun.await.unwrap();
    house.buy(1, 2, &[2]).unwrap();
    let mut other = lane(&house.db).await;
    let waiting = tokio::spawn(async move { other.apply(&commands(2, 1, &[150]), UtcMicros(1_000)).await });
    let locks = "SELECT count(*) FROM pg_locks WHERE NOT granted";
    while house.number(locks).await == 0 {
        yield_now().await;
    }
    assert!(!waiting.is_finished());
    end.send(()).unwrap();
    changing.await.unwrap();
    assert_eq!(waiting.await.unwrap().decisions[0].as_ref().unwrap(), &Err(Refusal::ShowChanged));
    house.assert_verified().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wherever_the_connection_breaks_a_sale_is_carried_out_once() {
    let (house, database) = house().await;
    let (proxy, db) = fragile(&database, Duration::from_mins(1)).await;
    let mut lane = lane(&db).await;
    let mut breaks = 0;
    for after in 1..=20 {
        let seat = u32::try_from(after).unwrap();
        // A new connection knows nothing yet.
        assert_eq!(sold(&lane.apply(&commands(1, 1, &[seat]), UtcMicros(1_000)).await), 1);
        proxy.break_after(after, false);
        let applied = lane.apply(&commands(1, 1, &[100 + seat, 120 + seat]), UtcMicros(1_000)).await;
        let broke = proxy.has_broken();
        proxy.mend();
        assert_eq!(sold(&applied), 2, "after {after}");
        if !broke {
            break;
        }
        breaks += 1;
    }
    assert!((2..8).contains(&breaks), "a sale of this kind takes few messages, not {breaks}");
    house.assert_verified().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_changes_the_programme_gets_a_turn_between_sales() {
    let (house, _database) = house().await;
    for_years(&house.db).await;
    let settings = LaneSettings { count: 3, time: TimeSource::Database };
    let (done, over) = tokio::sync::watch::channel(false);
    let mut selling = Vec::new();
    for (mut lane, first) in house.db.lanes(settings).await.unwrap().into_iter().zip([1_u32, 61, 121]) {
        let over = over.clone();
        selling.push(tokio::spawn(async move {
            let mut all = 0;
            for seat in (first..first + 60).cycle().take(3_000) {
                let show = i64::try_from(all / 60).unwrap() % 20 + 2;
                all += sold(&lane.apply(&commands(1, show, &[seat]), UtcMicros(1_000)).await);
                if *over.borrow() {
                    break;
                }
            }
            all
        }));
    }
    for _ in 0..3 {
        change_at_once(&house.db, 1).await;
    }
    done.send(true).unwrap();
    for lane in selling {
        assert!(lane.await.unwrap() > 0);
    }
    house.assert_verified().await;
}
