//! What the show's page shows.

use std::{borrow::Cow, sync::Arc};

use askama::Template;
use axum_extra::routing::TypedPath;
use houselights_app::{
    catalogue::{Movie, ShowFacts},
    live::SeatMap,
};
use houselights_domain::{ShowId, UtcMicros, money::Currency};
use serde::Deserialize;

use super::{
    ShowUrl,
    choice::{Choice, SEATS},
    map::{HallMap, Place, Row, Source},
};
use crate::{
    pages::{
        programme::lines::languages,
        shell::{self, Page},
    },
    problem::Code,
    text::Text,
};

/// The feed of the show's seats.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/api/shows/{show}/live/")]
pub(super) struct LiveUrl {
    show: ShowId,
}

/// The show's seats as JSON.
#[derive(Clone, Copy, Debug, Deserialize, TypedPath)]
#[typed_path("/api/shows/{show}/seats/")]
pub(super) struct SeatsUrl {
    show: ShowId,
}

/// How far a show has come, as its sales go. The page looks another way in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    NotOpen,
    OnSale,
    /// The film has begun and seats are still sold.
    Started,
    Closed,
    CalledOff,
}

impl Moment {
    pub(super) fn of(facts: &ShowFacts, now: UtcMicros) -> Self {
        if facts.row.called_off {
            Self::CalledOff
        } else if now < facts.row.sales_open_at {
            Self::NotOpen
        } else if !facts.on_sale(now) {
            Self::Closed
        } else if now < facts.row.starts_at {
            Self::OnSale
        } else {
            Self::Started
        }
    }
}

/// What a page depends on besides the show and its seats.
#[derive(Clone, Copy, Debug)]
pub(super) struct Circumstances {
    pub(super) now: UtcMicros,
    /// The most seats of one order.
    pub(super) most: usize,
    /// Why the form came back.
    pub(super) no: Option<Code>,
}

/// Something that has to be known before choosing.
#[derive(Clone, Debug)]
struct Told {
    title: String,
    next: String,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "show.html")]
pub(crate) struct ShowPage {
    t: Text,
    url: ShowUrl,
    film: String,
    cinema: String,
    screen: String,
    /// RFC 3339 in the cinema's zone.
    date_time: String,
    when: String,
    ends: String,
    certificate: Option<String>,
    format: Option<String>,
    /// What is spoken and what is written below the picture.
    languages: Option<String>,
    /// How things stand with the sale, where there is something to say.
    standing: Option<Told>,
    /// Why the form came back.
    no: Option<Told>,
    map: HallMap,
    /// Whether seats can be chosen.
    open: bool,
    position: String,
    currency: String,
    digits: u16,
    most: usize,
}

impl ShowPage {
    pub(super) fn new(
        t: Text,
        (facts, film): (&Arc<ShowFacts>, &Movie),
        seats: &SeatMap,
        choice: &Choice,
        circumstances: Circumstances,
    ) -> Self {
        let row = &facts.row;
        let moment = Moment::of(facts, circumstances.now);
        let open = matches!(moment, Moment::OnSale | Moment::Started);
        let chosen = choice.known(&facts.layout);
        let source =
            Source { layout: &facts.layout, prices: &facts.prices, currency: &row.currency, open, chosen: &chosen };
        let map = HallMap::draw(&source, |seat| seats.state(seat), t);
        let clock = |at: UtcMicros| t.time(facts.zone.to_datetime(at.timestamp()).time()).into_owned();
        Self {
            t,
            url: ShowUrl { show: row.id },
            film: row.movie_title.clone(),
            cinema: row.cinema_name.clone(),
            screen: row.screen_name.clone(),
            date_time: facts.date_time.clone(),
            when: t.moment(row.starts_at, &facts.zone).into_owned(),
            ends: clock(row.ends_at),
            certificate: film.certificate.clone(),
            format: row.format.clone(),
            languages: languages(t, facts.spoken(&film.languages), row.subtitles.as_deref()).map(Cow::into_owned),
            standing: standing(t, facts, moment, map.free),
            no: circumstances.no.map(|no| reason(t, no, &map)),
            map,
            open,
            position: seats.position.to_string(),
            currency: row.currency.clone(),
            digits: row.currency.parse().map_or(0, |currency: Currency| currency.exponent()),
            most: circumstances.most,
        }
    }

