//! Signing up, in and out, and the pages' language and colours.

use houselights_browser::{Browser, House, Look, Result, css, walk};
use serde_json::json;

const SHADE: &str = "getComputedStyle(document.body).backgroundColor.match(/[0-9.]+/g).slice(0, 3).map(Number)";

#[test]
fn signing_up_in_and_out_with_scripts_and_without() {
    for look in [Look::DESKTOP, Look::PHONE.without_scripts()] {
        walk("accounts", House::small, async |stage| {
            let browser = stage.browser(look).await?;
            browser.go("/my-bookings/").await?;
            browser.sign_up("robin", "house-lights-down-7").await?;
            assert_eq!(browser.path().await?, "/my-bookings/", "where they wanted to go");
            browser.click(css("form[action=\"/sign-out/\"] button")).await?;
            browser.find(css(".site-account a[href^=\"/sign-in/\"]")).await?;
            browser.go("/sign-in/?next=https%3A%2F%2Fevil.example%2F").await?;
            browser.fill_sign_in("robin", "house-lights-down-7").await?;
            browser.find(css("form[action=\"/sign-out/\"]")).await?;
            assert!(!browser.driver.current_url().await?.as_str().contains("evil"), "an open redirect");
            Ok(())
        });
    }
}

#[test]
fn signing_out_in_one_tab_signs_out_the_other() {
    walk("sign-out", House::small, async |stage| {
        let customer = stage.house.customer("robin")?;
        let browser = stage.browser(Look::DESKTOP).await?;
        browser.sign_in(&customer).await?;
        let first = browser.driver.window().await?;
        let second = browser.driver.new_tab().await?;
        browser.driver.switch_to_window(second).await?;
        browser.go("/").await?;
        browser.click(css("form[action=\"/sign-out/\"] button")).await?;
        browser.find(css(".site-account a[href^=\"/sign-in/\"]")).await?;
        browser.driver.switch_to_window(first).await?;
        browser.go("/my-bookings/").await?;
        browser.find(css("main form[action=\"/sign-in/\"]")).await.map(drop)
    });
}

async fn heading(browser: &Browser) -> Result<String> {
    Ok(browser.find(css("h1")).await?.text().await?)
}

#[test]
fn the_language_is_the_browsers_until_it_is_switched() {
    for look in [Look::DESKTOP, Look::DESKTOP.without_scripts()] {
        walk("language", House::small, async |stage| {
            let browser = stage.browser(look.speaking("de")).await?;
            browser.go("/sign-in/").await?;
            let language = "document.documentElement.lang";
            assert_eq!(browser.value(language).await?, json!("de"));
            let german = heading(&browser).await?;
            browser.click(css("button[name=language][value=es]")).await?;
            browser.find(css("html[lang=es]")).await?;
            assert_eq!(browser.path().await?, "/sign-in/", "the page stays");
            assert_ne!(heading(&browser).await?, german);
            browser.go("/about/").await?;
            assert_eq!(browser.value(language).await?, json!("es"), "the choice is kept");
            Ok(())
        });
    }
}

#[test]
fn who_asks_for_the_dark_gets_it() {
    walk("dark", House::small, async |stage| {
        let browser = stage.browser(Look::DESKTOP).await?;
        let mut sums = Vec::new();
        for dark in [false, true] {
            browser.light(dark).await?;
            browser.go("/").await?;
            let shade = browser.value(SHADE).await?;
            sums.push(shade.as_array().ok_or("no colour")?.iter().filter_map(serde_json::Value::as_f64).sum::<f64>());
        }
        assert!(sums[0] > 600.0 && sums[1] < 200.0, "of 765: {sums:?}");
        Ok(())
    });
}
