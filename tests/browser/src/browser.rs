//! One browser with a profile of its own, and what a person does with it.

use std::{
    cell::{Cell, RefCell},
    path::Path,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use thirtyfour::{
    BrowserCapabilitiesHelper as _, By, ChromeCapabilities, ChromiumLikeCapabilities as _, LoggingPrefsLogLevel,
    TypingData, WebDriver, WebElement,
};

use crate::{Customer, Look, Result};

/// Longer than anything may take to appear.
const PATIENCE: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(25);

const ARGUMENTS: [&str; 12] = [
    "--headless=new",
    // Only pages of our own are opened, and Chromium's sandbox starts neither as root nor in most containers.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-scrollbars",
    "--font-render-hinting=none",
];

/// A selector of CSS.
pub fn css(selector: &str) -> By {
    By::Css(selector)
}

/// A link that leads to a path.
pub fn link(path: &str) -> By {
    By::Css(format!("a[href=\"{path}\"]"))
}

/// A browser; what it complains about is told by [`Browser::complaints`].
#[derive(Debug)]
pub struct Browser {
    /// For what is not among the methods.
    pub driver: WebDriver,
    /// How it was started.
    pub look: Look,
    base: String,
    clicks: Cell<usize>,
    console: RefCell<Vec<String>>,
    expected: RefCell<Vec<String>>,
}

impl Browser {
    pub(crate) async fn open(url: &str, program: &Path, look: Look, base: String) -> Result<Self> {
        let mut wishes = ChromeCapabilities::new();
        wishes.set_binary(&program.to_string_lossy())?;
        for argument in ARGUMENTS {
            wishes.add_arg(argument)?;
        }
        wishes.add_arg(&format!("--window-size={},{}", look.width, look.height))?;
        wishes.add_arg(&format!("--lang={}", look.language))?;
        wishes.set_browser_log_level(LoggingPrefsLogLevel::All)?;
        let mut preferences = json!({"intl.accept_languages": look.language, "intl.selected_languages": look.language});
        if !look.scripts {
            preferences["profile.managed_default_content_settings.javascript"] = json!(2);
        }
        wishes.set_browser_option("prefs", preferences)?;
        let driver = WebDriver::new(url, wishes).await?;
        let browser = Self {
            driver,
            look,
            base,
            clicks: Cell::default(),
            console: RefCell::default(),
            expected: RefCell::default(),
        };
        browser.settle_look().await?;
        Ok(browser)
    }

    /// What no command line sets: the exact viewport, and what style sheets may ask about.
    async fn settle_look(&self) -> Result {
        let Look { height, phone, dark, .. } = self.look;
        self.resize(height.into()).await?;
        self.devtools("Emulation.setTouchEmulationEnabled", json!({"enabled": phone})).await?;
        self.light(dark).await
    }

    /// Makes the screen as tall as this, in CSS pixels.
    pub async fn resize(&self, height: u64) -> Result {
        let Look { width, phone, .. } = self.look;
        // Not by the driver's own `mobileEmulation`, in which its clicks hang where scripts are turned off.
        let density = if phone { 2 } else { 1 };
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": density, "mobile": phone});
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await.map(drop)
    }

    /// Asks for dark colours, or for light ones, from now on.
    pub async fn light(&self, dark: bool) -> Result {
        let scheme = if dark { "dark" } else { "light" };
        let motion = if self.look.still { "reduce" } else { "no-preference" };
        let features = json!([{"name": "prefers-color-scheme", "value": scheme},
                              {"name": "prefers-reduced-motion", "value": motion}]);
        self.devtools("Emulation.setEmulatedMedia", json!({"features": features})).await.map(drop)
    }

    /// A command of the developer tools' protocol.
    pub async fn devtools(&self, method: &str, parameters: Value) -> Result<Value> {
        Ok(self.driver.cdp().send_raw(method, parameters).await?)
    }

    /// Opens a path of the house as if its address were typed.
    pub async fn go(&self, path: &str) -> Result {
        Ok(self.driver.goto(format!("{}{path}", self.base)).await?)
    }

    /// The path, with its query, of where it is.
    pub async fn path(&self) -> Result<String> {
        let url = self.driver.current_url().await?;
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        Ok(format!("{}{query}", url.path()))
    }

    /// Looks again and again until there is something.
    pub async fn until<T>(&self, what: &str, mut look: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
        let start = Instant::now();
        loop {
            // What is not there yet, or no longer, is looked for again.
            let found = look().await;
            if let Ok(Some(found)) = found {
                return Ok(found);
            }
            if start.elapsed() > PATIENCE {
                let why = found.err().map(|error| format!(": {error}")).unwrap_or_default();
                return Err(format!("not within {PATIENCE:?}: {what}{why}").into());
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The first shown element.
    pub async fn find(&self, by: By) -> Result<WebElement> {
        self.until(&format!("{by:?} is shown"), async || {
            for element in self.driver.find_all(by.clone()).await? {
                if element.is_displayed().await? {
                    return Ok(Some(element));
                }
            }
            Ok(None)
        })
        .await
    }

    /// How many elements there are, now.
    pub async fn count(&self, selector: &str) -> Result<usize> {
        Ok(self.driver.find_all(css(selector)).await?.len())
    }

    /// Waits until there is no such element.
    pub async fn gone(&self, selector: &str) -> Result {
        let none = async || Ok((self.count(selector).await? == 0).then_some(()));
        self.until(&format!("{selector} is gone"), none).await
    }

    /// Clicks, and counts it.
    pub async fn click(&self, by: By) -> Result {
        self.clicks.set(self.clicks.get() + 1);
        let clicked = async || {
            let element = self.find(by.clone()).await?;
            // The middle of the screen, away from anything that sticks to an edge.
            self.driver
                .execute("arguments[0].scrollIntoView({block: 'center', inline: 'center'})", vec![element.to_json()?])
                .await?;
            element.click().await?;
            Ok(Some(()))
        };
        self.until(&format!("{by:?} can be clicked"), clicked).await
    }

    /// How often it was clicked.
    pub fn clicks(&self) -> usize {
        self.clicks.get()
    }

    /// Empties a field and types into it.
    pub async fn type_into(&self, by: By, text: &str) -> Result {
        let field = self.find(by).await?;
        field.clear().await?;
        Ok(field.send_keys(text).await?)
    }

    /// Puts a text into a field at once, as pasting does; typing long texts takes a while.
    pub async fn set(&self, name: &str, text: &str) -> Result {
        let field = self.find(By::Name(name.to_owned())).await?;
        let arguments = vec![field.to_json()?, json!(text)];
        self.driver.execute("arguments[0].value = arguments[1]", arguments).await?;
        Ok(())
    }

    /// Fills in the form of the sign-in page, which is open, and sends it.
    pub async fn fill_sign_in(&self, username: &str, password: &str) -> Result {
        self.set("username", username).await?;
        self.set("password", password).await?;
        self.click(css("main form button")).await?;
        self.gone("main form[action=\"/sign-in/\"]").await
    }

    /// Signs in by the page.
    pub async fn sign_in(&self, customer: &Customer) -> Result {
        self.go("/sign-in/").await?;
        self.fill_sign_in(&customer.username, &customer.password).await
    }

    /// Goes on from the sign-in page, which is open, to the one for new customers, and signs up there.
    pub async fn sign_up(&self, username: &str, password: &str) -> Result {
        self.click(css("main a[href^=\"/sign-up/\"]")).await?;
        self.type_into(By::Name("username"), username).await?;
        self.type_into(By::Name("password"), password).await?;
        self.click(css("main form button")).await?;
        self.gone("main form[action=\"/sign-up/\"]").await
    }

    /// Presses keys, wherever the focus is.
    pub async fn press(&self, keys: impl Into<TypingData>) -> Result {
        Ok(self.driver.action_chain().send_keys(keys).perform().await?)
    }

    /// All text that is shown.
    pub async fn text(&self) -> Result<String> {
        Ok(self.driver.find(css("body")).await?.text().await?)
    }

    /// Waits until a text is shown.
    pub async fn reads(&self, text: &str) -> Result {
        self.until(&format!("{text:?} is to be read"), async || Ok(self.text().await?.contains(text).then_some(())))
            .await
    }

    /// What an expression comes to. This works where the page's own scripts are turned off as well.
    pub async fn value(&self, expression: &str) -> Result<Value> {
        let script = format!("return ({expression})");
        Ok(self.driver.execute(script, Vec::new()).await?.json().clone())
    }

    /// A complaint with this in it is no failure.
    pub fn may_say(&self, text: &str) {
        self.expected.borrow_mut().push(text.to_owned());
    }

    /// What its console has said so far, one line each.
    pub(crate) async fn console(&self) -> Result<Vec<String>> {
        let new = self.driver.browser_log().await?;
        let lines = new.into_iter().map(|entry| {
            let source = entry.source.unwrap_or_default();
            format!("{} {source}: {}", entry.level, entry.message)
        });
        self.console.borrow_mut().extend(lines);
        Ok(self.console.borrow().clone())
    }

    /// Everything in the console that is an error: faults of scripts, what the content security policy stopped, what
    /// could not be loaded. A refusal that a person can read is none.
    pub(crate) async fn complaints(&self) -> Result<Vec<String>> {
        let lines = self.console().await?;
        let expected = self.expected.borrow();
        let refusal = |line: &str| {
            ["400", "401", "403", "409", "422"].iter().any(|s| line.contains(&format!("with a status of {s}")))
        };
        let counts = |line: &String| {
            line.starts_with("SEVERE") && !refusal(line) && !expected.iter().any(|text| line.contains(text))
        };
        Ok(lines.into_iter().filter(counts).collect())
    }
}
