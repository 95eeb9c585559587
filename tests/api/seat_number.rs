//! Every way of writing a seat's number, and every way of getting it wrong.

use houselights_testkit::{House, programme::*};
use serde_json::{Value, json};

#[tokio::test]
async fn a_number_may_be_written_as_text() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    for (seat, said) in [(5, json!(5)), (6, json!("6")), (7, json!(" 7 ")), (8, json!(8.0)), (9, json!("9.0"))] {
        assert_eq!(ann.book(EVENING, said.clone()).await.expect(201).number("seat_number"), seat, "{said}");
    }
}

#[tokio::test]
async fn what_is_no_seat_number_is_a_clear_400() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    let huge: Value = serde_json::from_str(&format!("1{}", "0".repeat(30))).unwrap();
    let bad = [
        json!(true),
        json!(false),
        json!(5.5),
        json!("5.5"),
        json!(""),
        json!("  "),
        json!("five"),
        json!("5; DROP"),
        Value::Null,
        json!(0),
        json!("0"),
        json!(-1),
        json!("-1"),
        huge.clone(),
        json!(format!("1{}", "0".repeat(30))),
        json!(1e300),
        json!(4_294_967_296_i64),
        json!([]),
        json!([5]),
        json!({}),
        json!({"a": 5}),
    ];
    for seat in bad {
        let answer = ann.book(EVENING, seat.clone()).await;
        assert_eq!(answer.no(), (400, "invalid".into()), "{seat}");
        assert!(answer.field("errors")["seat_number"].is_array(), "{seat}");
    }
    for text in ["{\"seat_number\": 1e999}", "{\"seat_number\": NaN}", "{\"seat_number\": 05}"] {
        assert_eq!(ann.post_text("/api/shows/1/book/", text).await.no(), (400, "parse_error".into()), "{text}");
    }
    assert_eq!(ann.post("/api/shows/1/book/", json!({})).await.no(), (400, "invalid".into()));
    for seat in [121, 2_000_000_000] {
        assert_eq!(ann.book(EVENING, seat).await.no(), (400, "not_a_seat".into()), "{seat}");
    }
    assert_eq!(ann.get("/api/my-bookings/").await.json(), json!([]));
}

#[tokio::test]
async fn lists_of_seats_are_read_as_strictly() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    let book = async |seats: Value| ann.post("/api/shows/1/book/", json!({ "seat_numbers": seats })).await;
    for seats in [json!([]), json!(5), json!("5"), Value::Null, json!({}), json!([true]), json!([5, 0]), json!([[5]])] {
        let answer = book(seats.clone()).await;
        assert_eq!(answer.no(), (400, "invalid".into()), "{seats}");
        assert!(answer.field("errors")["seat_numbers"].is_array(), "{seats}");
    }
    assert_eq!(book(json!([5, 121])).await.no(), (400, "not_a_seat".into()));
    assert_eq!(book(json!([5, "5"])).await.no(), (400, "double_seat".into()));
    assert_eq!(book(json!((1..=11).collect::<Vec<_>>())).await.no(), (400, "too_many_seats".into()));
    let both = ann.post("/api/shows/1/book/", json!({"seat_number": 5, "seat_numbers": [6]})).await;
    assert_eq!(both.no(), (400, "invalid".into()));
    assert_eq!(ann.get("/api/my-bookings/").await.json(), json!([]));
}

#[tokio::test]
async fn forms_say_the_same() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    let path = "/api/shows/1/book/";
    assert_eq!(ann.post_form(path, &[("seat_number", "5")]).await.expect(201).number("seat_number"), 5);
    assert_eq!(ann.post_multipart(path, &[("seat_number", "6")]).await.expect(201).number("seat_number"), 6);
    let several = ann.post_form(path, &[("seat_numbers", "7"), ("seat_numbers", "8")]).await.expect(201);
    assert_eq!(several.field("bookings").as_array().unwrap().len(), 2);
    for bad in ["", "x", "true", "5.5", "0", "-1", "1000000000000000000000000000000"] {
        assert_eq!(ann.post_form(path, &[("seat_number", bad)]).await.no(), (400, "invalid".into()), "{bad}");
        assert_eq!(ann.post_multipart(path, &[("seat_number", bad)]).await.no(), (400, "invalid".into()), "{bad}");
    }
    assert_eq!(ann.post_form(path, &[("seat_number", "121")]).await.no(), (400, "not_a_seat".into()));
}
