//! Swagger UI, used as its users do.

use houselights_browser::{Browser, House, Look, Result, css, walk};
use serde_json::json;

/// The box of an operation that is open.
fn block(id: &str, inside: &str) -> houselights_browser::By {
    css(&format!("[id$=\"{id}\"] {inside}"))
}

/// The status and the body of what came back.
async fn answered(browser: &Browser, id: &str) -> Result<(String, String)> {
    let status = browser.find(block(id, ".live-responses-table tbody .response-col_status")).await?.text().await?;
    let body =
        browser.find(block(id, ".live-responses-table tbody .response-col_description pre")).await?.text().await?;
    Ok((status.trim().to_owned(), body))
}

#[test]
fn log_in_authorize_and_ask_with_its_own_forms() {
    walk("swagger", House::demo, async |stage| {
        let browser = stage.browser(Look::DESKTOP).await?;
        browser.go("/swagger/").await?;
        browser.click(block("log_in", ".opblock-summary-control")).await?;
        let who = json!({"username": "guest", "password": "pass"}).to_string();
        browser.type_into(block("log_in", "textarea.body-param__text"), &who).await?;
        browser.click(block("log_in", "button.execute")).await?;
        let (status, body) = answered(&browser, "log_in").await?;
        assert_eq!(status, "200");
        let pair: serde_json::Value = serde_json::from_str(&body)?;
        let token = pair["access"].as_str().ok_or("no access token")?;

        browser.click(css("button.authorize")).await?;
        browser.type_into(css(".auth-container input"), token).await?;
        browser.click(css(".auth-btn-wrapper button[type=submit]")).await?;
        browser.click(css(".auth-btn-wrapper button.btn-done")).await?;

        browser.click(block("my_bookings", ".opblock-summary-control")).await?;
        browser.click(block("my_bookings", "button.execute")).await?;
        let (status, body) = answered(&browser, "my_bookings").await?;
        assert_eq!((status.as_str(), body.as_str()), ("200", "[]"));
        Ok(())
    });
}
