//! Films and shows as the lines of a page: words instead of numbers, and links.

use std::borrow::Cow;

use askama::{Template, filters::HtmlSafe};
use houselights_app::{
    listings::{CinemaShows, Film, ShowLine},
    posters::Mark,
};
use houselights_domain::{
    money::Minor,
    show::{Availability, Sales},
};

use crate::{
    pages::{film::FilmUrl, poster::Poster, show::ShowUrl},
    text::Text,
};

/// Languages whose names the texts know, by ISO 639-1.
pub(crate) const LANGUAGES: [&str; 26] = [
    "ar", "cs", "da", "de", "el", "en", "es", "fa", "fi", "fr", "he", "hi", "hu", "it", "ja", "ko", "nl", "no", "pl",
    "pt", "ro", "ru", "sv", "tr", "uk", "zh",
];

/// A language's name; a code that is not known stays a code.
pub(crate) fn language(t: Text, code: &str) -> Cow<'_, str> {
    let primary = code.split(['-', '_']).next().unwrap_or(code).to_ascii_lowercase();
    if LANGUAGES.contains(&primary.as_str()) { t.text(&format!("language-{primary}")) } else { Cow::Borrowed(code) }
}

/// A film in a list.
#[derive(Clone, Debug)]
pub(crate) struct FilmLine {
    pub(crate) url: FilmUrl,
    pub(crate) poster: Poster,
    pub(crate) title: String,
    pub(crate) certificate: Option<String>,
    pub(crate) duration: String,
    pub(crate) genres: Vec<String>,
}

impl FilmLine {
    pub(crate) fn of(t: Text, film: &Film, poster: Option<Mark>) -> Self {
        Self {
            url: FilmUrl { film: film.id },
            poster: Poster::of(film, poster),
            title: film.title.clone(),
            certificate: film.certificate.clone(),
            duration: t.duration(film.duration_minutes).into_owned(),
            genres: film.genres.clone(),
        }
    }
}

/// The times of one film in one cinema on one day.
#[derive(Clone, Debug, Template)]
#[template(path = "_times.html")]
pub(crate) struct Times {
    /// The cinema's name, where there are several.
    pub(crate) cinema: Option<String>,
    pub(crate) shows: Vec<ShowTime>,
}

/// Its own markup, in which everything from outside is escaped.
impl HtmlSafe for Times {}

impl Times {
    /// One list a cinema; names stand there where visitors can see several cinemas.
    pub(crate) fn of(t: Text, cinemas: &[CinemaShows], named: bool) -> Vec<Self> {
        let one = |cinema: &CinemaShows| Self {
            cinema: named.then(|| cinema.name.clone()),
            shows: cinema.shows.iter().map(|show| ShowTime::of(t, show)).collect(),
        };
        cinemas.iter().map(one).collect()
    }
}

/// One show.
#[derive(Clone, Debug)]
pub(crate) struct ShowTime {
    /// Where its seats are; none where nothing is sold any more.
    pub(crate) url: Option<ShowUrl>,
    pub(crate) time: String,
    pub(crate) date_time: String,
    pub(crate) screen: String,
    /// Format and languages.
    pub(crate) detail: String,
    pub(crate) price: Option<String>,
    /// What one should know before going there.
    pub(crate) note: Option<String>,
    pub(crate) look: &'static str,
}

impl ShowTime {
    pub(crate) fn of(t: Text, show: &ShowLine) -> Self {
        let row = &show.facts.row;
        let opens = || {
            let moment = t.moment(row.sales_open_at, &show.facts.zone);
            t.with("show-on-sale-from", &[("moment", moment.into())]).into_owned()
        };
        let note = |key: &str| Some(t.text(key).into_owned());
        let (look, note) = match (show.sales, show.seats) {
            (Sales::CalledOff, _) => ("off", note("show-called-off")),
            (Sales::Closed, _) => ("closed", note("show-closed")),
            (Sales::NotYet, _) => ("soon", Some(opens())),
            (Sales::Open, Availability::SoldOut) => ("full", note("show-sold-out")),
            (Sales::Open, _) if show.begun => ("few", note("show-begun")),
            (Sales::Open, Availability::Few) => ("few", note("show-few-left")),
            (Sales::Open, Availability::Plenty) => ("open", None),
        };
        let linked = !matches!(show.sales, Sales::CalledOff | Sales::Closed);
        Self {
            url: linked.then_some(ShowUrl { show: row.id }),
            time: t.time(show.local.time()).into_owned(),
            date_time: show.facts.date_time.clone(),
            screen: row.screen_name.clone(),
            detail: detail(t, show),
            price: linked.then(|| price(t, show)),
            note,
            look,
        }
    }
}

/// `2D · German, English subtitles`.
fn detail(t: Text, show: &ShowLine) -> String {
    let row = &show.facts.row;
    let languages = languages(t, show.language.as_deref(), row.subtitles.as_deref());
    let parts = row.format.as_deref().map(Cow::Borrowed).into_iter().chain(languages);
    parts.collect::<Vec<_>>().join(" · ")
}

/// `German, English subtitles`, of the codes of what is spoken and written.
pub(crate) fn languages<'a>(t: Text, spoken: Option<&'a str>, written: Option<&'a str>) -> Option<Cow<'a, str>> {
    match (spoken.map(|code| language(t, code)), written.map(|code| language(t, code))) {
        (Some(spoken), Some(written)) => {
            Some(t.with("show-spoken-and-written", &[("spoken", spoken.into()), ("written", written.into())]))
        }
        (None, Some(written)) => Some(t.with("show-written", &[("written", written.into())])),
        (spoken, None) => spoken,
    }
}

/// What the cheapest seat costs that everybody may take.
fn price(t: Text, show: &ShowLine) -> String {
    let prices = || show.facts.prices.0.iter().filter(|(band, _)| *band != "companion").map(|(_, price)| *price);
    let (least, most) = (prices().min().unwrap_or_default(), prices().max().unwrap_or_default());
    let text = t.money(least, &show.facts.row.currency);
    if least == most || least == Minor(0) {
        return text.into_owned();
    }
    t.with("show-price-from", &[("price", text.into())]).into_owned()
}
