//! One's own bookings: newest first, in pages where that is asked for.

use houselights_testkit::{Answer, Client, House, programme::*};
use serde_json::json;

/// The address of the next page.
pub(crate) fn next(answer: &Answer) -> Option<String> {
    let (address, rest) = answer.header("link").strip_prefix('<')?.split_once('>')?;
    assert_eq!(rest, "; rel=\"next\"");
    Some(address.to_owned())
}

/// One column of all pages from an address on, and how many pages there were.
pub(crate) async fn all_pages(client: &Client, first: &str, column: &str) -> (Vec<serde_json::Value>, usize) {
    let (mut rows, mut pages, mut address) = (Vec::new(), 0, Some(first.to_owned()));
    while let Some(path) = address {
        let answer = client.get(&path).await.expect(200);
        rows.extend(answer.column(column));
        pages += 1;
        assert!(pages < 100, "the pages never end");
        address = next(&answer);
    }
    (rows, pages)
}

#[tokio::test]
async fn newest_first_and_nobody_else_s() {
    let house = House::open().await;
    let (ann, bob) = (house.customer("ann").await, house.customer("bob").await);
    assert_eq!(ann.get("/api/my-bookings/").await.expect(200).json(), json!([]));
    for seat in [3, 1, 2] {
        _ = ann.book(EVENING, seat).await.expect(201);
        _ = bob.book(TOMORROW, seat).await.expect(201);
    }
    _ = ann.book(LOUNGE, 1).await.expect(201);
    let mine = ann.get("/api/my-bookings/").await.expect(200);
    assert_eq!(mine.column("seat_number"), [1, 2, 1, 3]);
    assert_eq!(mine.column("show"), [LOUNGE, EVENING, EVENING, EVENING]);
    assert!(mine.column("user").iter().all(|user| user == 1));
    assert_eq!(next(&mine), None);
    let one = ann.get(&format!("/api/bookings/{}/", mine.column("id")[0])).await.expect(200);
    assert_eq!(one.json(), mine.json()[0]);
}

#[tokio::test]
async fn pages_hold_every_booking_once() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    _ = ann.book_all(EVENING, &[1, 2, 3, 4, 5, 6, 7]).await.expect(201);
    let whole = ann.get("/api/my-bookings/").await.column("id");
    assert_eq!(whole.len(), 7);
    for (limit, wanted) in [(1, 7), (2, 4), (3, 3), (7, 1), (500, 1)] {
        let (rows, pages) = all_pages(&ann, &format!("/api/my-bookings/?limit={limit}"), "id").await;
        assert_eq!((rows, pages), (whole.clone(), wanted), "{limit}");
    }
    for bad in ["limit=0", "limit=501", "limit=x", "limit=-1", "limit=1.5", "limit=x&limit=", "cursor=x"] {
        assert_eq!(ann.get(&format!("/api/my-bookings/?{bad}")).await.no(), (400, "invalid".into()), "{bad}");
    }
}

#[tokio::test]
async fn a_page_stays_where_it_is_when_there_are_new_bookings() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    _ = ann.book_all(EVENING, &[1, 2, 3, 4]).await.expect(201);
    let first = ann.get("/api/my-bookings/?limit=2").await;
    _ = ann.book(EVENING, 9).await.expect(201);
    let second = ann.get(&next(&first).unwrap()).await;
    assert_eq!(
        (first.column("seat_number"), second.column("seat_number")),
        (vec![4.into(), 3.into()], vec![2.into(), 1.into()])
    );
}
