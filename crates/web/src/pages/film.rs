//! `/films/<id>/`: one film and all its coming shows.

use std::sync::Arc;

use askama::Template;
use axum::{Router, response::Response};
use axum_extra::routing::{RouterExt, TypedPath};
use houselights_app::listings::{FilmDay, FilmProgramme};
use houselights_domain::MovieId;
use serde::Deserialize;

use super::{
    kept::Grounds,
    no::Result,
    poster::Poster,
    programme::{
        ProgrammeUrl,
        lines::{Times, language},
    },
    shell::{Page, Place},
    visitor::Visitor,
};
use crate::{site::Site, text::Text};

/// A description for search engines is no longer than this, in characters.
const LONGEST_DESCRIPTION: usize = 200;

/// The page's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TypedPath)]
#[typed_path("/films/{film}/", rejection(super::no::No))]
pub struct FilmUrl {
    /// Which film.
    pub film: MovieId,
}

/// The shows of one day.
#[derive(Clone, Debug)]
struct Day {
    date: String,
    heading: String,
    times: Vec<Times>,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "film.html")]
pub(crate) struct FilmPage {
    t: Text,
    poster: Poster,
    title: String,
    duration: String,
    certificate: Option<String>,
    genres: Vec<String>,
    languages: Vec<String>,
    released: Option<String>,
    synopsis: String,
    days: Vec<Day>,
    left_out: usize,
    programme: ProgrammeUrl,
}

impl FilmPage {
    fn new(t: Text, programme: FilmProgramme) -> Self {
        let FilmProgramme { film, poster, today, days, several_cinemas, left_out, basis: _ } = programme;
        let day = |day: &FilmDay| {
            let near = today.filter(|today| *today == day.date || today.tomorrow().is_ok_and(|next| next == day.date));
            let full = t.date_day(day.date);
            let heading = match near {
                Some(today) => format!("{}, {full}", t.date_seen_from(day.date, today)),
                None => full.into_owned(),
            };
            Day { date: day.date.to_string(), heading, times: Times::of(t, &day.cinemas, several_cinemas) }
        };
        Self {
            t,
            poster: Poster::of(&film, poster),
            title: film.title.clone(),
            duration: t.duration(film.duration_minutes).into_owned(),
            certificate: film.certificate.clone(),
            genres: film.genres.clone(),
            languages: film.languages.iter().map(|code| language(t, code).into_owned()).collect(),
            released: film.released.map(|day| t.date_long(day).into_owned()),
            synopsis: film.synopsis.clone(),
            days: days.iter().map(day).collect(),
            left_out,
            programme: ProgrammeUrl,
        }
    }

    fn languages_text(&self) -> String {
        self.languages.join(", ")
    }

    /// The synopsis paragraph by paragraph.
    fn paragraphs(&self) -> impl Iterator<Item = &str> {
        self.synopsis.lines().map(str::trim).filter(|line| !line.is_empty())
    }
}

impl Page for FilmPage {
    const PLACE: Place = Place::Elsewhere;
    const STYLES: &'static [&'static str] = &["programme.css"];

    fn title(&self) -> String {
        self.title.clone()
    }

    fn description(&self) -> Option<String> {
        let first = self.paragraphs().next();
        let short = |text: &str| text.chars().take(LONGEST_DESCRIPTION).collect();
        Some(first.map_or_else(|| self.t.named("film-description", &self.title).into_owned(), short))
    }

    #[cfg(test)]
    fn samples(t: Text) -> Vec<Self> {
        super::programme::samples::films().into_iter().map(|film| Self::new(t, film)).collect()
    }
}

/// The page's route.
pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new().typed_get(film)
}

async fn film(url: FilmUrl, visitor: Visitor) -> Result<Response> {
    let make = async || {
        let programme = visitor.site.app.listings.film(url.film).await?;
        let grounds = Grounds::of(&programme.basis, true);
        Ok((FilmPage::new(visitor.t, programme), grounds))
    };
    if visitor.here.as_str() == url.to_string() {
        return visitor.show_listings(make).await;
    }
    let (page, _) = make().await?;
    Ok(visitor.show(&page))
}
