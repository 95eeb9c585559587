//! The hall as the page draws it: rows of places, and all that each seat's box says.

use std::collections::BTreeSet;

use houselights_app::occupancy::SeatState;
use houselights_domain::{Layout, SeatKind, SeatNumber, drawing, show::PriceList};

use crate::text::Text;

/// Stands where a seat's place goes in the text of its row, which is written once for all seats of a kind.
const PLACE: char = '\u{1}';

/// A hall with the states of its seats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HallMap {
    pub(super) rows: Vec<Row>,
    /// In the order in which people are told of them; only those that the hall has.
    pub(super) bands: Vec<Band>,
    /// Labels of seats that were chosen and are gone.
    pub(super) lost: Vec<String>,
    /// How many seats can be chosen.
    pub(super) free: u32,
}

/// A row of the drawing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Row {
    /// Nothing but floor.
    Aisle,
    Seats {
        label: String,
        places: Vec<Place>,
    },
}

/// What stands at one column of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Floor,
    Unsold,
    Seat(SeatBox),
}

/// A seat's box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SeatBox {
    pub(super) number: SeatNumber,
    /// Its place in the row, which is written on it.
    pub(super) place: u32,
    /// Its band, unless that is the standard one.
    pub(super) kind: Option<&'static str>,
    /// Which half of a sofa: `l` or `r`.
    pub(super) half: Option<char>,
    pub(super) state: BoxState,
    pub(super) chosen: bool,
    /// What a screen reader says: row, place, kind, and the state unless the seat is free.
    pub(super) name: String,
}

/// What a box looks like; the word is a hook for styles, scripts and tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BoxState {
    Free,
    Taken,
    Held,
    /// Was chosen, and somebody else was quicker.
    Lost,
}

impl BoxState {
    pub(super) const fn is_free(self) -> bool {
        matches!(self, Self::Free)
    }

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Taken => "taken",
            Self::Held => "held",
            Self::Lost => "lost",
        }
    }
}

/// A price band that the hall has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Band {
    pub(super) name: &'static str,
    /// Minor units.
    pub(super) minor: i64,
    pub(super) price: String,
}

/// What a map is drawn from.
pub(super) struct Source<'s> {
    pub(super) layout: &'s Layout,
    pub(super) prices: &'s PriceList,
    pub(super) currency: &'s str,
    /// Whether any seat can be chosen at all: the show is on sale.
    pub(super) open: bool,
    /// What was chosen before, in a form that came back or on the way through the sign-in page.
    pub(super) chosen: &'s BTreeSet<SeatNumber>,
}

impl HallMap {
    /// Draws the hall.
    pub(super) fn draw(source: &Source<'_>, state: impl Fn(SeatNumber) -> SeatState, t: Text) -> Self {
        let mut map = Self { rows: Vec::new(), bands: bands(source, t), lost: Vec::new(), free: 0 };
        for row in source.layout.drawing() {
            if row.is_aisle() {
                map.rows.push(Row::Aisle);
                continue;
            }
            let names = Names::of_row(row.label, &map.bands, t);
            let mut places = Vec::with_capacity(row.places.len());
            for place in row.places {
                places.push(match place {
                    drawing::Place::Aisle => Place::Floor,
                    drawing::Place::Unsold => Place::Unsold,
                    drawing::Place::Seat(seat) => {
                        let chosen = source.chosen.contains(&seat.number);
                        let state = match (state(seat.number), chosen) {
                            (SeatState::Free, _) => BoxState::Free,
                            (_, true) => BoxState::Lost,
                            (SeatState::Held, false) => BoxState::Held,
                            (SeatState::Sold, false) => BoxState::Taken,
                        };
                        map.free += u32::from(state == BoxState::Free);
                        if state == BoxState::Lost {
                            map.lost.push(seat.label.clone());
                        }
                        Place::Seat(SeatBox {
                            number: seat.number,
                            place: seat.place,
                            kind: (seat.kind != SeatKind::Standard).then(|| seat.kind.price_band()),
                            half: match seat.kind {
                                SeatKind::SofaLeft => Some('l'),
                                SeatKind::SofaRight => Some('r'),
                                _ => None,
                            },
                            chosen: chosen && source.open && state == BoxState::Free,
                            name: names.name(seat.kind.price_band(), seat.place, state),
                            state,
                        })
                    }
                });
            }
            map.rows.push(Row::Seats { label: row.label.to_owned(), places });
        }
        map
    }
}

fn bands(source: &Source<'_>, t: Text) -> Vec<Band> {
    let kinds = [SeatKind::Standard, SeatKind::Premium, SeatKind::SofaLeft, SeatKind::Wheelchair, SeatKind::Companion];
    let there: BTreeSet<&str> = source.layout.seats().iter().map(|seat| seat.kind.price_band()).collect();
    kinds
        .into_iter()
        .filter(|kind| there.contains(kind.price_band()))
        .map(|kind| {
            let price = source.prices.price(kind);
            Band { name: kind.price_band(), minor: price.0, price: t.money(price, source.currency).into_owned() }
        })
        .collect()
}

/// The names of a row's seats: formatted once a kind, because a hall has thousands of seats.
struct Names {
    /// Band, text before the place, text after it.
    kinds: Vec<(&'static str, String, String)>,
    states: [(BoxState, String); 3],
}

impl Names {
    fn of_row(row: &str, bands: &[Band], t: Text) -> Self {
        let kind = |band: &Band| {
            let kind = t.text(&format!("hall-kind-{}", band.name));
            let values = [("row", row.into()), ("place", PLACE.to_string().into()), ("kind", kind.into())];
            let name = t.with("hall-seat", &values).into_owned();
            let (before, after) = name.split_once(PLACE).unwrap_or((name.as_str(), ""));
            (band.name, before.to_owned(), after.to_owned())
        };
        let state = |state: BoxState| (state, t.text(&format!("hall-state-{}", state.as_str())).into_owned());
        Self {
            kinds: bands.iter().map(kind).collect(),
            states: [BoxState::Taken, BoxState::Held, BoxState::Lost].map(state),
        }
    }

    fn name(&self, band: &str, place: u32, state: BoxState) -> String {
        let (before, after) = self
            .kinds
            .iter()
            .find(|(known, ..)| *known == band)
            .map_or(("", ""), |(_, before, after)| (before.as_str(), after.as_str()));
        match self.states.iter().find(|(known, _)| *known == state) {
            Some((_, word)) => format!("{before}{place}{after}, {word}"),
            None => format!("{before}{place}{after}"),
        }
    }
}
