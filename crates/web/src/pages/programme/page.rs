//! What the programme's page shows.

use askama::Template;
use houselights_app::listings::{Choices, DayProgramme, FilmNext, FilmWall, Ignored, Strip, Wanted};
use houselights_domain::CinemaId;
use jiff::civil::Date;

use super::{
    ProgrammeUrl,
    asked::{Asked, View},
    lines::{FilmLine, Times, language},
};
use crate::{
    pages::poster::Poster,
    pages::shell::{Page, Place},
    text::Text,
};

/// More cinemas than this are chosen in the form only.
const MOST_PILLS: usize = 8;

/// A link that may be the one that is open.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) url: String,
    pub(super) text: String,
    pub(super) current: bool,
}

/// A day of the strip.
#[derive(Clone, Debug)]
pub(super) struct Day {
    pub(super) url: String,
    pub(super) date: Date,
    pub(super) weekday: String,
    /// The date in full and how many shows there are.
    pub(super) label: String,
    pub(super) shows: usize,
    pub(super) current: bool,
}

/// A choice of the form.
#[derive(Clone, Debug)]
pub(super) struct Select {
    pub(super) name: &'static str,
    pub(super) label: String,
    /// Value, text, and whether it is chosen.
    pub(super) options: Vec<(String, String, bool)>,
}

/// A film with its times.
#[derive(Clone, Debug)]
pub(super) struct DayFilm {
    pub(super) film: FilmLine,
    pub(super) times: Vec<Times>,
}

/// A film on the wall.
#[derive(Clone, Debug)]
pub(super) struct WallFilm {
    pub(super) film: FilmLine,
    pub(super) next: String,
    pub(super) date_time: String,
    pub(super) shows: usize,
}

/// Why there is nothing to see, and what to do.
#[derive(Clone, Debug)]
pub(super) struct Empty {
    pub(super) title: String,
    pub(super) next: String,
    pub(super) links: Vec<Choice>,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "programme.html")]
pub(crate) struct Programme {
    t: Text,
    asked: Asked,
    overline: String,
    heading: String,
    ignored: Vec<Ignored>,
    cinemas: Vec<Choice>,
    strip: Strip,
    /// The day that is shown.
    day: Option<Date>,
    selects: Vec<Select>,
    day_films: Vec<DayFilm>,
    wall: Vec<WallFilm>,
    over: usize,
    left_out: usize,
    empty: Option<Empty>,
}

impl Programme {
    /// The programme of a day.
    pub(super) fn of_day(t: Text, day: DayProgramme, mut ignored: Vec<Ignored>) -> Self {
        ignored.extend(&day.ignored);
        let asked = Asked { view: View::Day, wanted: day.wanted };
        let named = day.choices.cinemas.len() > 1 && asked.wanted.cinema.is_none();
        let film = |film: &houselights_app::listings::FilmShows| DayFilm {
            film: FilmLine::of(t, &film.film, film.poster),
            times: Times::of(t, &film.cinemas, named),
        };
        let seen = |today| t.date_seen_from(day.day, today).into_owned();
        let near = |today: &Date| *today == day.day || today.tomorrow().is_ok_and(|tomorrow| tomorrow == day.day);
        Self {
            overline: day.strip.today.filter(near).map_or_else(|| t.text("programme-title").into_owned(), seen),
            heading: t.date_day(day.day).into_owned(),
            empty: day.films.is_empty().then(|| Empty::day(t, &asked, day.next, &day.choices)),
            day_films: day.films.iter().map(film).collect(),
            day: Some(day.day),
            over: day.over,
            left_out: day.left_out,
            wall: Vec::new(),
            ..Self::framed(t, asked, &day.choices, day.strip, ignored)
        }
    }

