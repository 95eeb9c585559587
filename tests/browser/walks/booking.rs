//! From the first page to a seat, and back again.

use houselights_browser::{Browser, By, House, Look, Result, css, walk};
use serde_json::json;

const BOOK: &str = "form[data-hall] button.button";

/// The box of a seat.
fn seat(number: u32) -> By {
    css(&format!("input[data-seat=\"{number}\"]"))
}

/// How a seat stands on a browser's map: `free`, `taken` and so on.
async fn state(browser: &Browser, number: u32) -> Result<String> {
    let state = browser.driver.find(seat(number)).await?.attr("data-state").await?;
    Ok(state.ok_or("a seat without a state")?)
}

/// Waits until a seat stands so, without touching the page.
async fn turns(browser: &Browser, number: u32, wanted: &str) -> Result {
    let what = format!("seat {number} turns {wanted}");
    browser.until(&what, async || Ok((state(browser, number).await? == wanted).then_some(()))).await
}

/// Whether a seat is chosen.
async fn chosen(browser: &Browser, number: u32) -> Result<bool> {
    Ok(browser.driver.find(seat(number)).await?.is_selected().await?)
}

/// The first show of the programme's page that has not begun. Of one that has, the sales may end in mid-walk. Late in the
/// evening there may be no other: then it is one of the next day.
async fn show_to_come(browser: &Browser) -> Result<By> {
    const AHEAD: &str = "[...document.querySelectorAll('main a[href^=\"/shows/\"]')]
        .find((show) => new Date(show.querySelector('time').dateTime) > new Date())?.getAttribute('href')";
    const NEXT_DAY: &str = "document.querySelector('li:has(> [aria-current=date]) + li > a').getAttribute('href')";
    let text = async |expression| -> Result<Option<String>> {
        Ok(browser.value(expression).await?.as_str().map(str::to_owned))
    };
    let mut show = text(AHEAD).await?;
    if show.is_none() {
        browser.go(&text(NEXT_DAY).await?.ok_or("no next day")?).await?;
        show = text(AHEAD).await?;
    }
    Ok(css(&format!("main a[href=\"{}\"]", show.ok_or("no show to come")?)))
}

/// Whoever has just come: the programme, a show, a seat, an account, the seat.
#[test]
fn a_newcomer_has_a_seat_after_six_clicks_at_most() {
    for look in [Look::DESKTOP, Look::PHONE, Look::DESKTOP.without_scripts()] {
        walk("six-clicks", House::demo, async |stage| {
            let browser = stage.browser(look).await?;
            browser.go("/").await?;
            browser.click(show_to_come(&browser).await?).await?;
            browser.click(css("input[data-seat]:not(:disabled)")).await?;
            let number = browser.value("document.querySelector('input[data-seat]:checked').value").await?;
            browser.click(css(BOOK)).await?;
            browser.sign_up("robin", "house-lights-down-7").await?;
            assert!(chosen(&browser, number.as_str().ok_or("no number")?.parse()?).await?, "the choice is kept");
            browser.click(css(BOOK)).await?;
            browser.find(css("main .visit-seats .seat-label")).await?;
            assert!(browser.path().await?.starts_with("/orders/"));
            assert!(browser.clicks() <= 6, "{} clicks", browser.clicks());
            Ok(())
        });
    }
}

/// One books and cancels, another looks on. Without scripts it is the other who loads the page anew.
fn cancelling_frees(name: &str, look: Look) {
    walk(name, House::small, async |stage| {
        let customer = stage.house.customer("robin")?;
        let (buyer, other) = (stage.browser(look).await?, stage.browser(look).await?);
        buyer.sign_in(&customer).await?;
        other.go("/shows/1/").await?;
        assert_eq!(state(&other, 5).await?, "free");
        let seen = async |wanted: &str| -> Result {
            if !look.scripts {
                other.go("/shows/1/").await?;
            }
            turns(&other, 5, wanted).await
        };
        // Lost if the page were loaded anew behind the walk's back.
        other.driver.execute("document.documentElement.dataset.kept = 'yes'", Vec::new()).await?;
        buyer.go("/shows/1/").await?;
        buyer.click(seat(5)).await?;
        buyer.click(css(BOOK)).await?;
        buyer.find(css("main .visit-seats .seat-label")).await?;
        seen("taken").await?;
        buyer.go("/my-bookings/").await?;
        buyer.click(css(".seat-cancel")).await?;
        buyer.click(css("main form[action$=\"/cancel/\"] button")).await?;
        buyer.gone("main form[action$=\"/cancel/\"]").await?;
        seen("free").await?;
        if look.scripts {
            assert_eq!(other.value("document.documentElement.dataset.kept").await?, json!("yes"), "no reload");
        }
        Ok(())
    });
}

#[test]
fn cancelling_frees_the_seat_before_everyones_eyes() {
    cancelling_frees("cancelling", Look::DESKTOP);
}

#[test]
fn cancelling_frees_the_seat_without_scripts() {
    cancelling_frees("cancelling-without-scripts", Look::PHONE.without_scripts());
}

/// Two choose the same seat; the second to book is told, and keeps the rest of the choice.
fn two_fight(name: &str, look: Look) {
    walk(name, House::small, async |stage| {
        let mut both = Vec::new();
        for username in ["robin", "sam"] {
            let browser = stage.browser(look).await?;
            browser.sign_in(&stage.house.customer(username)?).await?;
            // The feed would tell the second before they book; here they are to find out from the server's no.
            browser.devtools("Network.enable", json!({})).await?;
            browser.devtools("Network.setBlockedURLs", json!({"urls": ["*/live/*"]})).await?;
            browser.may_say("/live/");
            browser.go("/shows/1/").await?;
            browser.click(seat(7)).await?;
            both.push(browser);
        }
        let (first, second) = (&both[0], &both[1]);
        second.click(seat(8)).await?;
        first.click(css(BOOK)).await?;
        first.find(css("main .visit-seats .seat-label")).await?;
        second.click(css(BOOK)).await?;
        let told = second.find(css("main [role=alert]")).await?.text().await?;
        assert!(told.len() > 20, "in a sentence: {told:?}");
        assert_ne!(state(second, 7).await?, "free");
        assert!(!chosen(second, 7).await? && chosen(second, 8).await?, "the rest of the choice is kept");
        second.click(css(BOOK)).await?;
        second.find(css("main .visit-seats .seat-label")).await?;
        assert_eq!(second.count("main .visit-seats .seat-label").await?, 1);
        Ok(())
    });
}

#[test]
fn the_loser_of_a_seat_is_told_and_keeps_the_rest() {
    two_fight("fight", Look::DESKTOP);
}

#[test]
fn the_loser_of_a_seat_is_told_without_scripts() {
    two_fight("fight-without-scripts", Look::PHONE.without_scripts());
}

#[test]
fn a_chosen_seat_that_goes_is_said_at_once() {
    walk("gone", House::small, async |stage| {
        let customer = stage.house.customer("robin")?;
        let browser = stage.browser(Look::PHONE).await?;
        browser.go("/shows/1/").await?;
        browser.click(seat(7)).await?;
        browser.click(seat(8)).await?;
        let body = json!({"seat_number": 7});
        let ask = houselights_tests::harness::client::Ask::post("/api/shows/1/book/", &body).by(&customer.token);
        stage.house.ask(ask, 201)?;
        let said =
            async || Ok((!browser.driver.find(css("[data-says]")).await?.inner_html().await?.is_empty()).then_some(()));
        browser.until("the page says that a seat went", said).await?;
        assert!(!chosen(&browser, 7).await? && chosen(&browser, 8).await?);
        Ok(())
    });
}
