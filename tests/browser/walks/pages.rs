//! What holds for every page: axe finds nothing, it fits its screen, its console is empty.

use houselights_browser::{
    House, Look, Result, axe, fit,
    pages::{PAGES, Scene},
    walk,
};

/// Looks at every page in light and in dark.
fn look_at_all(name: &str, look: Look) {
    walk(name, House::demo, async |stage| {
        let scene = Scene::set(&stage.house)?;
        let mut wrong = Vec::new();
        for (who, browser) in scene.browsers(stage, look).await? {
            for dark in [false, true] {
                browser.light(dark).await?;
                for page in PAGES.iter().filter(|page| page.who == who) {
                    page.open(&browser, &scene).await.map_err(|error| format!("{}: {error}", page.name))?;
                    let found = [axe::violations(&browser).await?, fit::misfits(&browser).await?].concat();
                    let shade = if dark { "dark" } else { "light" };
                    wrong.extend(found.iter().map(|line| format!("{} ({shade}): {line}", page.name)));
                }
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
    });
}

#[test]
fn pages_on_a_desk_are_accessible_and_fit() {
    look_at_all("pages-desk", Look::DESKTOP);
}

#[test]
fn pages_on_a_phone_are_accessible_and_fit() {
    look_at_all("pages-phone", Look::PHONE);
}

#[test]
fn pages_without_scripts_complain_of_nothing() {
    walk("pages-without-scripts", House::demo, async |stage| -> Result {
        let scene = Scene::set(&stage.house)?;
        for (who, browser) in scene.browsers(stage, Look::PHONE.without_scripts()).await? {
            for page in PAGES.iter().filter(|page| page.who == who) {
                page.open(&browser, &scene).await?;
                assert_eq!(fit::misfits(&browser).await?, [""; 0], "{}", page.name);
                assert!(browser.count("h1").await? == 1, "{}: one heading of the first level", page.name);
            }
        }
        Ok(())
    });
}