    /// All films.
    pub(super) fn of_films(t: Text, wall: FilmWall, mut ignored: Vec<Ignored>) -> Self {
        ignored.extend(&wall.ignored);
        let asked = Asked { view: View::Films, wanted: wall.wanted };
        let today = wall.strip.today;
        Self {
            overline: t.text("programme-title").into_owned(),
            heading: asked.wanted.day.map_or_else(|| t.text("programme-all-films"), |day| t.date_day(day)).into_owned(),
            empty: wall.films.is_empty().then(|| Empty::films(t, &asked, &wall.choices)),
            wall: wall.films.iter().map(|film| WallFilm::of(t, film, today)).collect(),
            day: asked.wanted.day,
            ..Self::framed(t, asked, &wall.choices, wall.strip, ignored)
        }
    }

    fn framed(t: Text, asked: Asked, choices: &Choices, strip: Strip, ignored: Vec<Ignored>) -> Self {
        Self {
            t,
            overline: String::new(),
            heading: String::new(),
            cinemas: cinemas(t, &asked, choices),
            selects: selects(t, &asked.wanted, choices),
            asked,
            ignored,
            strip,
            day: None,
            day_films: Vec::new(),
            wall: Vec::new(),
            over: 0,
            left_out: 0,
            empty: None,
        }
    }

    fn views(&self) -> [Choice; 2] {
        [(View::Day, "programme-by-day"), (View::Films, "programme-by-film")].map(|(view, key)| {
            let asked = if view == View::Films { self.asked.on(None) } else { self.asked.clone() };
            let text = self.t.text(key).into_owned();
            Choice { url: asked.seen(view).to_string(), text, current: self.asked.view == view }
        })
    }

    fn days(&self) -> Vec<Day> {
        let day = |day: &houselights_app::listings::StripDay| {
            let count = self.t.count("programme-shows", day.shows);
            Day {
                url: self.asked.on(Some(day.date)).to_string(),
                date: day.date,
                weekday: self.weekday(day.date),
                label: format!("{}, {count}", self.t.date_day(day.date)),
                shows: day.shows,
                current: self.day == Some(day.date),
            }
        };
        self.strip.days.iter().map(day).collect()
    }

    fn weekday(&self, date: Date) -> String {
        let text = if self.strip.today == Some(date) { self.t.text("date-today") } else { self.t.weekday_short(date) };
        text.into_owned()
    }

    fn earlier(&self) -> Option<String> {
        self.strip.earlier.map(|day| self.asked.on(Some(day)).to_string())
    }

    fn later(&self) -> Option<String> {
        self.strip.later.map(|day| self.asked.on(Some(day)).to_string())
    }

    fn notices(&self) -> Vec<String> {
        let key = |ignored: &Ignored| match ignored {
            Ignored::Cinema => "programme-ignored-cinema",
            Ignored::Day => "programme-ignored-day",
            Ignored::Format => "programme-ignored-format",
            Ignored::Language => "programme-ignored-language",
        };
        self.ignored.iter().map(|ignored| self.t.text(key(ignored)).into_owned()).collect()
    }

    /// How many choices only the form shows.
    fn filtered(&self) -> usize {
        let wanted = &self.asked.wanted;
        usize::from(wanted.format.is_some()) + usize::from(wanted.language.is_some())
    }

    fn is_films(&self) -> bool {
        self.asked.view == View::Films
    }

    fn chosen_day(&self) -> String {
        self.asked.wanted.day.map(|day| day.to_string()).unwrap_or_default()
    }

    fn first_day(&self) -> String {
        self.strip.days.first().map(|day| day.date.to_string()).unwrap_or_default()
    }
}

/// Cinemas as links, unless there are too many or only one.
fn cinemas(t: Text, asked: &Asked, choices: &Choices) -> Vec<Choice> {
    if !(2..=MOST_PILLS).contains(&choices.cinemas.len()) {
        return Vec::new();
    }
    let one = |cinema: Option<CinemaId>, text: String| Choice {
        url: asked.at(cinema).to_string(),
        text,
        current: asked.wanted.cinema == cinema,
    };
    let all = one(None, t.text("programme-cinemas-all").into_owned());
    std::iter::once(all).chain(choices.cinemas.iter().map(|(id, name)| one(Some(*id), name.clone()))).collect()
}

