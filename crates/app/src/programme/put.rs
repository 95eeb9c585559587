//! One part at a time: compares what is asked for with what is stored, refuses what must not change, writes the rest.

use houselights_domain::{
    LayoutId, Problem, ShowId, UtcMicros,
    draft::{NewCinema, NewMovie, NewScreen, NewShow, ScreenPath},
    layout::{Layout, LayoutPlan},
    problem::quoted,
};
use houselights_store::cold::{
    catalogue::Movie,
    cinemas::{self, CinemaRow},
    movies,
    screens::{self, ScreenRow},
    shows::{self, Clash, ShowFields, StoredShow},
    turns::ProgrammeTurn,
};

use super::stored::{Stored, zone};
use crate::error::Error;

/// How many shows a refusal names.
const MOST_NAMED: usize = 5;

/// What became of one part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Created,
    Changed,
    Unchanged,
}

/// Why a part was not put.
#[derive(Debug)]
pub(crate) enum Stop {
    /// A rule says "no"; the path is relative to the part.
    At(Problem),
    /// The database does.
    Failed(Error),
}

/// What putting a part comes to.
pub(crate) type Put<T> = Result<T, Stop>;

impl From<houselights_store::Error> for Stop {
    fn from(error: houselights_store::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// What a new layout of a screen does to shows of it that have live tickets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TicketsMay {
    /// They keep the layout they have: staff rebuild a screen knowing that.
    KeepTheirLayout,
    /// The new layout is refused: in a file it may be a slip of the pen.
    NotLoseTheirLayout,
}

fn no<T>(path: &str, reason: impl std::fmt::Display) -> Put<T> {
    Err(Stop::At(Problem::new(path, reason)))
}

/// Two shows that need one screen at the same time, as a sentence.
pub(crate) fn clash_told(clash: &Clash) -> String {
    let at = |time: UtcMicros| zone(&clash.timezone).map_or_else(|_| time.rfc3339_utc(), |zone| time.rfc3339_in(&zone));
    format!(
        "{} at {} overlaps {} at {} on screen {} (film and cleaning)",
        quoted(&clash.key),
        at(clash.starts_at),
        quoted(&clash.other),
        at(clash.other_starts_at),
        quoted(&format!("{}/{}", clash.cinema_key, clash.screen_key)),
    )
}

impl Stored {
    /// Puts a cinema without its screens.
    pub(crate) async fn put_cinema(&mut self, tx: &ProgrammeTurn<'_>, asked: &NewCinema) -> Put<Change> {
        let row = |id| CinemaRow {
            id,
            key: asked.key.clone(),
            name: asked.name.clone(),
            timezone: asked.timezone.clone(),
            currency: asked.currency.code().to_owned(),
        };
        let Some(there) = self.cinemas.get(&asked.key) else {
            let id = cinemas::add(tx, asked).await?;
            self.cinemas.insert(asked.key.clone(), row(id));
            return Ok(Change::Created);
        };
        let wanted = row(there.id);
        if *there == wanted {
            return Ok(Change::Unchanged);
        }
        let lasting =
            [("timezone", &there.timezone, &wanted.timezone), ("currency", &there.currency, &wanted.currency)];
        if lasting.iter().any(|(_, before, after)| before != after) {
            // Amounts were quoted in the old currency, and what is being sold right now is history in a moment.
            shows::requote(tx, there.id).await?;
        }
        for (field, before, after) in lasting {
            if before != after && cinemas::has_history(tx, there.id).await? {
                return no(field, format!("tickets were sold with {before}, so it cannot become {after}"));
            }
        }
        cinemas::change(tx, there.id, asked).await?;
        for screen in self.screens.values_mut().filter(|screen| screen.cinema == wanted.id) {
            screen.timezone.clone_from(&wanted.timezone);
            screen.currency.clone_from(&wanted.currency);
        }
        self.cinemas.insert(asked.key.clone(), wanted);
        Ok(Change::Changed)
    }

