//! The programme, the pages of films, and posters.

use houselights_domain::{
    ShowId, UtcMicros,
    draft::{CinemaDraft, ScreenDraft},
    programme::Programme,
};
use houselights_testkit::{
    Answer, Client, House,
    programme::{EVENING, LOUNGE, METROPOLIS, NOSFERATU, SUNRISE, TOMORROW, show},
};

use crate::seen::{addresses, seen};

/// Asks, and goes where the one address of what was asked for is.
async fn led(visitor: &Client, path: &str) -> Answer {
    let answer = visitor.get(path).await;
    if answer.code() == 303 { visitor.get(answer.header("location")).await } else { answer }.expect(200)
}

const HOUR: i64 = 60 * UtcMicros::MINUTE;

/// A second cinema, in New York, whose day begins when London's is a quarter over.
async fn with_new_york(house: &House) {
    let screen = ScreenDraft {
        key: "1".into(),
        name: "Auditorium".into(),
        cleaning_minutes: None,
        layout: None,
        seats: Some(80),
    };
    let cinema = CinemaDraft {
        key: "york".into(),
        name: "Orpheum".into(),
        timezone: "America/New_York".into(),
        currency: "USD".into(),
        screens: vec![screen],
    };
    let mut late = show("late", "nosferatu", "x", "2027-01-15T23:30:00");
    late.screen = "york/1".into();
    late.format = Some("35 mm".into());
    late.audio = Some("tlh".into());
    late.prices.insert("standard".into(), 1650);
    house.import(&Programme { cinemas: vec![cinema], movies: Vec::new(), shows: vec![late] }).await;
}

#[tokio::test]
async fn the_programme_of_today_in_three_languages() {
    let house = House::open().await;
    with_new_york(&house).await;
    for language in ["en", "de", "es"] {
        let page = house.visitor().with("accept-language", language).get("/").await.expect(200);
        insta::assert_snapshot!(format!("today_{language}"), seen(&page));
        let films = house.visitor().with("accept-language", language).get("/?view=films").await.expect(200);
        insta::assert_snapshot!(format!("films_{language}"), seen(&films));
        let film = house.visitor().with("accept-language", language).get("/films/1/").await.expect(200);
        insta::assert_snapshot!(format!("film_{language}"), seen(&film));
    }
}

#[tokio::test]
async fn a_day_without_shows_names_the_next_one() {
    let house = House::open().await;
    let page = house.visitor().get("/?day=2027-01-17").await.expect(200);
    insta::assert_snapshot!("empty_day", seen(&page));
    assert!(addresses(&page, "/?day=2027-02-15").len() > 1, "the next day with a show is a link");
    // The last shows are over: nothing is planned any more.
    house.clock.advance(40 * 24 * HOUR);
    let page = house.visitor().get("/").await.expect(200);
    insta::assert_snapshot!("nothing", seen(&page));
    assert!(
        seen(&house.visitor().get(&format!("/films/{SUNRISE}/")).await.expect(200)).contains("No shows are planned")
    );
}

#[tokio::test]
async fn filters_are_addresses_and_forms() {
    let house = House::open().await;
    with_new_york(&house).await;
    let visitor = house.visitor();
    let of = async |query: &str| seen(&led(&visitor, query).await);
    assert!(!of("/?cinema=1").await.contains("Auditorium"));
    let york = of("/?cinema=2").await;
    assert!(
        york.contains("23:30") && york.contains("$16.50") && york.contains("35 mm · tlh") && !york.contains("19:30")
    );
    let german = of("/?language=de").await;
    assert!(german.contains("Metropolis") && !german.contains("Nosferatu"), "{german}");
    assert!(of("/?format=35+mm&view=films").await.contains("Nosferatu"));
    // A choice that leaves nothing on that day.
    let none = of("/?day=2027-01-16&format=35+mm").await;
    assert!(none.contains("No show is like this") && none.contains("Clear all choices"), "{none}");

    // What the form sends is led to the one address that means it.
    let sent = visitor.get("/?view=films&day=&cinema=2&format=&language=").await.expect(303);
    assert_eq!(sent.header("location"), "/?view=films&cinema=2");
    _ = visitor.get("/?view=films&cinema=2").await.expect(200);
}

#[tokio::test]
async fn what_cannot_be_meant_is_left_out_with_a_notice() {
    let house = House::open().await;
    let visitor = house.visitor();
    let long = "x".repeat(5_000);
    let canary = "%3Cscript%3Ealert(1)%3C/script%3E";
    for (query, notice) in [
        ("cinema=99".to_owned(), "We do not know this cinema"),
        ("cinema=rex'--".to_owned(), "We do not know this cinema"),
        ("day=2020-01-01".to_owned(), "That day is over"),
        ("day=%00&cinema=1".to_owned(), "That day is over"),
        ("day=-009999-01-01".to_owned(), "That day is over"),
        (format!("format={canary}"), "Nothing is shown in this format"),
        (format!("language={canary}&view=films"), "Nothing is shown in this language"),
        (format!("format={long}"), "Nothing is shown in this format"),
        ("format=%ff%fe&language=%F0%9F%8E%AC".to_owned(), "Nothing is shown in this language"),
    ] {
        let page = led(&visitor, &format!("/?{query}")).await;
        assert!(seen(&page).contains(notice), "{query}: {}", seen(&page));
        assert!(!page.text().contains("<script>"), "{query}");
    }
    for odd in ["/?", "/?&&&=&=x", "/?view=", "/?utm_source=letter", "/?cinema=1&cinema=1", "/?DAY=2027-01-16"] {
        _ = led(&visitor, odd).await;
    }
    _ = visitor.get("/?day=9999-12-31").await.expect(200);
}