/// What the form offers: only where there is a choice.
fn selects(t: Text, wanted: &Wanted, choices: &Choices) -> Vec<Select> {
    let select = |name, key: &str, options: Vec<(String, String, bool)>| Select {
        name,
        label: t.text(key).into_owned(),
        options,
    };
    let cinemas = choices.cinemas.iter();
    let cinemas = cinemas.map(|(id, name)| (id.0.to_string(), name.clone(), wanted.cinema == Some(*id))).collect();
    let formats = choices.formats.iter();
    let formats = formats.map(|format| (format.clone(), format.clone(), wanted.format.as_ref() == Some(format)));
    let mut languages: Vec<(String, String, bool)> = choices
        .languages
        .iter()
        .map(|code| (code.clone(), language(t, code).into_owned(), wanted.language.as_ref() == Some(code)))
        .collect();
    languages.sort_by(|a, b| a.1.cmp(&b.1));
    let all = [
        select(Asked::CINEMA, "programme-filter-cinema", cinemas),
        select(Asked::FORMAT, "programme-filter-format", formats.collect()),
        select(Asked::LANGUAGE, "programme-filter-language", languages),
    ];
    all.into_iter().filter(|select| select.options.len() > 1).collect()
}

impl WallFilm {
    fn of(t: Text, film: &FilmNext, today: Option<Date>) -> Self {
        let (day, time) = (film.local.date(), t.time(film.local.time()));
        let near = today.filter(|today| day == *today || today.tomorrow().is_ok_and(|tomorrow| tomorrow == day));
        let day = near.map_or_else(|| t.date_short(day), |today| t.date_seen_from(day, today));
        Self {
            film: FilmLine::of(t, &film.film, film.poster),
            next: t.with("programme-next", &[("day", day.into()), ("time", time.into())]).into_owned(),
            date_time: film.next.date_time.clone(),
            shows: film.shows,
        }
    }
}

impl Empty {
    fn day(t: Text, asked: &Asked, next: Option<Date>, choices: &Choices) -> Self {
        let Some(next) = next else { return Self::films(t, asked, choices) };
        let day = t.date_day(next);
        let link = Choice {
            url: asked.on(Some(next)).to_string(),
            text: t.with("programme-empty-see", &[("day", day.clone().into())]).into_owned(),
            current: false,
        };
        Self {
            title: t.text("programme-empty-day").into_owned(),
            next: t.with("programme-empty-next", &[("day", day.into())]).into_owned(),
            links: std::iter::once(link).chain(Self::way_out(t, asked)).collect(),
        }
    }

    fn films(t: Text, asked: &Asked, choices: &Choices) -> Self {
        let key = if choices.cinemas.is_empty() { "programme-empty" } else { "programme-empty-match" };
        Self {
            title: t.text(key).into_owned(),
            next: t.attribute(key, "next").into_owned(),
            links: Self::way_out(t, asked).into_iter().collect(),
        }
    }

    /// Without the choices, if any were made besides the day.
    fn way_out(t: Text, asked: &Asked) -> Option<Choice> {
        let (url, text) = (asked.all().to_string(), t.text("programme-filter-clear").into_owned());
        (asked.on(None).wanted != Wanted::default()).then_some(Choice { url, text, current: false })
    }
}

impl Page for Programme {
    const PLACE: Place = Place::Programme;
    const STYLES: &'static [&'static str] = &["programme.css"];

    fn title(&self) -> String {
        if self.asked.wanted.day.is_some() { self.heading.clone() } else { self.t.text("programme-title").into_owned() }
    }

    fn description(&self) -> Option<String> {
        Some(self.t.text("programme-description").into_owned())
    }

    #[cfg(test)]
    fn samples(t: Text) -> Vec<Self> {
        super::samples::programmes(t)
    }
}