    /// Puts a screen of a cinema that is stored.
    pub(crate) async fn put_screen(
        &mut self,
        tx: &ProgrammeTurn<'_>,
        cinema: &str,
        asked: &NewScreen,
        tickets: TicketsMay,
        now: UtcMicros,
    ) -> Put<Change> {
        let path = ScreenPath { cinema: cinema.to_owned(), screen: asked.key.clone() };
        let Some(mut row) = self.screens.get(&path).cloned() else {
            let row = self.add_screen(tx, cinema, asked, now).await?;
            self.screens.insert(path, row);
            return Ok(Change::Created);
        };
        let rebuilt = screens::plan(&row.plan)? != *asked.layout.plan();
        let recleaned = row.cleaning_minutes != asked.cleaning_minutes;
        if !rebuilt && !recleaned && row.name == asked.name {
            return Ok(Change::Unchanged);
        }
        if rebuilt {
            let layout = rebuild(tx, &row, &asked.layout, tickets, now).await?;
            row = ScreenRow { layout, ..with_plan(row, &asked.layout)? };
        }
        screens::change(tx, row.id, asked).await?;
        if recleaned {
            shows::reclean(tx, row.id, asked.cleaning_minutes, now).await?;
            self.recleaned.push(row.id);
        }
        if rebuilt || recleaned {
            self.refresh(tx, |show| show.fields.screen == row.id).await?;
        }
        row.name.clone_from(&asked.name);
        row.cleaning_minutes = asked.cleaning_minutes;
        self.screens.insert(path, row);
        Ok(Change::Changed)
    }

    async fn add_screen(
        &self,
        tx: &ProgrammeTurn<'_>,
        cinema: &str,
        asked: &NewScreen,
        now: UtcMicros,
    ) -> Put<ScreenRow> {
        let Some(cinema) = self.cinemas.get(cinema) else {
            return no("", format!("there is no cinema {}", quoted(cinema)));
        };
        let (id, layout) = screens::add(tx, cinema.id, asked, now).await?;
        let row = ScreenRow {
            id,
            cinema: cinema.id,
            cinema_key: cinema.key.clone(),
            timezone: cinema.timezone.clone(),
            currency: cinema.currency.clone(),
            key: asked.key.clone(),
            name: asked.name.clone(),
            cleaning_minutes: asked.cleaning_minutes,
            layout,
            total_seats: 0,
            plan: String::new(),
        };
        with_plan(row, &asked.layout)
    }

    /// Puts a movie; a new running time moves the ends of its coming shows.
    pub(crate) async fn put_movie(&mut self, tx: &ProgrammeTurn<'_>, asked: &NewMovie, now: UtcMicros) -> Put<Change> {
        let Some(there) = self.movies.get(&asked.key) else {
            let id = movies::add(tx, asked).await?;
            self.movies.insert(asked.key.clone(), Movie::of(id, asked));
            return Ok(Change::Created);
        };
        let (id, before) = (there.id, there.as_asked()?);
        if before == *asked {
            return Ok(Change::Unchanged);
        }
        movies::change(tx, id, asked).await?;
        if before.duration_minutes != asked.duration_minutes {
            shows::relength(tx, id, asked.duration_minutes, now).await?;
            self.relengthed.push(id);
            self.refresh(tx, |show| show.fields.movie == id).await?;
        }
        self.movies.insert(asked.key.clone(), Movie::of(id, asked));
        Ok(Change::Changed)
    }

    /// Reads shows again that a change of their screen or movie has changed.
    async fn refresh(&mut self, tx: &ProgrammeTurn<'_>, which: impl Fn(&StoredShow) -> bool) -> Put<()> {
        let keys: Vec<&str> = self.shows.values().filter(|show| which(show)).map(|show| show.key.as_str()).collect();
        for show in shows::of_keys(tx, &keys).await? {
            self.shows.insert(show.key.clone(), show);
        }
        Ok(())
    }

    /// Puts a show whose movie and screen are stored. Whether the screen is free is asked when all shows are put.
    pub(crate) async fn put_show(
        &mut self,
        tx: &ProgrammeTurn<'_>,
        asked: &NewShow,
        now: UtcMicros,
    ) -> Put<(Change, ShowId)> {
        let mut wanted = self.fields(asked)?;
        let Some(there) = self.shows.get(&asked.key) else {
            return Ok((Change::Created, shows::add(tx, &asked.key, &wanted).await?));
        };
        let before = &there.fields;
        let stays =
            before.starts_at == wanted.starts_at && before.movie == wanted.movie && before.screen == wanted.screen;
        if stays && before.clear_at <= now {
            // What is over keeps the hall and the running time it had.
            (wanted.layout, wanted.total_seats) = (before.layout, before.total_seats);
            (wanted.ends_at, wanted.clear_at) = (before.ends_at, before.clear_at);
        }
        if *before == wanted {
            return Ok((Change::Unchanged, there.id));
        }
        if !stays || before.layout != wanted.layout {
            shows::lock(tx, there.id).await?;
            let live = shows::live_tickets(tx, there.id, now).await?;
            if live > 0 {
                refuse_move(there, asked, &wanted, live)?;
                (wanted.layout, wanted.total_seats) = (before.layout, before.total_seats);
            }
        }
        if *before == wanted {
            return Ok((Change::Unchanged, there.id));
        }
        if there.called_off {
            return no("key", format!("{} was called off; give the new show a key of its own", quoted(&there.key)));
        }
        shows::change(tx, there.id, &wanted).await?;
        Ok((Change::Changed, there.id))
    }

