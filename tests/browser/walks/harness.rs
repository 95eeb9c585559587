//! The harness itself: that it finds what it is there to find.

use std::fmt::Write as _;

use houselights_browser::{House, Look, Result, axe, fit, walk};
use serde_json::json;

/// A page of these words, from nowhere.
fn page(body: &str) -> String {
    let mut page = String::from("data:text/html;charset=utf-8,");
    for byte in body.bytes() {
        let _infallible = write!(page, "%{byte:02x}");
    }
    page
}

#[test]
fn a_browser_looks_as_it_is_told() {
    walk("looks", House::small, async |stage| {
        let asked = "[innerWidth, innerHeight, devicePixelRatio, matchMedia('(prefers-color-scheme: dark)').matches,
                      matchMedia('(prefers-reduced-motion: reduce)').matches, matchMedia('(pointer: coarse)').matches,
                      navigator.language]";
        let desk = stage.browser(Look::DESKTOP).await?;
        assert_eq!(desk.value(asked).await?, json!([1280, 900, 1, false, true, false, "en"]));
        let phone = stage.browser(Look::PHONE.dark().moving().speaking("de")).await?;
        phone.driver.goto(page("<!doctype html><meta name=viewport content='width=device-width'>")).await?;
        assert_eq!(phone.value(asked).await?, json!([360, 800, 2, true, false, true, "de"]));

        let script = page("<title>before</title><noscript>no script</noscript><script>document.title = 'ran'</script>");
        desk.driver.goto(&script).await?;
        assert_eq!(desk.driver.title().await?, "ran");
        let plain = stage.browser(Look::DESKTOP.without_scripts()).await?;
        plain.driver.goto(&script).await?;
        assert_eq!(plain.driver.title().await?, "before");
        plain.reads("no script").await
    });
}

#[test]
fn what_is_wrong_with_a_page_is_found() {
    walk("faults", House::small, async |stage| {
        let browser = stage.browser(Look::PHONE).await?;
        let viewport = "<!doctype html><html lang=en><title>t</title><meta name=viewport content='width=device-width'>";
        let open = async |body: &str| -> Result { Ok(browser.driver.goto(page(&format!("{viewport}{body}"))).await?) };
        open("<main><h1>Well</h1></main>").await?;
        assert_eq!(fit::misfits(&browser).await?, [""; 0]);
        assert_eq!(axe::violations(&browser).await?, [""; 0]);
        open("<main><div class=wide style='width:500px'>x</div></main>").await?;
        let misfits = fit::misfits(&browser).await?.join("\n");
        assert!(misfits.contains("508") && misfits.contains("class=\"wide\""), "{misfits}");
        open("<main style='overflow:auto'><div style='width:500px'>x</div></main>").await?;
        assert_eq!(fit::misfits(&browser).await?, [""; 0]);
        open("<main><div style='width:50px;overflow:hidden;white-space:nowrap'>too many words</div></main>").await?;
        assert!(fit::misfits(&browser).await?.join("\n").contains("is cut off: too many words"));
        open("<main><img src='data:,'><p style='color:#999'>pale</main>").await?;
        let violations = axe::violations(&browser).await?.join("\n");
        assert!(violations.contains("image-alt") && violations.contains("color-contrast"), "{violations}");

        assert!(stage.nobody_complains().await.is_ok());
        open("<script>throw new Error('thrown on purpose')</script>").await?;
        browser.go("/redoc/").await?;
        browser.driver.execute("document.body.append(document.createElement('script'))", Vec::new()).await?;
        browser.value("document.querySelector('script').textContent = 'document.title = \"ran\"'").await?;
        browser.go("/no-such-page/").await?;
        let told = stage.nobody_complains().await.err().ok_or("nothing was found")?.to_string();
        for wanted in ["thrown on purpose", "Content Security Policy", "404"] {
            assert!(told.contains(wanted), "{wanted}: {told}");
            browser.may_say(wanted);
        }
        Ok(())
    });
}

#[test]
fn a_failed_step_leaves_evidence() {
    let failed = std::panic::catch_unwind(|| {
        walk("evidence", House::small, async |stage| {
            let browser = stage.browser(Look::DESKTOP).await?;
            browser.go("/redoc/").await?;
            assert_eq!(browser.count("main.there-is-none").await?, 1, "on purpose");
            Ok(())
        });
    });
    let told = failed.expect_err("a failed expectation is a failure");
    let told = told.downcast_ref::<String>().expect("a sentence");
    let (_, folder) = told.split_once("is in ").expect("the folder's name");
    let folder = std::path::Path::new(folder.trim_end_matches(')'));
    for file in ["1.png", "1.html", "1-console.txt"] {
        assert!(folder.join(file).is_file(), "{file}: {told}");
    }
    std::fs::remove_dir_all(folder).expect("the evidence can be removed");
}
