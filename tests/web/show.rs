//! The show's page: the hall as it stands, and its form.

use houselights_domain::UtcMicros;
use houselights_testkit::{Answer, Client, House, PASSWORD, programme::*};

const SHOW: &str = "/shows/1/";

/// A visitor with a browser of their own.
fn browser(house: &House) -> Client {
    house.visitor().with("accept", "text/html")
}

/// The browser after an answer that has set its cookies.
fn keeping(browser: &Client, answer: &Answer) -> Client {
    let cookies: Vec<&str> = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .filter_map(|line| line.to_str().unwrap().split(';').next())
        .collect();
    browser.with("cookie", &cookies.join("; "))
}

/// Somebody new who is signed in, in a browser.
async fn signed_in(house: &House, name: &str) -> Client {
    _ = house.customer(name).await;
    let visitor = browser(house);
    let answer = visitor.post_form("/sign-in/", &[("username", name), ("password", PASSWORD)]).await.expect(303);
    keeping(&visitor, &answer)
}

async fn choose(client: &Client, seats: &[&str]) -> Answer {
    let fields: Vec<(&str, &str)> = seats.iter().map(|seat| ("seats", *seat)).collect();
    client.post_form(SHOW, &fields).await
}

/// The element of a seat.
fn seat(page: &str, number: u32) -> &str {
    let start = page.find(&format!("data-seat=\"{number}\"")).unwrap_or_else(|| panic!("no seat {number} in {page}"));
    page[start..].split('>').next().unwrap()
}

fn state(page: &str, number: u32) -> &str {
    seat(page, number).split("data-state=\"").nth(1).unwrap().split('"').next().unwrap()
}

fn chosen(page: &str) -> Vec<u32> {
    (1..=120).filter(|number| page.contains("data-seat=\"1\"") && seat(page, *number).contains(" checked")).collect()
}

/// How many bookings somebody has ever made.
async fn bookings(house: &House, name: &str) -> usize {
    house.signed_in(name).await.get("/api/my-bookings/").await.json().as_array().unwrap().len()
}

#[tokio::test]
async fn several_seats_are_booked_in_one_go_and_shown_as_an_order() {
    let house = House::open().await;
    let ann = signed_in(&house, "ann").await;
    let answer = choose(&ann, &["85", "5"]).await.expect(303);
    assert_eq!(answer.header("location"), "/orders/1/");
    let order = ann.get("/orders/1/").await.expect(200).text();
    for text in ["Your seats are booked", "Row A, seat 5", "Row H, seat 1", "Metropolis", "Rex, Screen 1"] {
        assert!(order.contains(text), "{text}: {order}");
    }
    let page = ann.get(SHOW).await.expect(200).text();
    assert_eq!((state(&page, 5), state(&page, 85), state(&page, 6)), ("taken", "taken", "free"));
    assert!(seat(&page, 5).contains("disabled"));
}

#[tokio::test]
async fn whoever_is_signed_out_signs_in_and_finds_the_choice_kept() {
    let house = House::open().await;
    _ = house.customer("ann").await;
    let visitor = browser(&house);
    let away = choose(&visitor, &["6", "5"]).await.expect(303);
    let sign_in = away.header("location");
    assert!(sign_in.starts_with("/sign-in/?next="), "{sign_in}");
    let form = visitor.get(sign_in).await.expect(200).text();
    assert!(form.contains("value=\"/shows/1/?seats=5,6\""), "{form}");

    let fields = [("username", "ann"), ("password", PASSWORD), ("next", "/shows/1/?seats=5,6")];
    let back = visitor.post_form("/sign-in/", &fields).await.expect(303);
    let ann = keeping(&visitor, &back);
    let page = ann.get(back.header("location")).await.expect(200).text();
    assert_eq!(chosen(&page), [5, 6]);
    assert_eq!(choose(&ann, &["5", "6"]).await.expect(303).header("location"), "/orders/1/");
}

#[tokio::test]
async fn the_loser_is_told_and_keeps_the_rest_of_the_choice() {
    let house = House::open().await;
    let (ann, bob) = (signed_in(&house, "ann").await, signed_in(&house, "bob").await);
    _ = choose(&bob, &["5", "7"]).await.expect(303);
    let answer = choose(&ann, &["4", "5", "6", "7"]).await.expect(409);
    let page = answer.text();
    assert!(page.contains("Sorry, seats A5, A7 have just been taken."), "{page}");
    assert_eq!((state(&page, 5), state(&page, 7), state(&page, 4)), ("lost", "lost", "free"));
    assert!(seat(&page, 5).contains("just taken"));
    assert_eq!(chosen(&page), [4, 6]);
    assert_eq!(bookings(&house, "ann").await, 0);
    _ = choose(&ann, &["4", "6"]).await.expect(303);
}

#[tokio::test]
async fn a_form_that_is_sent_twice_books_once() {
    let house = House::open().await;
    let ann = signed_in(&house, "ann").await;
    let first = choose(&ann, &["5", "6"]).await.expect(303);
    let again = choose(&ann, &["6", "5"]).await.expect(303);
    assert_eq!(first.header("location"), again.header("location"));
    assert_eq!(bookings(&house, "ann").await, 2);
    // Seats that only partly are one's own are in the way.
    _ = choose(&ann, &["6", "7"]).await.expect(409);
    // What was given back can be bought anew.
    _ = house.signed_in("ann").await.cancel(1).await.expect(200);
    let anew = choose(&ann, &["5"]).await.expect(303);
    assert_eq!(anew.header("location"), "/orders/3/");
    // Somebody else's resubmission is no resubmission.
    let bob = signed_in(&house, "bob").await;
    _ = choose(&bob, &["5"]).await.expect(409);
}