    fn fields(&self, asked: &NewShow) -> Put<ShowFields> {
        let Some(movie) = self.movies.get(&asked.movie) else {
            return no("movie", format!("there is no movie {}", quoted(&asked.movie)));
        };
        let Some(screen) = self.screens.get(&asked.screen) else {
            return no("screen", format!("there is no screen {}", quoted(&asked.screen.to_string())));
        };
        let prices = serde_json::to_string(&asked.prices).map_err(|error| Error::Bug(error.to_string()))?;
        Ok(ShowFields {
            movie: movie.id,
            screen: screen.id,
            layout: screen.layout,
            total_seats: screen.total_seats,
            starts_at: asked.starts_at,
            ends_at: asked.starts_at.plus(movie.duration_minutes * UtcMicros::MINUTE),
            clear_at: asked.slot.until,
            format: asked.format.clone(),
            audio: asked.audio.clone(),
            subtitles: asked.subtitles.clone(),
            prices,
            sales_open_at: asked.sales_open_at,
            sales_close_at: asked.sales_close_at,
        })
    }
}

/// What people hold tickets for stays what and where and when it is.
fn refuse_move(there: &StoredShow, asked: &NewShow, wanted: &ShowFields, live: i64) -> Put<()> {
    let zone = zone(&there.timezone)?;
    let before = &there.fields;
    let tickets = if live == 1 { "1 live ticket".to_owned() } else { format!("{live} live tickets") };
    let told = |what: &str, from: &str, to: &str| {
        format!(
            "{} has {tickets}, so its {what} cannot change from {from} to {to}; call it off and give the new show a key \
             of its own",
            quoted(&there.key)
        )
    };
    if before.starts_at != wanted.starts_at {
        let (from, to) = (before.starts_at.rfc3339_in(&zone), wanted.starts_at.rfc3339_in(&zone));
        return no("starts_at", told("time", &from, &to));
    }
    if before.screen != wanted.screen {
        let from = quoted(&format!("{}/{}", there.cinema_key, there.screen_key));
        return no("screen", told("screen", &from, &quoted(&asked.screen.to_string())));
    }
    if before.movie != wanted.movie {
        return no("movie", told("movie", &quoted(&there.movie_key), &quoted(&asked.movie)));
    }
    Ok(())
}

fn with_plan(row: ScreenRow, layout: &Layout) -> Put<ScreenRow> {
    let plan = serde_json::to_string(layout.plan()).map_err(|error| Error::Bug(error.to_string()))?;
    Ok(ScreenRow { plan, total_seats: layout.total_seats(), ..row })
}

/// Gives a screen a new layout, and its coming shows without tickets with it.
async fn rebuild(
    tx: &ProgrammeTurn<'_>,
    row: &ScreenRow,
    layout: &Layout,
    tickets: TicketsMay,
    now: UtcMicros,
) -> Put<LayoutId> {
    shows::lock_on_screen(tx, row.id, now).await?;
    if tickets == TicketsMay::NotLoseTheirLayout {
        let sold = shows::with_live_tickets(tx, row.id, now).await?;
        if !sold.is_empty() {
            let named: Vec<String> = sold.iter().take(MOST_NAMED).map(|show| quoted(&show.key)).collect();
            let more = if sold.len() > MOST_NAMED { " and others" } else { "" };
            let path = if matches!(layout.plan(), LayoutPlan::Plain(_)) { "seats" } else { "layout" };
            return no(
                path,
                format!(
                    "shows on this screen have live tickets for the seats it has now: {}{more}; rebuild it when they \
                     are over, or on the staff pages, where shows with tickets keep their seats",
                    named.join(", ")
                ),
            );
        }
    }
    let id = screens::add_layout(tx, row.id, layout, now).await?;
    shows::repin(tx, row.id, id, layout.total_seats(), now).await?;
    Ok(id)
}
