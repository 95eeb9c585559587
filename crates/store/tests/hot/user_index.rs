use houselights_domain::{BookingId, UserId, booking::Booking};
use houselights_store::{Access, Db, SqliteOptions, hot::Command};

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

pub async fn a_user_sees_bookings_merged_or_not_newest_first(mut house: House) {
    for show in 1..=12 {
        sell_out(&mut house, show, 7);
    }
    let before = of(&house.db, 3, None, 1_000).await;
    assert_eq!(before.len(), 12 * 29);
    assert!(before.windows(2).all(|pair| pair[0].id > pair[1].id));
    let mut slices = 1;
    while house.lane.tidy().unwrap() {
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

pub async fn what_was_not_merged_is_there_after_a_restart(mut house: House) {
    for show in 1..=12 {
        sell_out(&mut house, show, 7);
    }
    assert!(house.lane.tidy().unwrap(), "a merge that is cut off in the middle");
    let before = of(&house.db, 3, None, 1_000).await;
    let folder = house.db.describe().rsplit_once(" in ").unwrap().1.to_owned();
    let folder = std::path::Path::new(&folder).parent().unwrap().to_owned();
    drop(house);
    let db = Db::open_sqlite(SqliteOptions { folder, readers: 2 }, Access::Serve).await.unwrap();
    let mut house = House::on(db).await;
    assert_eq!(of(&house.db, 3, None, 1_000).await, before);
    while house.lane.tidy().unwrap() {}
    assert_eq!(of(&house.db, 3, None, 1_000).await, before);
    house.buy(3, 20, &[1]).unwrap();
    assert_eq!(of(&house.db, 3, None, 1_000).await.len(), before.len() + 1);
}