#[tokio::test]
async fn two_forms_at_once_are_one_order() {
    let house = House::open().await;
    let ann = signed_in(&house, "ann").await;
    let (a, b) = tokio::join!(choose(&ann, &["5", "6"]), choose(&ann, &["5", "6"]));
    assert_eq!(a.expect(303).header("location"), b.expect(303).header("location"));
    assert_eq!(bookings(&house, "ann").await, 2);
}

#[tokio::test]
async fn hostile_forms_get_the_page_back_with_a_sentence() {
    let house = House::open().await;
    let ann = signed_in(&house, "ann").await;
    let ten_to_thirty = format!("1{}", "0".repeat(30));
    for bad in ["0", "-1", "121", "five", "", "5.0", "5,6", &ten_to_thirty, "\u{0}", "<script>alert(1)</script>"] {
        let page = choose(&ann, &["7", bad]).await.expect(400).text();
        assert!(page.contains("This hall has no such seat."), "{bad}");
        assert_eq!(chosen(&page), [7], "{bad}");
        assert!(!page.contains("<script>alert"));
    }
    let all: Vec<String> = (1..=5_000).map(|seat| (seat % 120 + 1).to_string()).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    assert!(choose(&ann, &all).await.expect(400).text().contains("more seats than one booking may have"));
    assert!(choose(&ann, &[]).await.expect(400).text().contains("No seat was chosen."));
    assert!(choose(&ann, &["5", "5"]).await.expect(400).text().contains("A seat was named twice."));
    let eleven = choose(&ann, &["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"]).await.expect(400).text();
    assert_eq!(chosen(&eleven).len(), 11, "nothing of a choice is lost");
    let foreign = ann.with("sec-fetch-site", "cross-site");
    assert_eq!(choose(&foreign, &["5"]).await.code(), 403);
    assert_eq!(bookings(&house, "ann").await, 0);
    for missing in ["/shows/99/", "/shows/x/", "/shows/-1/", "/shows/99999999999999999999/"] {
        _ = ann.get(missing).await.expect(404);
        _ = ann.post_form(missing, &[("seats", "1")]).await.expect(404);
    }
    // An address is not a form: what is no seat in it is passed over.
    let page = ann.get("/shows/1/?seats=5,x,999,-1,5&seats=7").await.expect(200).text();
    assert_eq!(chosen(&page), [5, 7]);
}

#[tokio::test]
async fn the_page_is_kept_and_never_older_than_an_answer() {
    let house = House::open().await;
    let visitor = browser(&house);
    let ann = house.customer("ann").await;
    let tag = async || visitor.get(SHOW).await.expect(200).header("etag").to_owned();
    let first = tag().await;
    assert_eq!(tag().await, first);
    assert_eq!(visitor.with("if-none-match", &first).get(SHOW).await.code(), 304);
    for round in 0..5 {
        let booking = ann.book(EVENING, 5).await.expect(201).number("id");
        let page = visitor.get(SHOW).await.expect(200);
        assert_eq!(state(&page.text(), 5), "taken", "round {round}");
        assert_ne!(page.header("etag"), first);
        _ = ann.cancel(booking).await.expect(200);
        assert_eq!(state(&visitor.get(SHOW).await.text(), 5), "free", "round {round}");
    }
}

#[tokio::test]
async fn each_moment_of_a_show_has_its_page() {
    let house = House::open().await;
    let visitor = browser(&house);
    let says = async |show: i64| visitor.get(&format!("/shows/{show}/")).await.expect(200).text();
    assert!(says(NOT_YET).await.contains("Tickets go on sale on"));
    assert!(says(CLOSED).await.contains("Sales for this show have closed."));
    assert!(!says(EVENING).await.contains("hall-standing"));
    // The same page, as time goes by and nothing else changes.
    house.clock.advance(30 * 24 * 60 * UtcMicros::MINUTE);
    assert!(says(EVENING).await.contains("Sales for this show have closed."));
    let ann = signed_in(&house, "ann").await;
    let late = choose(&ann, &["5"]).await.expect(409).text();
    assert!(late.contains("Sales for this show have closed"), "{late}");
}

#[tokio::test]
async fn an_order_is_shown_to_whom_it_belongs() {
    let house = House::open().await;
    let (ann, bob) = (signed_in(&house, "ann").await, signed_in(&house, "bob").await);
    _ = choose(&ann, &["5", "6"]).await.expect(303);
    _ = bob.get("/orders/1/").await.expect(403);
    _ = ann.get("/orders/2/").await.expect(404);
    let away = browser(&house).get("/orders/1/").await.expect(303);
    assert!(away.header("location").starts_with("/sign-in/"));
    _ = house.signed_in("ann").await.cancel(1).await.expect(200);
    let order = ann.get("/orders/1/").await.expect(200).text();
    assert!(order.contains("Your seats are booked") && order.contains("cancelled"), "{order}");
    _ = house.signed_in("ann").await.cancel(2).await.expect(200);
    assert!(ann.get("/orders/1/").await.text().contains("This order was cancelled"));
}

#[tokio::test]
async fn the_page_speaks_three_languages() {
    let house = House::open().await;
    for (language, name, choose) in [
        ("en", "Row A, seat 5, standard", "Choose your seats"),
        ("de-AT", "Reihe A, Platz 5, Standard", "Plätze wählen"),
        ("es", "Fila A, butaca 5, estándar", "Elija sus butacas"),
    ] {
        let page = browser(&house).with("accept-language", language).get(SHOW).await.expect(200).text();
        assert!(page.contains(name) && page.contains(choose), "{language}: {page}");
    }
}
