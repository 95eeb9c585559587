use houselights_domain::{
    OrderId, SeatNumber, UserId,
    draft::{CinemaDraft, MovieDraft, ScreenDraft, ShowDraft},
    money::Minor,
};
use houselights_store::{
    Access, Db, SqliteOptions,
    hot::{Action, Actor, Command, Outcome},
};

use super::*;
use crate::{
    App, Settings,
    accounts::{AccountSettings, Accounts, SigningKeys},
    clock::FakeClock,
    entropy::CountingEntropy,
    occupancy::SeatState,
};

const NOW: UtcMicros = UtcMicros(1_796_083_200 * UtcMicros::SECOND); // 2026-12-01
const SHOW: ShowId = ShowId(1);
const SEATS: u32 = 10;

struct House {
    app: Arc<App>,
    clock: Arc<FakeClock>,
    _folder: tempfile::TempDir,
}

/// A house with one show of ten seats.
async fn house() -> House {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteOptions { folder: folder.path().to_owned(), readers: 2 };
    let db = Db::open_sqlite(options, Access::Serve).await.unwrap();
    let clock = Arc::new(FakeClock::at(NOW));
    let (entropy, keys) =
        (Arc::new(CountingEntropy::default()), SigningKeys::from_secret(&"secret ".repeat(6)).unwrap());
    let accounts = Accounts::open(db.clone(), clock.clone(), entropy, keys, AccountSettings::default()).await.unwrap();
    let app = App::start(db, accounts, Settings::default(), clock.clone()).await.unwrap();
    let screen =
        ScreenDraft { key: "1".into(), name: "One".into(), cleaning_minutes: None, layout: None, seats: Some(10) };
    let (key, name, timezone, currency) = ("rex".into(), "Rex".into(), "Europe/London".into(), "GBP".into());
    app.office.add_cinema(CinemaDraft { key, name, timezone, currency, screens: vec![screen] }).await.unwrap();
    let movie = MovieDraft { title: "Sunrise".into(), duration_minutes: 94, ..MovieDraft::default() };
    let movie = app.office.add_movie(movie).await.unwrap().key;
    let (screen, starts_at) = ("rex/1".into(), "2027-01-01T19:30".into());
    app.office.add_show(ShowDraft { movie, screen, starts_at, ..ShowDraft::default() }).await.unwrap();
    House { app, clock, _folder: folder }
}

impl House {
    async fn submit(&self, action: Action) -> OrderId {
        let command = Command { actor: Actor { user: UserId(1), staff: false }, action, key: None };
        match self.app.bookings.engine.submit(command).await.unwrap().unwrap() {
            Outcome::Done(order, _) => order.id,
            Outcome::Replayed(_) => panic!("nothing was sent twice"),
        }
    }

    async fn hold(&self, seats: &[u32], until: UtcMicros) -> OrderId {
        let seats = seats.iter().map(|seat| (SeatNumber(*seat), Minor(0))).collect();
        self.submit(Action::Claim { show: SHOW, revision: 1, seats, hold_until: Some(until) }).await
    }

    async fn state(&self, seat: u32) -> SeatState {
        self.app.seat_maps.map(SHOW, SEATS).await.unwrap().state(SeatNumber(seat))
    }

    async fn position(&self) -> Position {
        self.app.seat_maps.position(SHOW).await.unwrap()
    }
}

/// The next change that a watcher hears: which seats turned to a state.
async fn turned(watcher: &mut Watcher, to: SeatState) -> Vec<u32> {
    loop {
        match std::future::poll_fn(|context| watcher.poll_told(context)).await {
            Some(Told::Changed(event)) => return event.turned(to).map(|seat| seat.0).collect(),
            Some(Told::Beat) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_hold_is_told_and_runs_out_by_the_clock_without_a_write() {
    let house = house().await;
    let mut watcher = house.app.seat_maps.watch(SHOW, None).await.unwrap();
    _ = house.hold(&[5, 6], NOW.plus(10 * UtcMicros::MINUTE)).await;
    assert_eq!(turned(&mut watcher, SeatState::Held).await, [5, 6]);
    let here = house.position().await;
    house.clock.advance(10 * UtcMicros::MINUTE - 1);
    house.app.seat_maps.turn();
    assert_eq!((house.state(5).await, house.position().await), (SeatState::Held, here));
    house.clock.advance(1);
    house.app.seat_maps.turn();
    assert_eq!(turned(&mut watcher, SeatState::Free).await, [5, 6]);
    assert_eq!(house.state(5).await, SeatState::Free);
    assert_ne!(house.position().await, here);
}

#[tokio::test]
async fn a_map_knows_that_a_hold_has_run_out_though_nobody_watches() {
    let house = house().await;
    _ = house.hold(&[5], NOW.plus(UtcMicros::MINUTE)).await;
    let here = house.position().await;
    assert_eq!(house.state(5).await, SeatState::Held);
    house.clock.advance(UtcMicros::MINUTE);
    assert_ne!(house.position().await, here);
    let map = house.app.seat_maps.map(SHOW, SEATS).await.unwrap();
    assert_eq!((map.state(SeatNumber(5)), map.taken), (SeatState::Free, 0));
    let turned = house.app.seat_maps.turned_since(SHOW, here).await.unwrap().unwrap();
    assert_eq!(turned.seats, [(SeatNumber(5), SeatState::Free)]);
}

#[tokio::test]
async fn a_hold_that_is_confirmed_is_taken_and_stays_so() {
    let house = house().await;
    let mut watcher = house.app.seat_maps.watch(SHOW, None).await.unwrap();
    let order = house.hold(&[5], NOW.plus(UtcMicros::MINUTE)).await;
    assert_eq!(turned(&mut watcher, SeatState::Held).await, [5]);
    _ = house.submit(Action::Confirm(order)).await;
    assert_eq!(turned(&mut watcher, SeatState::Sold).await, [5]);
    house.clock.advance(UtcMicros::MINUTE);
    house.app.seat_maps.turn();
    assert_eq!(house.state(5).await, SeatState::Sold);
}

#[tokio::test]
async fn a_room_that_nobody_needs_is_closed_and_one_that_is_watched_is_not() {
    let house = house().await;
    let watcher = house.app.seat_maps.watch(SHOW, None).await.unwrap();
    let here = house.position().await;
    house.clock.advance(KEPT + 1);
    house.app.seat_maps.turn();
    assert_eq!(house.position().await, here, "someone watches");
    drop(watcher);
    house.app.seat_maps.turn();
    assert_eq!(house.position().await, here, "someone may come back");
    house.clock.advance(KEPT + 1);
    house.app.seat_maps.turn();
    assert!(house.app.seat_maps.rooms.by_show.lock().is_empty());
    assert_ne!(house.position().await, here, "another room counts anew");
    let mut back = house.app.seat_maps.watch(SHOW, Some(here)).await.unwrap();
    let told = std::future::poll_fn(|context| back.poll_told(context)).await;
    assert!(matches!(told, Some(Told::Reset(_))), "{told:?}");
}
