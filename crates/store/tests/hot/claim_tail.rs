//! Claims that are merged into the embedded database's table later.

use houselights_domain::{Refusal, SeatNumber, ShowId, UtcMicros};
use houselights_store::{Access, Db, SqliteOptions, cold::shows, hot::Lane};

use crate::fixture::{House, SEATS, actor};

async fn house(folder: &std::path::Path) -> House {
    House::on(crate::kit::sqlite(folder).await).await
}

fn tidy(house: &mut House) -> bool {
    match &mut house.lane {
        Lane::Blocking(lane) => lane.tidy().unwrap(),
        Lane::Waiting(_) => panic!("only an embedded database puts this off"),
    }
}

/// Every seat of a show, in orders of ten.
fn sell_out(house: &mut House, show: i64) {
    for first in (1..=SEATS).step_by(10) {
        let seats: Vec<u32> = (first..first + 10).collect();
        house.buy(1, show, &seats).unwrap();
    }
}

/// Who owns what, as caches read it.
async fn owned(db: &Db, show: i64) -> Vec<(u32, i64, i64)> {
    let owned = db.owned_seats(vec![ShowId(show)]).await.unwrap().pop().unwrap();
    owned.seats.iter().map(|seat| (seat.seat.0, seat.version, seat.deadline.0)).collect()
}

async fn merged(house: &House) -> i64 {
    house.number("SELECT count(*) FROM claims").await
}

/// What a transaction that changes the programme is told.
async fn live(house: &House, show: i64) -> i64 {
    let now = house.now;
    let asked = house.db.write(move |tx| Box::pin(async move { shows::live_tickets(tx, ShowId(show), now).await }));
    asked.await.unwrap()
}

const SOLD: i64 = i64::MAX;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seat_is_refused_before_during_and_after_the_merge_and_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut house = house(folder.path()).await;
    for show in 1..=12 {
        sell_out(&mut house, show);
    }
    let sold: Vec<_> = (1..=SEATS).map(|seat| (seat, 1, SOLD)).collect();
    let taken = |house: &mut House| {
        for show in [1, 12] {
            assert_eq!(house.buy(2, show, &[7]), Err(Refusal::SeatTaken(vec![SeatNumber(7)])));
        }
    };
    assert_eq!(merged(&house).await, 0, "nothing is written where it lies");
    taken(&mut house);
    assert_eq!(owned(&house.db, 12).await, sold);
    assert!(tidy(&mut house), "one slice of two");
    assert_eq!(merged(&house).await, 2_000);
    taken(&mut house);
    assert_eq!(owned(&house.db, 12).await, sold);
    drop(house);
    let mut house = self::house(folder.path()).await;
    taken(&mut house);
    assert_eq!(owned(&house.db, 12).await, sold);
    while tidy(&mut house) {}
    assert_eq!(merged(&house).await, 12 * i64::from(SEATS));
    taken(&mut house);
    assert_eq!(owned(&house.db, 12).await, sold);
    house.assert_verified().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_moves_during_a_merge_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut house = house(folder.path()).await;
    let first = house.buy(1, 1, &[1]).unwrap().1.remove(0);
    for show in 2..=13 {
        sell_out(&mut house, show);
    }
    let last = house.buy(1, 13 + 1, &[1]).unwrap().1.remove(0);
    assert!(tidy(&mut house), "the first is in the table, the last is not");
    for booking in [first, last] {
        house.cancel(actor(1), booking.id).unwrap();
        house.buy(2, booking.show.0, &[1]).unwrap();
        let again = house.buy(2, booking.show.0, &[2]).unwrap().1.remove(0);
        house.cancel(actor(2), again.id).unwrap();
    }
    let now = [(1, 3, SOLD), (2, 2, 0)];
    let both = async |house: &House| (owned(&house.db, 1).await, owned(&house.db, 14).await);
    assert_eq!(both(&house).await, (now.to_vec(), now.to_vec()));
    house.assert_verified().await;
    // Whoever asks the table in between has it brought further than the merge will.
    assert_eq!(live(&house, 14).await, 1);
    while tidy(&mut house) {}
    assert_eq!(both(&house).await, (now.to_vec(), now.to_vec()));
    house.assert_verified().await;
    drop(house);
    let house = self::house(folder.path()).await;
    assert_eq!(both(&house).await, (now.to_vec(), now.to_vec()));
    assert_eq!((live(&house, 1).await, live(&house, 14).await), (1, 1));
    house.assert_verified().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_keeps_its_deadline_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut house = house(folder.path()).await;
    house.hold(1, 1, &[1], 5_000).unwrap();
    drop(house);
    let mut house = self::house(folder.path()).await;
    assert_eq!(owned(&house.db, 1).await, [(1, 1, 5_000)]);
    assert_eq!(house.buy(2, 1, &[1]), Err(Refusal::SeatTaken(vec![SeatNumber(1)])));
    house.now = UtcMicros(5_000);
    house.buy(2, 1, &[1]).unwrap();
    assert_eq!(owned(&house.db, 1).await, [(1, 3, SOLD)]);
    house.assert_verified().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_process_that_asks_the_table_is_told_the_truth() {
    let folder = tempfile::tempdir().unwrap();
    let mut house = house(folder.path()).await;
    let booking = house.buy(1, 1, &[1, 2]).unwrap().1.remove(0);
    // Opened beside the server, it has read the tail as it was.
    let options = SqliteOptions { folder: folder.path().to_owned(), readers: 1 };
    let other = Db::open_sqlite(options, Access::Maintain).await.unwrap();
    house.cancel(actor(1), booking.id).unwrap();
    house.buy(1, 2, &[1]).unwrap();
    for (show, count) in [(1, 1), (2, 1), (3, 0)] {
        let now = house.now;
        let asked = other.write(move |tx| Box::pin(async move { shows::live_tickets(tx, ShowId(show), now).await }));
        assert_eq!(asked.await.unwrap(), count, "show {show}");
    }
    // It has merged for the server, which goes on from there.
    assert_eq!(merged(&house).await, 3);
    house.buy(3, 1, &[1]).unwrap();
    assert_eq!(owned(&house.db, 1).await, [(1, 3, SOLD), (2, 1, SOLD)]);
    house.assert_verified().await;
}
