//! What nobody should type, and what nobody should store.

use houselights_browser::{Browser, House, Look, Result, css, house, walk};
use houselights_tests::harness::client::Ask;
use serde_json::json;

/// If any part of it becomes markup, there is an element with this attribute; if it runs, the window has this name.
const CANARY: &str = "\"'><img data-canary src=x onerror=window.canary=1><script data-canary>window.canary=1</script>\
                      {{7*7}}${7*7}</title></textarea><svg data-canary onload=window.canary=1>";

/// Nothing of a canary has come alive.
async fn nothing_runs(browser: &Browser) -> Result {
    let alive = browser.value("[window.canary ?? null, document.querySelectorAll('[data-canary]').length]").await?;
    if alive == json!([null, 0]) {
        Ok(())
    } else {
        Err(format!("markup came alive at {}: {alive}", browser.path().await?).into())
    }
}

/// Sends a form with this user name and finds it again, with a sentence beside it, and no password in the page.
async fn is_given_back(browser: &Browser, path: &str, name: &str) -> Result {
    browser.go(path).await?;
    browser.set("username", name).await?;
    browser.set("password", "hunter2-the-secret").await?;
    browser.click(css("main form button")).await?;
    browser.find(css("main [role=alert], main .field-fault")).await?;
    nothing_runs(browser).await?;
    let kept = browser.value("document.querySelector('[name=username]').value").await?;
    let kept = kept.as_str().ok_or("no value")?;
    // Of something huge the beginning will do.
    assert!(name == kept || kept.len() > 100 && name.starts_with(kept), "{path}: what was typed is kept: {kept}");
    let source = browser.driver.source().await?;
    assert!(!source.contains("hunter2-the-secret"), "{path}: a password is never given back");
    Ok(())
}

#[test]
fn every_account_form_gives_hostile_input_back_with_a_sentence() {
    let long = "x".repeat(3_000);
    for look in [Look::DESKTOP, Look::PHONE.without_scripts()] {
        walk("hostile-forms", House::small, async |stage| {
            let browser = stage.browser(look).await?;
            for name in [CANARY, long.as_str(), "\u{202e}evil\u{200b}", "' OR 1=1 --", ""] {
                is_given_back(&browser, "/sign-in/", name).await?;
            }
            for name in [CANARY, long.as_str(), "\u{202e}evil\u{200b}", "a b", ""] {
                is_given_back(&browser, "/sign-up/", name).await?;
            }
            Ok(())
        });
    }
}

/// A programme in which everything that has a name is called by the canary.
fn poisoned() -> serde_json::Value {
    let mut programme = house::small();
    programme["cinemas"][0]["name"] = json!(CANARY);
    programme["cinemas"][0]["screens"][0]["name"] = json!(format!("1 {CANARY}"));
    for film in 0..2 {
        programme["movies"][film]["title"] = json!(format!("{film} {CANARY}"));
        programme["movies"][film]["synopsis"] = json!(CANARY);
    }
    programme
}

#[test]
fn stored_markup_never_runs_in_a_page() {
    walk(
        "canary",
        || House::with(&poisoned()),
        async |stage| {
            let customer = stage.house.customer("robin")?;
            let seats = json!({"seat_numbers": [1, 2]});
            stage.house.ask(Ask::post("/api/shows/1/book/", &seats).by(&customer.token), 201)?;
            let browser = stage.browser(Look::DESKTOP).await?;
            browser.sign_in(&customer).await?;
            let paths = ["/?day=2099-01-01", "/?view=films", "/films/1/", "/shows/1/", "/orders/1/", "/my-bookings/"];
            for path in paths.into_iter().chain(["/my-bookings/1/cancel/"]) {
                browser.go(path).await?;
                nothing_runs(&browser).await?;
                let text = browser.text().await?;
                assert!(text.contains("onerror=window.canary=1"), "{path}: it is shown as text: {text}");
            }
            Ok(())
        },
    );
}
