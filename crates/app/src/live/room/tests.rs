use std::task::Waker;

use super::*;

fn room() -> Arc<Room> {
    Arc::new(Room::new(ShowId(1), 7, Handle::current(), Arc::default()))
}

/// Notes changes as one event, without the task that would tell it.
fn put(room: &Room, changes: &[(u32, SeatState)]) {
    for (seat, state) in changes {
        _ = room.note(SeatNumber(*seat), *state);
    }
    assert!(room.put_down());
}

fn hear(watcher: &mut Watcher) -> Option<Told> {
    match watcher.poll_told(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(told) => Some(told.expect("the house is open")),
        Poll::Pending => None,
    }
}

/// What a watcher hears next: the seats by state, or a word.
fn heard(watcher: &mut Watcher) -> String {
    match hear(watcher) {
        None => "nothing".into(),
        Some(Told::Beat) => "beat".into(),
        Some(Told::Reset(position)) => format!("reset to {position}"),
        Some(Told::Changed(event)) => {
            let of = |state| event.turned(state).map(|seat| seat.0).collect::<Vec<_>>();
            let (sold, held, free) = (of(SeatState::Sold), of(SeatState::Held), of(SeatState::Free));
            format!("{}: sold {sold:?} held {held:?} free {free:?}", event.position())
        }
    }
}

#[tokio::test]
async fn what_happens_at_once_is_one_event_that_says_how_seats_are() {
    let room = room();
    let mut watcher = room.join(None);
    assert_eq!(heard(&mut watcher), "nothing");
    put(&room, &[(5, SeatState::Held), (6, SeatState::Sold), (5, SeatState::Sold), (7, SeatState::Held)]);
    assert_eq!(heard(&mut watcher), "7-4: sold [5, 6] held [7] free []");
    assert_eq!(heard(&mut watcher), "nothing");
    assert!(!room.put_down(), "there is nothing left to tell");
}

#[tokio::test]
async fn who_is_slow_hears_several_events_as_one_and_shares_it() {
    let room = room();
    let (mut slow, mut slower, mut quick) = (room.join(None), room.join(None), room.join(None));
    put(&room, &[(5, SeatState::Sold)]);
    assert_eq!(heard(&mut quick), "7-1: sold [5] held [] free []");
    put(&room, &[(6, SeatState::Sold)]);
    put(&room, &[(5, SeatState::Free)]);
    let merged = [&mut slow, &mut slower].map(|watcher| match hear(watcher) {
        Some(Told::Changed(event)) => event,
        other => panic!("{other:?}"),
    });
    assert!(Arc::ptr_eq(&merged[0], &merged[1]));
    assert_eq!(merged[0].turned(SeatState::Free).collect::<Vec<_>>(), [SeatNumber(5)]);
    assert_eq!(heard(&mut quick), "7-3: sold [6] held [] free [5]");
    let made = merged[0].rendered(|_| Bytes::from_static(b"first"));
    assert_eq!(merged[1].rendered(|_| Bytes::from_static(b"second")), made);
}

#[tokio::test]
async fn who_comes_back_hears_what_was_missed_and_from_an_unknown_place_is_sent_to_the_map() {
    let room = room();
    put(&room, &[(5, SeatState::Sold)]);
    let here = room.position();
    put(&room, &[(6, SeatState::Sold)]);
    assert_eq!(heard(&mut room.join(Some(here))), "7-2: sold [6] held [] free []");
    assert_eq!(heard(&mut room.join(Some(room.position()))), "nothing");
    for unknown in [Position { room: 8, count: 1 }, Position { room: 7, count: 3 }, Position::UNKNOWN] {
        let mut back = room.join(Some(unknown));
        assert_eq!(back.position(), None);
        assert_eq!(heard(&mut back), "reset to 7-2", "{unknown}");
        assert_eq!(heard(&mut back), "nothing");
    }
    assert_eq!(room.turned_since(here), Some([SeatNumber(6)].into()));
    assert_eq!(room.turned_since(Position { room: 8, count: 1 }), None);
}

#[tokio::test]
async fn what_is_not_told_yet_is_no_news_to_who_has_seen_it_on_the_map() {
    let room = room();
    _ = room.note(SeatNumber(5), SeatState::Sold);
    let seen = room.position();
    let mut watcher = room.join(Some(seen));
    assert!(room.put_down());
    assert_eq!(heard(&mut watcher), "nothing");
    _ = room.note(SeatNumber(6), SeatState::Sold);
    assert_eq!(room.turned_since(seen), Some([SeatNumber(6)].into()), "the map knows it before it is told");
    assert_eq!(room.turned_since(room.position()), Some(BTreeSet::new()));
}

#[tokio::test]
async fn the_ring_is_bounded_and_who_falls_out_of_it_is_sent_to_the_map() {
    let room = room();
    let (start, mut watcher) = (room.position(), room.join(None));
    for seat in 0..MOST_EVENTS {
        put(&room, &[(u32::try_from(seat).unwrap(), SeatState::Sold)]);
    }
    assert!(room.turned_since(start).is_some());
    put(&room, &[(1, SeatState::Free)]);
    assert_eq!(room.turned_since(start), None);
    assert_eq!(heard(&mut watcher), format!("reset to 7-{}", MOST_EVENTS + 1));
    let many: Vec<_> = (0..20_000).map(|seat| (seat, SeatState::Sold)).collect();
    for _ in 0..3 {
        put(&room, &many);
    }
    assert_eq!(room.inner.lock().ring.len(), 1, "the newest event stays however large it is");
    put(&room, &[(1, SeatState::Free)]);
    assert_eq!(heard(&mut watcher), format!("reset to 7-{}", MOST_EVENTS + 2 + 60_000));
}

#[tokio::test]
async fn each_watcher_hears_one_beat_in_a_turn_of_the_wheel() {
    let room = room();
    let mut watchers: Vec<Watcher> = (0..SPOKES * 2 + 3).map(|_| room.join(None)).collect();
    room.beat(3);
    let beaten: Vec<usize> = (0..watchers.len()).filter(|index| heard(&mut watchers[*index]) == "beat").collect();
    assert_eq!(beaten, [3, SPOKES + 3]);
    for spoke in 0..SPOKES {
        room.beat(spoke);
    }
    assert!(watchers.iter_mut().all(|watcher| heard(watcher) == "beat" && heard(watcher) == "nothing"));
}

#[tokio::test]
async fn who_leaves_is_forgotten_and_a_closed_room_says_so() {
    let room = room();
    let (mut stays, leaves) = (room.join(None), room.join(None));
    drop(leaves);
    assert_eq!(room.inner.lock().watchers.len(), 1);
    room.close();
    let told = stays.poll_told(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(told, Poll::Ready(None)));
    drop(stays);
    assert!(room.is_empty());
}

#[tokio::test]
async fn everyone_is_woken_slice_by_slice() {
    let room = room();
    let watchers: Vec<Watcher> = (0..=SLICE * 2).map(|_| room.join(None)).collect();
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    for mut watcher in watchers {
        let told = told.clone();
        tokio::spawn(async move {
            let news = std::future::poll_fn(|context| watcher.poll_told(context)).await;
            told.send(matches!(news, Some(Told::Changed(_)))).unwrap();
        });
    }
    tokio::task::yield_now().await;
    assert!(room.note(SeatNumber(5), SeatState::Sold));
    room.tell();
    for _ in 0..=SLICE * 2 {
        assert_eq!(heard.recv().await, Some(true));
    }
}