#[tokio::test]
async fn whoever_has_the_page_is_not_sent_it_again_until_it_changes() {
    let house = House::open().await;
    let visitor = house.visitor();
    let first = visitor.get("/").await.expect(200);
    assert_eq!(first.header("cache-control"), "private, no-cache");
    let asks = visitor.with("if-none-match", first.header("etag"));
    assert!(asks.get("/").await.expect(304).body.is_empty());
    assert_ne!(visitor.with("accept-language", "de").get("/").await.header("etag"), first.header("etag"));

    // A seat that is sold among many changes nothing that is said here.
    let buyer = house.customer("ada").await;
    _ = buyer.book(EVENING, 5).await.expect(201);
    _ = asks.get("/").await.expect(304);
    // Staff change the show's time, and the answer after theirs has it.
    house.app.office.change_show(ShowId(TOMORROW), |draft| draft.format = Some("70 mm".into())).await.unwrap();
    assert!(seen(&visitor.get("/?day=2027-01-16").await.expect(200)).contains("70 mm"));
    house.app.office.call_off(ShowId(EVENING)).await.unwrap();
    assert!(seen(&asks.get("/").await.expect(200)).contains("Called off"));
}

#[tokio::test]
async fn the_last_seats_show_at_once() {
    let house = House::open().await;
    let (visitor, buyer) = (house.visitor(), house.customer("ada").await);
    let note = async || {
        let page = seen(&visitor.get("/?day=2027-01-16").await.expect(200));
        let lounge = page.lines().find(|line| line.contains("Lounge")).unwrap_or_default().to_owned();
        lounge.rsplit_once("free").map_or(lounge.clone(), |(_, note)| note.trim().to_owned())
    };
    assert_eq!(note().await, "");
    _ = buyer.book_all(LOUNGE, &[1, 2, 3, 4, 5, 6, 7, 8, 9]).await.expect(201);
    assert_eq!(note().await, "Few seats left");
    let last = buyer.book_all(LOUNGE, &[10, 11, 12]).await.expect(201);
    assert_eq!(note().await, "Sold out");
    let booking = last.json()["bookings"][0]["id"].as_i64().unwrap();
    _ = buyer.cancel(booking).await.expect(200);
    assert_eq!(note().await, "Few seats left");
}

#[tokio::test]
async fn a_page_follows_the_clock() {
    let house = House::open().await;
    let visitor = house.visitor();
    let today = async || seen(&visitor.get("/").await.expect(200)).lines().take(2).collect::<Vec<_>>().join(" ");
    assert_eq!(today().await, "Today Friday, 15 January");
    // The only show of today is over a quarter of an hour after it began, at 19:45.
    house.clock.advance(11 * HOUR + 45 * UtcMicros::MINUTE - 1);
    assert_eq!(today().await, "Today Friday, 15 January");
    house.clock.advance(1);
    assert_eq!(today().await, "Tomorrow Saturday, 16 January");
    house.clock.advance(4 * HOUR + 15 * UtcMicros::MINUTE);
    assert_eq!(today().await, "Today Saturday, 16 January");
}

#[tokio::test]
async fn a_film_that_is_not_known_is_a_page_that_says_so() {
    let house = House::open().await;
    let browser = house.visitor().with("accept", "text/html");
    for path in ["/films/99/", "/films/x/", "/films/-1/", "/films/99999999999999999999/"] {
        let page = browser.get(path).await.expect(404);
        assert!(page.header("content-type").starts_with("text/html"), "{path}: {page:?}");
    }
    assert!(seen(&browser.get("/films/99/").await).contains("We do not know this film"));
    _ = browser.get(&format!("/films/{NOSFERATU}/?from=letter")).await.expect(200);
}

#[tokio::test]
async fn posters_are_kept_for_good_under_an_address_that_changes_with_the_title() {
    let house = House::open().await;
    let visitor = house.visitor();
    let poster = async || addresses(&visitor.get(&format!("/films/{METROPOLIS}/")).await, "/posters/").remove(0);
    let address = poster().await;
    let picture = visitor.get(&address).await.expect(200);
    assert_eq!(picture.header("content-type"), "image/svg+xml");
    assert!(picture.header("cache-control").contains("immutable"), "{picture:?}");
    assert!(picture.header("content-security-policy").contains("default-src 'none'"));
    assert!(picture.text().contains("<title>Metropolis</title>"));

    let hostile = "<script>alert(1)</script>";
    let rename =
        house.app.office.change_movie(houselights_domain::MovieId(METROPOLIS), |draft| draft.title = hostile.into());
    _ = rename.await.unwrap();
    assert_ne!(poster().await, address);
    let old = visitor.get(&address).await.expect(200);
    assert_eq!(old.header("cache-control"), "no-cache");
    assert!(!old.text().contains("<script") && old.text().contains("&lt;script"));
    assert!(!visitor.get("/").await.text().contains(hostile));
    for path in ["/posters/99/x.svg", "/posters/x/x.svg"] {
        _ = visitor.get(path).await.expect(404);
    }
}
