//! Pictures of every page of the demo, for a desk and a phone, by day and by night: `cargo xtask screenshots`.
#![expect(clippy::print_stderr, reason = "a tool's complaints belong on standard error")]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use base64::{Engine as _, prelude::BASE64_STANDARD as STANDARD};
use houselights_browser::{
    Browser, House, Look, Result, Stage, fit,
    pages::{PAGES, Scene},
};
use serde_json::json;

/// All of them together, in bytes.
const MOST: u64 = 3_000_000;
/// Pages longer than this are cut, in CSS pixels.
const TALLEST: u64 = 1_300;

fn main() -> ExitCode {
    let folder = env::args_os().nth(1).map(PathBuf::from);
    let outcome = folder.ok_or_else(|| "name a folder".into()).and_then(|folder| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(all(&folder))
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

async fn all(folder: &Path) -> Result {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    let stage = Stage::set(House::demo_with_sales()?)?;
    let scene = Scene::set(&stage.house)?;
    let mut wrong = Vec::new();
    for (size, look) in [("desktop", Look::DESKTOP), ("phone", Look::PHONE)] {
        for (who, browser) in scene.browsers(&stage, look).await? {
            for (shade, dark) in [("light", false), ("dark", true)] {
                browser.light(dark).await?;
                for page in PAGES.iter().filter(|page| page.who == who) {
                    page.open(&browser, &scene).await?;
                    let misfits = fit::misfits(&browser).await?;
                    wrong.extend(misfits.iter().map(|why| format!("{} ({size}): {why}", page.name)));
                    picture(&browser, &folder.join(format!("{}-{size}-{shade}.webp", page.name))).await?;
                }
            }
        }
        stage.nobody_complains().await?;
        stage.close().await?;
    }
    let sizes = fs::read_dir(folder)?.map(|entry| Ok(entry?.metadata()?.len()));
    let size = sizes.sum::<Result<u64>>()?;
    if size > MOST {
        wrong.push(format!("{size} bytes of pictures, at most {MOST}"));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// The whole page, down to [`TALLEST`], on a screen as tall as that: what sticks to the lower edge is there.
async fn picture(browser: &Browser, file: &Path) -> Result {
    let mut height = u64::from(browser.look.height);
    // A click may have scrolled the page, or led to another one, which is measured again when it is as tall as this one.
    for _ in 0..2 {
        let whole = browser.devtools("Page.getLayoutMetrics", json!({})).await?["cssContentSize"].clone();
        height = whole["height"].as_u64().ok_or("a page without a height")?.clamp(height, TALLEST);
        browser.value("scrollTo({top: 0, behavior: 'instant'})").await?;
        browser.resize(height).await?;
    }
    let wish = json!({"format": "webp", "quality": 40});
    let taken = browser.devtools("Page.captureScreenshot", wish).await?;
    browser.resize(browser.look.height.into()).await?;
    Ok(fs::write(file, STANDARD.decode(taken["data"].as_str().ok_or("no picture")?)?)?)
}
