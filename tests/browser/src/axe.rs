//! axe-core over a page: levels A and AA of WCAG 2.0, 2.1 and 2.2.

use serde_json::Value;

use crate::{Browser, Result};

const AXE: &str = include_str!("../vendor/axe.min.js");

/// Puts axe into the page and runs it. It is put in by the driver, which no content security policy stops.
const RUN: &str = "
const done = arguments[arguments.length - 1];
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})
  .then(found => done(found.violations), fault => done(String(fault)));";

/// Every rule that is broken, one line each: how often, and where first.
pub async fn violations(browser: &Browser) -> Result<Vec<String>> {
    browser.driver.execute(AXE, Vec::new()).await?;
    let found = browser.driver.execute_async(RUN, Vec::new()).await?.json().clone();
    let found = found.as_array().ok_or_else(|| format!("axe could not be run: {found}"))?;
    Ok(found.iter().map(line).collect())
}

fn line(violation: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().replace('\n', " ");
    let nodes = violation["nodes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let places: Vec<String> = nodes.iter().take(3).map(|node| text(&node["html"])).collect();
    let why = nodes.first().map(|node| text(&node["failureSummary"])).unwrap_or_default();
    format!("{} ({} times): {}: {why}", text(&violation["id"]), nodes.len(), places.join(", "))
}
