//! A run on the box office: no seat is sold twice, and none that is free is refused for good.

use std::collections::BTreeMap;

use houselights_testkit::{Client, House, programme::*};

async fn customers(house: &House, count: usize) -> Vec<Client> {
    let mut all = Vec::new();
    for number in 0..count {
        all.push(house.customer(&format!("guest{number}")).await);
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_fight_for_fifty_seats() {
    let house = House::open().await;
    let guests: Vec<_> = customers(&house, 64)
        .await
        .into_iter()
        .enumerate()
        .map(|(number, guest)| {
            tokio::spawn(async move {
                // Everyone tries all seats, each from another one on, until one is theirs.
                let mut refused = Vec::new();
                for step in 0..50 {
                    let seat = (number * 7 + step) % 50 + 1;
                    let answer = guest.book(STUDIO, seat).await;
                    match answer.code() {
                        201 => return (Some(answer.number("seat_number")), refused),
                        _ => refused.push(answer.no()),
                    }
                }
                (None, refused)
            })
        })
        .collect();
    let (mut owners, mut empty_handed) = (BTreeMap::new(), 0);
    for guest in guests {
        let (seat, refused) = guest.await.unwrap();
        for (status, code) in refused {
            assert!(status == 409 && (code == "seat_taken" || code == "sold_out"), "{status} {code}");
        }
        match seat {
            Some(seat) => *owners.entry(seat).or_insert(0) += 1,
            None => empty_handed += 1,
        }
    }
    assert_eq!((owners.len(), empty_handed), (50, 14));
    assert!(owners.values().all(|count| *count == 1), "{owners:?}");
    assert_eq!(house.visitor().get(&format!("/api/shows/{STUDIO}/")).await.number("available_seats"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_want_the_same_seat() {
    let house = House::open().await;
    let guests = customers(&house, 8).await;
    let asked: Vec<_> = (0..200)
        .map(|number| {
            let guest = guests[number % guests.len()].clone();
            tokio::spawn(async move { guest.book(EVENING, 5).await })
        })
        .collect();
    let mut booked = 0;
    for one in asked {
        match one.await.unwrap() {
            answer if answer.code() == 201 => booked += 1,
            answer => assert_eq!(answer.no(), (409, "seat_taken".into())),
        }
    }
    assert_eq!(booked, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn books_add_up_after_booking_and_cancelling_in_turmoil() {
    let house = House::open().await;
    let guests: Vec<_> = customers(&house, 16)
        .await
        .into_iter()
        .enumerate()
        .map(|(number, guest)| {
            tokio::spawn(async move {
                let mut mine: Vec<i64> = Vec::new();
                for step in 0..40 {
                    let seat = (number * 3 + step * 5) % 12 + 1;
                    let answer = guest.book(LOUNGE, seat).await;
                    match answer.code() {
                        201 => mine.push(answer.number("id")),
                        _ => assert_eq!(answer.no().0, 409),
                    }
                    if mine.len() > 1 || step % 7 == 6 {
                        for booking in mine.drain(..) {
                            _ = guest.cancel(booking).await.expect(200);
                        }
                    }
                }
                i64::try_from(mine.len()).unwrap()
            })
        })
        .collect();
    let mut kept = 0;
    for guest in guests {
        kept += guest.await.unwrap();
    }
    let free = house.visitor().get(&format!("/api/shows/{LOUNGE}/")).await.number("available_seats");
    assert_eq!(free, 12 - kept);
    house.verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn overlapping_orders_never_get_half() {
    let house = House::open().await;
    let asked: Vec<_> = customers(&house, 24)
        .await
        .into_iter()
        .zip(0_u32..)
        .map(|(guest, number)| {
            tokio::spawn(async move {
                let first = number % 12 + 1;
                let seats = [first, first % 12 + 1, (first + 1) % 12 + 1];
                let answer = guest.book_all(LOUNGE, &seats).await;
                let mine = guest.get("/api/my-bookings/").await.column("seat_number").len();
                (answer.code(), mine)
            })
        })
        .collect();
    let mut sold = 0;
    for one in asked {
        match one.await.unwrap() {
            (201, 3) => sold += 3,
            other => assert_eq!(other, (409, 0)),
        }
    }
    assert!(sold >= 3);
    assert_eq!(house.visitor().get(&format!("/api/shows/{LOUNGE}/")).await.number("available_seats"), 12 - sold);
}
