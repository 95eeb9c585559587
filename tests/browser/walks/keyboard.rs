//! Booking without a mouse.

use houselights_browser::{Browser, House, Key, Look, Result, css, walk};
use serde_json::json;

const FOCUSED: &str = "document.activeElement.dataset.seat ?? null";

/// Presses Tab until the focus is where the expression is true; the number of presses.
async fn tab_to(browser: &Browser, expression: &str, most: usize) -> Result<usize> {
    for pressed in 0..=most {
        if browser.value(expression).await? == json!(true) {
            return Ok(pressed);
        }
        browser.press(Key::Tab).await?;
    }
    Err(format!("{most} tabs do not lead to {expression}").into())
}

#[test]
fn arrows_walk_the_hall_and_the_keyboard_alone_books() {
    walk("keyboard", House::small, async |stage| {
        let customer = stage.house.customer("robin")?;
        let browser = stage.browser(Look::DESKTOP).await?;
        browser.sign_in(&customer).await?;
        browser.go("/shows/1/").await?;
        tab_to(&browser, "document.activeElement.matches('.skip-link')", 3).await?;
        browser.press(Key::Enter).await?;
        tab_to(&browser, "document.activeElement.matches('[data-seat]')", 12).await?;
        let first = browser.value(FOCUSED).await?;
        browser.press(Key::Right).await?;
        let second = browser.value(FOCUSED).await?;
        assert_ne!(first, second, "to the right");
        browser.press(Key::Down).await?;
        let below = browser.value(FOCUSED).await?;
        let rows = "document.activeElement.closest('[data-row]').dataset.row";
        assert_eq!(browser.value(rows).await?, json!("B"), "down a row");
        browser.press(Key::Up).await?;
        assert_eq!(browser.value(FOCUSED).await?, second, "and back");
        browser.press(Key::Down).await?;
        browser.press(" ").await?;
        assert_eq!(browser.value("document.activeElement.checked").await?, json!(true));
        browser.press(Key::Right).await?;
        browser.press(" ").await?;
        assert_eq!(browser.value("document.querySelectorAll('[data-seat]:checked').length").await?, json!(2));
        // One stop for the whole hall: what follows is the button.
        tab_to(&browser, "document.activeElement.matches('form[data-hall] button.button')", 3).await?;
        browser.press(Key::Enter).await?;
        browser.find(css("main .visit-seats .seat-label")).await?;
        assert_eq!(browser.count("main .visit-seats .seat-label").await?, 2, "beginning with seat {below}");
        Ok(())
    });
}
