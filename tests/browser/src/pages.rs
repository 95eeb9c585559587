//! Every page there is, once: what axe looks at and what pictures are taken of.

use std::rc::Rc;

use houselights_tests::harness::client::Ask;
use serde_json::json;

use crate::{Browser, Customer, House, Look, Result, Stage, css};

/// Who looks at a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Somebody who is not signed in.
    Visitor,
    /// Somebody with bookings.
    Customer,
    /// Somebody who has just signed up.
    Newcomer,
}

/// A page in a state that is worth looking at.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// What its pictures are called.
    pub name: &'static str,
    /// Its path in the demo; `{order}` and `{booking}` are the customer's.
    pub path: &'static str,
    /// Who looks at it.
    pub who: Who,
    /// What is clicked there first, by selector.
    pub clicked: &'static [&'static str],
    /// What an error page is answered with.
    pub status: Option<&'static str>,
}

impl Page {
    const fn new(name: &'static str, path: &'static str) -> Self {
        Self { name, path, who: Who::Visitor, clicked: &[], status: None }
    }

    const fn of(self, who: Who) -> Self {
        Self { who, ..self }
    }

    const fn after(self, clicked: &'static [&'static str]) -> Self {
        Self { clicked, ..self }
    }

    const fn answered(self, status: &'static str) -> Self {
        Self { status: Some(status), ..self }
    }

    /// Goes there.
    pub async fn open(&self, browser: &Browser, scene: &Scene) -> Result {
        if let Some(status) = self.status {
            browser.may_say(&format!("status of {status}"));
        }
        let path = self.path.replace("{order}", &scene.order).replace("{booking}", &scene.booking);
        browser.go(&path).await?;
        for selector in self.clicked {
            browser.click(css(selector)).await?;
        }
        Ok(())
    }
}

/// All pages.
pub const PAGES: &[Page] = &[
    Page::new("programme", "/"),
    Page::new("programme-films", "/?view=films"),
    Page::new("programme-filters", "/").after(&["details.filters summary"]),
    Page::new("programme-empty", "/?day=2099-01-01"),
    Page::new("film", "/films/1/"),
    Page::new("show", "/shows/1/"),
    Page::new("show-chosen", "/shows/1/").after(&["input[data-seat='20']", "input[data-seat='21']"]),
    Page::new("show-refused", "/shows/1/").of(Who::Newcomer).after(&["form[data-hall] .hall-sum button"]),
    Page::new("order", "/orders/{order}/").of(Who::Customer),
    Page::new("about", "/about/"),
    Page::new("sign-up", "/sign-up/"),
    Page::new("sign-up-refused", "/sign-up/").after(&["main form button"]),
    Page::new("sign-in", "/sign-in/"),
    Page::new("sign-in-refused", "/sign-in/").after(&["main form button"]),
    Page::new("my-bookings", "/my-bookings/").of(Who::Customer),
    Page::new("my-bookings-empty", "/my-bookings/").of(Who::Newcomer),
    Page::new("cancel", "/my-bookings/{booking}/cancel/").of(Who::Customer),
    Page::new("not-found", "/no-such-page/").answered("404"),
    Page::new("api-reference", "/redoc/"),
];

/// The demo with two customers, one of whom has bookings.
#[derive(Debug)]
pub struct Scene {
    customer: Customer,
    newcomer: Customer,
    order: String,
    booking: String,
}

impl Scene {
    /// Signs them up and books.
    pub fn set(house: &House) -> Result<Self> {
        let (customer, newcomer) = (house.customer("robin")?, house.customer("sam")?);
        // The demo's first show is one of its last day: it can be booked whenever this runs. Its first rows are free.
        let book = |seats: &[u32]| {
            let seats = json!({"seat_numbers": seats});
            house.ask(Ask::post("/api/shows/1/book/", &seats).by(&customer.token), 201)
        };
        let (kept, given_back) = (book(&[30, 31])?, book(&[12])?);
        let path = format!("/api/bookings/{}/cancel/", given_back["bookings"][0]["id"]);
        house.ask(Ask::post(&path, &json!({})).by(&customer.token), 200)?;
        let (order, booking) = (kept["order"]["id"].to_string(), kept["bookings"][0]["id"].to_string());
        Ok(Self { customer, newcomer, order, booking })
    }

    /// A browser of everyone who looks.
    pub async fn browsers(&self, stage: &Stage, look: Look) -> Result<Vec<(Who, Rc<Browser>)>> {
        let visitor = stage.browser(look).await?;
        let customer = stage.browser(look).await?;
        customer.sign_in(&self.customer).await?;
        let newcomer = stage.browser(look).await?;
        newcomer.sign_in(&self.newcomer).await?;
        Ok(vec![(Who::Visitor, visitor), (Who::Customer, customer), (Who::Newcomer, newcomer)])
    }
}
