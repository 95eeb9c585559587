//! A show's seats as JSON.

use houselights_app::{
    catalogue::ShowFacts,
    live::{self, Turned},
    occupancy::SeatState,
};
use houselights_domain::{Layout, SeatKind, layout::LayoutPlan};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// A whole map, or what has turned since a position.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "documents that an answer is one of both")]
pub(super) enum Seats {
    Map(SeatMap),
    Turned(TurnedSeats),
}

/// What may be done with a seat: it can be booked, someone is about to buy it, or it is sold.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "free")]
enum State {
    Free,
    Held,
    Sold,
}

impl From<SeatState> for State {
    fn from(state: SeatState) -> Self {
        match state {
            SeatState::Free => Self::Free,
            SeatState::Held => Self::Held,
            SeatState::Sold => Self::Sold,
        }
    }
}

/// One seat of the map.
#[derive(Serialize, ToSchema)]
struct MapSeat {
    /// What `book` takes.
    #[schema(example = 5)]
    number: u32,
    /// What people read.
    #[schema(example = "A5")]
    label: String,
    #[schema(example = "A")]
    row: String,
    /// Where it stands in its row, from 0 at the left, aisles counted.
    #[schema(example = 6)]
    column: u32,
    /// `standard`, `premium`, `wheelchair`, `companion`, `sofa_left` or `sofa_right`.
    #[schema(value_type = String, example = "standard")]
    kind: SeatKind,
    /// Minor units.
    #[schema(example = 1200)]
    price: i64,
    state: State,
}

/// A row as it is drawn.
#[derive(Serialize, ToSchema)]
struct MapRow {
    /// What people read.
    #[schema(example = "A")]
    row: String,
    /// One letter a column: `s` standard, `p` premium, `w` wheelchair, `c` companion, `(` and `)` the halves of a sofa,
    /// `x` a place that is never sold, `_` an aisle.
    #[schema(example = "__sss_sxss")]
    seats: String,
}

/// A show's hall as it stands at this moment. The screen is above the first row.
#[derive(Serialize, ToSchema)]
pub(super) struct SeatMap {
    #[schema(example = 7)]
    show: i64,
    /// The moment: for `since`, and for the live feed.
    #[schema(value_type = String, example = "9f3c51e2a07b4d18-41")]
    position: Position,
    #[schema(example = 120)]
    total_seats: u32,
    #[schema(example = 87)]
    available_seats: u32,
    #[schema(example = "GBP")]
    currency: String,
    /// The hall's shape, front to back.
    rows: Vec<MapRow>,
    /// In order of their number.
    seats: Vec<MapSeat>,
}

/// A seat that may have turned.
#[derive(Serialize, ToSchema)]
struct TurnedSeat {
    #[schema(example = 5)]
    number: u32,
    state: State,
}

/// What has turned since a position.
#[derive(Serialize, ToSchema)]
// Or a whole map would be one of these as well: the document says that an answer is one of the two.
#[serde(deny_unknown_fields)]
pub(super) struct TurnedSeats {
    #[schema(example = 7)]
    show: i64,
    /// The moment now.
    #[schema(value_type = String, example = "9f3c51e2a07b4d18-43")]
    position: Position,
    #[schema(example = 120)]
    total_seats: u32,
    #[schema(example = 85)]
    available_seats: u32,
    /// Each as it is now. One may have turned back meanwhile.
    seats: Vec<TurnedSeat>,
}

struct Position(live::Position);

impl Serialize for Position {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

fn rows(layout: &Layout) -> Vec<MapRow> {
    match layout.plan() {
        LayoutPlan::Rows(rows) => {
            rows.iter().map(|row| MapRow { row: row.row.clone(), seats: row.seats.clone() }).collect()
        }
        LayoutPlan::Plain(_) => {
            let rows = layout.seats().chunk_by(|a, b| a.row == b.row);
            rows.filter_map(|row| Some(MapRow { row: row.first()?.row.clone(), seats: "s".repeat(row.len()) }))
                .collect()
        }
    }
}

impl SeatMap {
    pub(super) fn new(facts: &ShowFacts, map: &live::SeatMap) -> Self {
        let seat = |seat: &houselights_domain::Seat| MapSeat {
            number: seat.number.0,
            label: seat.label.clone(),
            row: seat.row.clone(),
            column: seat.column,
            kind: seat.kind,
            price: facts.prices.price(seat.kind).0,
            state: map.state(seat.number).into(),
        };
        Self {
            show: facts.row.id.0,
            position: Position(map.position),
            total_seats: facts.row.total_seats,
            available_seats: facts.row.total_seats.saturating_sub(map.taken),
            currency: facts.row.currency.clone(),
            rows: rows(&facts.layout),
            seats: facts.layout.seats().iter().map(seat).collect(),
        }
    }
}

impl TurnedSeats {
    pub(super) fn new(facts: &ShowFacts, turned: &Turned) -> Self {
        let seat = |(number, state): &(houselights_domain::SeatNumber, SeatState)| TurnedSeat {
            number: number.0,
            state: (*state).into(),
        };
        Self {
            show: facts.row.id.0,
            position: Position(turned.position),
            total_seats: facts.row.total_seats,
            available_seats: facts.row.total_seats.saturating_sub(turned.taken),
            seats: turned.seats.iter().map(seat).collect(),
        }
    }
}
