//! Several lanes on one PostgreSQL, as several nodes have them, and connections that break.

use std::{sync::Arc, time::Duration};

use houselights_domain::{BookingId, Refusal, SeatNumber, ShowId, UtcMicros, order::OrderState};
use houselights_store::{
    Access, Db, Error, PostgresOptions, Query,
    hot::{Action, Applied, Command, IdempotencyKey, LaneSettings, News, Outcome, Reply, TimeSource},
};
use houselights_testpg::Database;

use crate::{
    fixture::{House, SEATS, STARTS, actor, claim, lane},
    kit,
    proxy::Proxy,
};

pub async fn house() -> (House, Database) {
    let database = kit::postgres();
    let db = kit::open(&database).await;
    (House::on(db).await, database)
}

pub fn commands(user: i64, show: i64, seats: &[u32]) -> Vec<Command> {
    seats.iter().map(|seat| Command { actor: actor(user), action: claim(show, &[*seat], None), key: None }).collect()
}

pub fn sold(applied: &Applied) -> usize {
    applied.decisions.iter().filter(|decision| decision.as_ref().unwrap().is_ok()).count()
}

/// The same numbers in another order.
fn shuffled(seats: u32, by: u32) -> Vec<u32> {
    (0..seats).map(|index| (index * by) % seats + 1).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_that_want_the_same_seats_sell_each_once() {
    let (house, _database) = house().await;
    let mut tasks = Vec::new();
    for (user, by) in [(1, 7), (2, 11), (3, 13)] {
        let mut lane = lane(&house.db).await;
        tasks.push(tokio::spawn(async move {
            let mut mine = 0;
            for show in 1..=10 {
                for seats in shuffled(SEATS, by).chunks(20) {
                    mine += sold(&lane.apply(&commands(user, show, seats), UtcMicros(1_000)).await);
                }
            }
            mine
        }));
    }
    let mut all = 0;
    for task in tasks {
        all += task.await.unwrap();
    }
    assert_eq!(all, 10 * SEATS as usize);
    house.assert_verified().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_of_several_seats_that_cross_are_all_or_none() {
    let (house, _database) = house().await;
    let mut tasks = Vec::new();
    for user in 1..=3 {
        let mut lane = lane(&house.db).await;
        tasks.push(tokio::spawn(async move {
            for show in 1..=10 {
                for first in 1..=12_u32 {
                    let first = first.wrapping_mul(u32::try_from(user).unwrap() * 5) % 12 + 1;
                    let action = claim(show, &[first, first + 1, first + 3], None);
                    let batch = vec![Command { actor: actor(user), action, key: None }];
                    if let Ok(Outcome::Done(_, bookings)) =
                        lane.apply(&batch, UtcMicros(1_000)).await.decisions.remove(0).unwrap()
                        && first % 2 == 0
                    {
                        let action = Action::Cancel(bookings[1].id);
                        let back = [Command { actor: actor(user), action, key: None }];
                        let back = lane.apply(&back, UtcMicros(1_000)).await;
                        assert!(back.decisions[0].as_ref().unwrap().is_ok());
                    }
                }
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    house.assert_verified().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_the_end_of_a_hold_either_its_owner_or_the_next_one_gets_the_seat() {
    let (mut house, _database) = house().await;
    let (mut owner, mut next) = (lane(&house.db).await, lane(&house.db).await);
    for seat in 1..=40 {
        let (held, _) = house.hold(1, 1, &[seat], 5_000).unwrap();
        let confirm = [Command { actor: actor(1), action: Action::Confirm(held.id), key: None }];
        let take = commands(2, 1, &[seat]);
        let (confirmed, taken) =
            tokio::join!(owner.apply(&confirm, UtcMicros(4_999)), next.apply(&take, UtcMicros(5_000)));
        assert_eq!((sold(&confirmed) + sold(&taken)), 1, "{confirmed:?} {taken:?}");
    }
    house.assert_verified().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_show_that_staff_change_meanwhile_is_sold_under_its_old_rules_or_not_at_all() {
    let (house, _database) = house().await;
    let mut lane = lane(&house.db).await;
    for show in 1..=20_i64 {
        // Staff make the hall smaller unless somebody has a ticket; the customer wants a seat that would be gone.
        let staff = house.db.write(move |tx| {
            Box::pin(async move {
                let show = houselights_store::value::Value::Int(show);
                tx.rows("SELECT id FROM shows WHERE id = $1 FOR UPDATE", vec![show.clone()]).await?;
                let there = tx.rows("SELECT 1 FROM claims WHERE show_id = $1", vec![show.clone()]).await?;
                if there.is_empty() {
                    let sql = "UPDATE shows SET total_seats = 10, revision = revision + 1 WHERE id = $1";
                    tx.rows(sql, vec![show]).await?;
                }
                Ok::<_, Error>(there.is_empty())
            })
        });
        let batch = commands(1, show, &[150]);
        let (changed, applied) = tokio::join!(staff, lane.apply(&batch, UtcMicros(1_000)));
        assert_ne!(changed.unwrap(), sold(&applied) == 1, "show {show}");
        if sold(&applied) == 0 {
            assert_eq!(applied.decisions[0].as_ref().unwrap(), &Err(Refusal::ShowChanged));
        }
    }
    house.assert_verified().await;
}

/// A lane whose way to the database breaks.
pub async fn fragile(database: &Database, limit: Duration) -> (Proxy, Db) {
    let proxy = Proxy::before(&database.url()).await;
    let options = PostgresOptions { limit, ..PostgresOptions::at(proxy.url(&database.url())) };
    let db = Db::open_postgres(options, Access::Serve).await.unwrap();
    (proxy, db)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wherever_a_connection_breaks_a_batch_is_carried_out_once() {
    let (house, database) = house().await;
    let (proxy, db) = fragile(&database, Duration::from_mins(1)).await;
    let mut lane = lane(&db).await;
    let first = lane.apply(&commands(1, 1, &[200, 199]), UtcMicros(1_000)).await;
    assert_eq!(sold(&first), 2);
    let (mut breaks, mut after) = (0, 1);
    for seat in 1..=150_u32 {
        let Ok(Outcome::Done(_, given)) = first_decision(lane.apply(&commands(1, 2, &[seat]), UtcMicros(1_000)).await)
        else {
            panic!("seat {seat} of an empty show")
        };
        let key = IdempotencyKey {
            key: format!("k{seat}"),
            route: "r".into(),
            fingerprint: vec![1],
            record: Arc::new(|_| Reply { status: 201, body: b"first".to_vec() }),
        };
        let batch = [
            Command { actor: actor(2), action: claim(1, &[seat], None), key: Some(key) },
            Command { actor: actor(1), action: Action::Cancel(given[0].id), key: None },
            Command { actor: actor(3), action: claim(1, &[seat], None), key: None },
        ];
        proxy.break_after(after, false);
        let applied = lane.apply(&batch, UtcMicros(1_000)).await;
        let broke = proxy.has_broken();
        proxy.mend();
        let decisions: Vec<_> = applied.decisions.into_iter().map(Result::unwrap).collect();
        assert!(matches!(decisions[0], Ok(Outcome::Done(..))), "{after}: {decisions:?}");
        assert!(matches!(decisions[1], Ok(Outcome::Done(..))), "{after}: {decisions:?}");
        assert_eq!(decisions[2], Err(Refusal::SeatTaken(vec![SeatNumber(seat)])));
        breaks += u32::from(broke);
        after += 1;
        if !broke {
            break;
        }
    }
    assert!(breaks > 30, "a batch of this kind takes more messages than {breaks}");
    house.assert_verified().await;
}

fn first_decision(applied: Applied) -> houselights_store::hot::Decision {
    applied.decisions.into_iter().next().unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_not_be_found_out_in_time_is_said_to_be_unknown_and_what_was_not_sent_is_not() {
    let (house, database) = house().await;
    let (proxy, db) = fragile(&database, Duration::from_millis(200)).await;
    let mut lane = lane(&db).await;
    let (mut unknown, mut unavailable) = (0, 0);
    for seat in 1..=60_u32 {
        proxy.break_after(i64::from(seat), true);
        let applied = lane.apply(&commands(1, 1, &[seat]), UtcMicros(1_000)).await;
        let broke = proxy.has_broken();
        proxy.mend();
        let there = house.number("SELECT count(*) FROM bookings WHERE show_id = 1").await;
        match &applied.decisions[0] {
            Ok(decision) => {
                assert!(decision.is_ok() && !broke);
                break;
            }
            Err(Error::Unknown(_)) => unknown += 1,
            Err(Error::Unavailable(_)) => {
                unavailable += 1;
                let seat = house.db.rows("SELECT 1 FROM claims WHERE seat_number = $1", vec![i64::from(seat).into()]);
                assert!(seat.await.unwrap().is_empty(), "it was said to have had no effect");
            }
            Err(error) => panic!("{error}"),
        }
        assert!(there <= unknown);
        // Once the way is free again the lane is back, in as short a time as this machine allows today.
        while lane.apply(&commands(1, 3, &[seat]), UtcMicros(1_000)).await.decisions[0].is_err() {}
    }
    assert!(unknown > 5 && unavailable > 5, "{unknown} unknown, {unavailable} unavailable");
    house.assert_verified().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lane_that_was_taken_over_goes_on_in_another_and_forks_nothing() {
    let (mut house, _database) = house().await;
    house.buy(1, 1, &[1]).unwrap();
    // As if this node had been stopped for so long that another one took its lane.
    let sql = "UPDATE lanes SET epoch = epoch + 1";
    house.db.write(move |tx| Box::pin(async move { tx.rows(sql, vec![]).await.map(drop) })).await.unwrap();
    house.buy(2, 1, &[2]).unwrap();
    assert_eq!(house.buy(2, 1, &[1]), Err(Refusal::SeatTaken(vec![SeatNumber(1)])));
    assert_eq!(house.number("SELECT count(DISTINCT lane) FROM ledger").await, 2);
    house.assert_verified().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_node_sells_is_news_and_what_this_one_sells_is_not() {
    let (mut house, database) = house().await;
    let other = kit::open(&database).await;
    let mut elsewhere = lane(&other).await;
    let mut heard = News::default();
    house.buy(1, 1, &[1]).unwrap();
    assert!(house.db.news(&mut heard).await.unwrap().is_empty());
    house.buy(1, 1, &[2]).unwrap();
    assert!(house.db.news(&mut heard).await.unwrap().is_empty());
    assert_eq!(sold(&elsewhere.apply(&commands(2, 1, &[3]), house.now).await), 1);
    let (_, mine) = house.buy(1, 1, &[4]).unwrap();
    let news = house.db.news(&mut heard).await.unwrap();
    let seats: Vec<_> = news.iter().map(|change| (change.show, change.seat, change.version)).collect();
    assert_eq!(seats, [(ShowId(1), SeatNumber(3), 1)]);
    let action = Action::Cancel(mine[0].id);
    let staff = crate::fixture::STAFF;
    assert_eq!(sold(&elsewhere.apply(&[Command { actor: staff, action, key: None }], house.now).await), 1);
    let news = house.db.news(&mut heard).await.unwrap();
    assert_eq!((news[0].seat, news[0].deadline, news[0].version), (SeatNumber(4), UtcMicros::BEGINNING, 2));
    assert!(house.db.news(&mut heard).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_prepared_statements_and_by_the_database_s_clock_seats_are_sold_as_well() {
    let (house, database) = house().await;
    let sql = "UPDATE shows SET sales_close_at = 4000000000000000, starts_at = 4000000000000000 WHERE id <> 2";
    house.db.write(move |tx| Box::pin(async move { tx.rows(sql, vec![]).await.map(drop) })).await.unwrap();
    let options = PostgresOptions { prepare: false, ..PostgresOptions::at(database.url()) };
    let db = Db::open_postgres(options, Access::Serve).await.unwrap();
    let settings = LaneSettings { count: 1, time: TimeSource::Database };
    let mut lane = db.lanes(settings).await.unwrap().remove(0);
    // What the caller thinks of the time does not matter.
    let applied = lane.apply(&commands(1, 1, &[1]), STARTS.plus(1)).await;
    let Ok(Outcome::Done(order, _)) = first_decision(applied) else { panic!("it is on sale") };
    assert_eq!(order.state, OrderState::Confirmed);
    assert!(order.created_at > UtcMicros(1_700_000_000_000_000));
    assert_eq!(first_decision(lane.apply(&commands(1, 2, &[1]), UtcMicros(1)).await), Err(Refusal::SalesClosed));
    let unknown = BookingId(77);
    let batch = [Command { actor: actor(1), action: Action::Cancel(unknown), key: None }];
    assert_eq!(first_decision(lane.apply(&batch, UtcMicros(1)).await), Err(Refusal::UnknownBooking(unknown)));
    house.assert_verified().await;
}
