//! A walk: a house, browsers, steps, and the evidence if it goes wrong.

use std::{cell::RefCell, panic::AssertUnwindSafe, rc::Rc};

use futures_util::FutureExt as _;

use crate::{Browser, House, Look, Result, chromedriver::Chromedriver, evidence};

/// What a walk walks on.
#[derive(Debug)]
pub struct Stage {
    /// The ticket office.
    pub house: House,
    chromedriver: Chromedriver,
    browsers: RefCell<Vec<Rc<Browser>>>,
}

impl Stage {
    /// A stage on a house, without browsers so far.
    pub fn set(house: House) -> Result<Self> {
        let chromedriver = Chromedriver::start(house.folder())?;
        Ok(Self { house, chromedriver, browsers: RefCell::default() })
    }

    /// A further browser, with a profile of its own.
    pub async fn browser(&self, look: Look) -> Result<Rc<Browser>> {
        let Chromedriver { url, browser, .. } = &self.chromedriver;
        let browser = Rc::new(Browser::open(url, browser, look, self.house.url("")).await?);
        self.browsers.borrow_mut().push(Rc::clone(&browser));
        Ok(browser)
    }

    fn open(&self) -> Vec<Rc<Browser>> {
        self.browsers.borrow().clone()
    }

    /// Fails if any browser has complained.
    pub async fn nobody_complains(&self) -> Result {
        let mut complaints = Vec::new();
        for browser in self.open() {
            complaints.extend(browser.complaints().await?);
        }
        if complaints.is_empty() { Ok(()) } else { Err(format!("the console: {}", complaints.join("\n")).into()) }
    }

    /// Closes all browsers.
    pub async fn close(&self) -> Result {
        for browser in self.browsers.take() {
            browser.driver.clone().quit().await?;
        }
        Ok(())
    }

    async fn keep_evidence(&self, walk: &str) -> Result<String> {
        let mut kept = String::from("no browser was open");
        for (number, browser) in (1..).zip(self.open()) {
            let folder = evidence::keep(walk, number, &browser).await?;
            kept = format!("what the browsers showed is in {}", folder.display());
        }
        Ok(kept)
    }
}

/// Takes a walk through a house.
///
/// # Panics
/// Where a step fails, or a browser complains; the message names the folder with the evidence.
#[expect(clippy::panic, reason = "this is how a test fails")]
pub fn walk(name: &str, house: impl FnOnce() -> Result<House>, steps: impl AsyncFnOnce(&Stage) -> Result) {
    let outcome = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Into::into);
    let outcome = outcome.and_then(|runtime| runtime.block_on(take(name, house, steps)));
    if let Err(error) = outcome {
        panic!("{name}: {error}");
    }
}

async fn take(name: &str, house: impl FnOnce() -> Result<House>, steps: impl AsyncFnOnce(&Stage) -> Result) -> Result {
    evidence::forget(name)?;
    let stage = Stage::set(house()?)?;
    let walked = AssertUnwindSafe(async {
        steps(&stage).await?;
        stage.nobody_complains().await
    });
    let outcome = match walked.catch_unwind().await {
        Ok(outcome) => outcome,
        Err(panic) => Err(said(panic.as_ref()).into()),
    };
    let Err(error) = outcome else { return stage.close().await };
    let kept = stage.keep_evidence(name).await;
    // The driver is killed with the stage; a browser that hangs must not hide what went wrong.
    let _ = stage.close().await;
    Err(format!("{error}\n({})", kept?).into())
}

fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_else(|| "panicked".into())
}
