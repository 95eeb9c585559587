//! What a failed walk leaves behind: what each browser showed, its page and its console.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::{Browser, Result};

/// The folder for a walk's evidence, below cargo's target folder, in which this program stands.
pub(crate) fn folder(walk: &str) -> Result<PathBuf> {
    let program = env::current_exe()?;
    let profile = |folder: &&Path| folder.ends_with("debug") || folder.ends_with("release");
    let target = program.ancestors().find(profile).and_then(Path::parent).ok_or("not in a target folder")?;
    Ok(target.join("browser").join(walk))
}

/// Removes what an earlier run left.
pub(crate) fn forget(walk: &str) -> Result {
    let folder = folder(walk)?;
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Ok(())
}

/// Writes down what a browser shows. What cannot be had, such as the page behind a dialog, is left out.
pub(crate) async fn keep(walk: &str, number: usize, browser: &Browser) -> Result<PathBuf> {
    let folder = folder(walk)?;
    fs::create_dir_all(&folder)?;
    if let Ok(picture) = browser.driver.screenshot_as_png().await {
        fs::write(folder.join(format!("{number}.png")), picture)?;
    }
    if let Ok(source) = browser.driver.source().await {
        fs::write(folder.join(format!("{number}.html")), source)?;
    }
    let lines = browser.console().await.unwrap_or_default();
    fs::write(folder.join(format!("{number}-console.txt")), lines.join("\n"))?;
    Ok(folder)
}