    fn live(&self) -> String {
        format!("{}?since={}", LiveUrl { show: self.url.show }, self.position)
    }

    fn seats(&self) -> SeatsUrl {
        SeatsUrl { show: self.url.show }
    }

    fn at(&self) -> String {
        let values = [("cinema", self.cinema.as_str().into()), ("screen", self.screen.as_str().into())];
        self.t.with("hall-where", &values).into_owned()
    }

    fn until(&self) -> String {
        self.t.with("hall-ends", &[("time", self.ends.as_str().into())]).into_owned()
    }

    fn rated(&self, certificate: &str) -> String {
        self.t.with("hall-certificate", &[("certificate", certificate.into())]).into_owned()
    }

    fn row_name(&self, row: &str) -> String {
        self.t.with("hall-row", &[("row", row.into())]).into_owned()
    }

    fn kind(&self, band: &str) -> String {
        self.t.text(&format!("hall-kind-{band}")).into_owned()
    }

    /// With a mark where the script puts the seats.
    fn gone(&self) -> String {
        self.t.with("hall-gone", &[("seats", "{seats}".into())]).into_owned()
    }
}

fn told(t: Text, key: &str, values: &[(&'static str, fluent_bundle::FluentValue<'_>)]) -> Told {
    Told { title: t.with(key, values).into_owned(), next: t.attribute(key, "next").into_owned() }
}

fn standing(t: Text, facts: &ShowFacts, moment: Moment, free: u32) -> Option<Told> {
    let at = |at: UtcMicros| ("when", t.moment(at, &facts.zone).into());
    let clock = |at: UtcMicros| ("time", t.time(facts.zone.to_datetime(at.timestamp()).time()).into());
    match moment {
        Moment::CalledOff => Some(told(t, "hall-called-off", &[])),
        Moment::NotOpen => Some(told(t, "hall-not-open", &[at(facts.row.sales_open_at)])),
        Moment::Closed => Some(told(t, "hall-closed", &[])),
        Moment::OnSale | Moment::Started if free == 0 => Some(told(t, "hall-sold-out", &[])),
        Moment::Started => Some(told(t, "hall-started", &[clock(facts.row.sales_close_at)])),
        Moment::OnSale => None,
    }
}

/// Why a form came back: the seats that are gone by their names, or the reason as every page tells it.
fn reason(t: Text, no: Code, map: &HallMap) -> Told {
    if map.lost.is_empty() {
        let key = format!("problem-{}", no.as_str());
        return told(t, &key, &[]);
    }
    let values = [("seats", map.lost.join(", ").into()), ("count", map.lost.len().into())];
    told(t, "hall-lost", &values)
}

impl Page for ShowPage {
    const PLACE: shell::Place = shell::Place::Programme;
    const SCRIPTS: &'static [&'static str] = &["hall.js"];
    const STYLES: &'static [&'static str] = &["hall.css", "seats.css"];

    fn title(&self) -> String {
        let values = [("film", self.film.as_str().into()), ("when", self.when.as_str().into())];
        self.t.with("hall-title", &values).into_owned()
    }

    fn description(&self) -> Option<String> {
        let film = ("film", self.film.as_str().into());
        let values = [film, ("cinema", self.cinema.as_str().into()), ("when", self.when.as_str().into())];
        Some(self.t.with("hall-description", &values).into_owned())
    }

    #[cfg(test)]
    fn samples(t: Text) -> Vec<Self> {
        super::tests::samples(t)
    }
}
