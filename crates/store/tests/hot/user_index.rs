use houselights_domain::{BookingId, Refusal, SeatNumber, UserId, booking::Booking};
use houselights_store::{
    Access, Db, SqliteOptions,
    hot::{Command, Lane},
};

use crate::fixture::{House, SEATS, actor, claim};

fn sell_out(house: &mut House, show: i64, users: i64) {
    let batch: Vec<Command> = (1..=SEATS)
        .map(|seat| Command { actor: actor(i64::from(seat) % users), action: claim(show, &[seat], None), key: None })
        .collect();
    assert!(house.batch(&batch).iter().all(Result::is_ok));
}

async fn of(db: &Db, user: i64, before: Option<i64>, limit: u32) -> Vec<Booking> {
    db.bookings_of(UserId(user), before.map(BookingId), limit).await.unwrap()
}

fn tidy(house: &mut House) -> houselights_store::Result<bool> {
    match &mut house.lane {
        Lane::Blocking(lane) => lane.tidy(),
        Lane::Waiting(_) => panic!("only an embedded database puts this off"),
    }
}

pub async fn a_user_sees_bookings_newest_first(mut house: House) {
    for show in 1..=3 {
        sell_out(&mut house, show, 7);
    }
    let all = of(&house.db, 3, None, 1_000).await;
    assert_eq!(all.len(), 3 * 29);
    assert!(all.windows(2).all(|pair| pair[0].id > pair[1].id));
    assert_eq!(of(&house.db, 3, Some(all[27].id.0), 5).await, all[28..33]);
    assert_eq!(of(&house.db, 77, None, 10).await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_sees_bookings_merged_or_not_newest_first() {
    let folder = tempfile::tempdir().unwrap();
    let mut house = House::on(crate::kit::sqlite(folder.path()).await).await;
    for show in 1..=12 {
        sell_out(&mut house, show, 7);
    }
    let before = of(&house.db, 3, None, 1_000).await;
    assert_eq!(before.len(), 12 * 29);
    assert!(before.windows(2).all(|pair| pair[0].id > pair[1].id));
    let mut slices = 1;
    while tidy(&mut house).unwrap() {
        slices += 1;
        // In the middle of a merge, and with new bookings during it, nothing is missing and nothing is there twice.
        assert_eq!(of(&house.db, 3, None, 1_000).await.len(), 12 * 29);
    }
    assert_eq!(slices, 2);
    assert_eq!(house.number("SELECT count(*) FROM user_bookings").await, 12 * 200);
    assert_eq!(of(&house.db, 3, None, 1_000).await, before);
    sell_out(&mut house, 13, 7);
    let after = of(&house.db, 3, None, 1_000).await;
    assert_eq!((after.len(), &after[29..]), (13 * 29, &before[..]));
    let page = of(&house.db, 3, Some(after[27].id.0), 5).await;
    assert_eq!(page, after[28..33]);
    assert_eq!(of(&house.db, 77, None, 10).await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_merged_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut house = House::on(crate::kit::sqlite(folder.path()).await).await;
    for show in 1..=12 {
        sell_out(&mut house, show, 7);
    }
    assert!(tidy(&mut house).unwrap(), "a merge that is cut off in the middle");
    let before = of(&house.db, 3, None, 1_000).await;
    drop(house);
    let db = crate::kit::sqlite(folder.path()).await;
    let mut house = House::on(db).await;
    assert_eq!(of(&house.db, 3, None, 1_000).await, before);
    while tidy(&mut house).unwrap() {}
    assert_eq!(of(&house.db, 3, None, 1_000).await, before);
    house.buy(3, 20, &[1]).unwrap();
    assert_eq!(of(&house.db, 3, None, 1_000).await.len(), before.len() + 1);
}

/// A commit may reach the disk and be reported as failed. Two lanes on one file stand for it: what one writes is news to
/// the other, who finds out by its next batch.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bookings_that_memory_did_not_know_of_are_seen_after_the_batch_that_runs_into_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut house = House::on(crate::kit::sqlite(folder.path()).await).await;
    let options = SqliteOptions { folder: folder.path().to_owned(), readers: 1 };
    let mut unaware = House::on(Db::open_sqlite(options, Access::Maintain).await.unwrap()).await;
    house.buy(3, 1, &[7]).unwrap();
    assert_eq!(of(&unaware.db, 3, None, 10).await, []);
    assert!(
        unaware.apply(&[Command { actor: actor(4), action: claim(1, &[7], None), key: None }]).decisions[0].is_err()
    );
    assert_eq!(unaware.run(actor(4), claim(1, &[7], None)), Err(Refusal::SeatTaken(vec![SeatNumber(7)])));
    assert_eq!(of(&unaware.db, 3, None, 10).await, of(&house.db, 3, None, 10).await);
    assert_eq!(of(&unaware.db, 3, None, 10).await.len(), 1);
}
