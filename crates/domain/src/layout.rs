//! The seats of an auditorium: which there are, what they are called and of what kind.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;

/// The most seats a layout may have. The largest cinemas have about 3,000.
pub const MAX_SEATS: u32 = 20_000;
/// The most rows a layout may have.
pub const MAX_ROWS: usize = 500;
/// The most places (letters) a row may have.
pub const MAX_PLACES: usize = 500;
/// Seats in a row of a plain hall.
const PLAIN_ROW: u32 = 25;

/// A seat's identity within a layout: 1..=N, row by row, left to right, without gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SeatNumber(pub u32);

impl fmt::Display for SeatNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What kind of place a seat is; a price list prices each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeatKind {
    /// An ordinary seat.
    Standard,
    /// A better seat, often dearer.
    Premium,
    /// A space for a wheelchair.
    Wheelchair,
    /// The seat beside a wheelchair space.
    Companion,
    /// The left half of a sofa for two.
    SofaLeft,
    /// The right half of a sofa for two.
    SofaRight,
}

impl SeatKind {
    /// The name under which a price list prices this kind; both halves of a sofa share one.
    pub const fn price_band(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Premium => "premium",
            Self::Wheelchair => "wheelchair",
            Self::Companion => "companion",
            Self::SofaLeft | Self::SofaRight => "sofa",
        }
    }
}

/// One seat of a layout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// Identity, 1..=N.
    pub number: SeatNumber,
    /// What people read: row and place, such as `C12`.
    pub label: String,
    /// Its row's label.
    pub row: String,
    /// Its place in the row, counted from 1 at the left; aisles do not count, never-sold places do.
    pub place: u32,
    /// Its column in the drawing, counted from 0 at the left; everything counts.
    pub column: u32,
    /// What kind it is.
    pub kind: SeatKind,
}

/// A row as a programme file writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowPlan {
    /// The row's label, such as `A`.
    pub row: String,
    /// One letter a place: `s` `p` `w` `c` `(` `)` `x` `_`.
    pub seats: String,
}

/// How a layout was asked for; parses into a [`Layout`] and is what is stored and exported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum LayoutPlan {
    /// Row by row.
    Rows(Vec<RowPlan>),
    /// A plain hall of so many standard seats.
    Plain(u32),
}

/// What is wrong with a layout, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// No seat at all.
    #[error("the layout has no seat")]
    Empty,
    /// More than [`MAX_SEATS`].
    #[error("the layout has {0} seats; at most {MAX_SEATS} are possible")]
    TooManySeats(u32),
    /// More than [`MAX_ROWS`].
    #[error("the layout has {0} rows; at most {MAX_ROWS} are possible")]
    TooManyRows(usize),
    /// More than [`MAX_PLACES`] in a row.
    #[error("row {row:?} has {places} places; at most {MAX_PLACES} are possible")]
    RowTooLong {
        /// The row's label.
        row: String,
        /// How many it has.
        places: usize,
    },
    /// A row label that is empty, too long or not made of letters and digits.
    #[error("row label {0:?} must be 1 to 4 letters or digits")]
    BadRowLabel(String),
    /// Two rows with one label.
    #[error("row {0:?} is there twice")]
    DoubleRow(String),
    /// Two different places that people would read as one label, such as row `A1` place 2 and row `A` place 12.
    #[error("two seats would both be called {0:?}; choose other row labels")]
    DoubleLabel(String),
    /// A letter that means nothing.
    #[error("row {row:?}, place {place}: {letter:?} is none of s p w c ( ) x _")]
    BadLetter {
        /// The row's label.
        row: String,
        /// Counted from 1.
        place: usize,
        /// What stands there.
        letter: char,
    },
    /// Half a sofa.
    #[error("row {row:?}, place {place}: a sofa is two places side by side, \"()\"")]
    HalfSofa {
        /// The row's label.
        row: String,
        /// Counted from 1.
        place: usize,
    },
}

/// The seats of one version of an auditorium.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    plan: LayoutPlan,
    seats: Vec<Seat>,
}

impl Layout {
    /// Numbers and labels the seats of a plan.
    pub fn new(plan: LayoutPlan) -> Result<Self, LayoutError> {
        let seats = match &plan {
            LayoutPlan::Plain(count) => plain(*count)?,
            LayoutPlan::Rows(rows) => from_rows(rows)?,
        };
        match u32::try_from(seats.len()) {
            Ok(0) => Err(LayoutError::Empty),
            Ok(count) if count <= MAX_SEATS => Ok(Self { plan, seats }),
            Ok(count) => Err(LayoutError::TooManySeats(count)),
            Err(_) => Err(LayoutError::TooManySeats(u32::MAX)),
        }
    }

    /// What the layout was made from.
    pub const fn plan(&self) -> &LayoutPlan {
        &self.plan
    }

    /// All seats in order of their number.
    pub fn seats(&self) -> &[Seat] {
        &self.seats
    }

    /// N: how many seats can be sold.
    pub fn total_seats(&self) -> u32 {
        u32::try_from(self.seats.len()).unwrap_or(u32::MAX)
    }

    /// The seat of that number, or the refusal that says there is none.
    pub fn seat(&self, number: SeatNumber) -> Result<&Seat, Refusal> {
        number
            .0
            .checked_sub(1)
            .and_then(|index| self.seats.get(index as usize))
            .ok_or(Refusal::NotASeat { seat: number, total: self.total_seats() })
    }
}

fn plain(count: u32) -> Result<Vec<Seat>, LayoutError> {
    if count > MAX_SEATS {
        return Err(LayoutError::TooManySeats(count));
    }
    Ok((0..count)
        .map(|index| {
            let (row, column) = (row_letters(index / PLAIN_ROW), index % PLAIN_ROW);
            Seat {
                number: SeatNumber(index + 1),
                label: format!("{row}{}", column + 1),
                row,
                place: column + 1,
                column,
                kind: SeatKind::Standard,
            }
        })
        .collect())
}

/// A, B, ... Z, AA, AB, ...
fn row_letters(mut index: u32) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'A' + u8::try_from(index % 26).unwrap_or(0)));
        if index < 26 {
            return letters.into_iter().rev().collect();
        }
        index = index / 26 - 1;
    }
}

fn from_rows(rows: &[RowPlan]) -> Result<Vec<Seat>, LayoutError> {
    if rows.len() > MAX_ROWS {
        return Err(LayoutError::TooManyRows(rows.len()));
    }
    let mut seats = Vec::new();
    let mut row_labels = std::collections::HashSet::new();
    let mut seat_labels = std::collections::HashSet::new();
    for plan in rows {
        let label = plan.row.as_str();
        if label.is_empty() || label.chars().count() > 4 || !label.chars().all(char::is_alphanumeric) {
            return Err(LayoutError::BadRowLabel(plan.row.clone()));
        }
        if !row_labels.insert(label) {
            return Err(LayoutError::DoubleRow(plan.row.clone()));
        }
        for seat in seats_of_row(plan, seats.len())? {
            if !seat_labels.insert(seat.label.clone()) {
                return Err(LayoutError::DoubleLabel(seat.label));
            }
            seats.push(seat);
        }
    }
    Ok(seats)
}

/// The first place (from 1) whose half of a sofa has no other half in the same unbroken run of sofas.
/// `(())` is taken as two sofas, as `()()` is: programme files are written both ways.
fn half_sofa(letters: &[char]) -> Option<usize> {
    let mut open = Vec::new();
    for (index, letter) in letters.iter().enumerate() {
        match letter {
            '(' => open.push(index + 1),
            ')' if open.pop().is_none() => return Some(index + 1),
            ')' => {}
            _ if open.is_empty() => {}
            _ => break,
        }
    }
    open.first().copied()
}

fn seats_of_row(plan: &RowPlan, before: usize) -> Result<Vec<Seat>, LayoutError> {
    let letters: Vec<char> = plan.seats.chars().collect();
    if letters.len() > MAX_PLACES {
        return Err(LayoutError::RowTooLong { row: plan.row.clone(), places: letters.len() });
    }
    if let Some(place) = half_sofa(&letters) {
        return Err(LayoutError::HalfSofa { row: plan.row.clone(), place });
    }
    let mut seats = Vec::new();
    let mut place = 0;
    for (column, letter) in letters.iter().enumerate() {
        let kind = match letter {
            '_' => continue,
            'x' => {
                place += 1;
                continue;
            }
            's' => SeatKind::Standard,
            'p' => SeatKind::Premium,
            'w' => SeatKind::Wheelchair,
            'c' => SeatKind::Companion,
            '(' => SeatKind::SofaLeft,
            ')' => SeatKind::SofaRight,
            other => {
                return Err(LayoutError::BadLetter { row: plan.row.clone(), place: column + 1, letter: *other });
            }
        };
        place += 1;
        seats.push(Seat {
            number: SeatNumber(u32::try_from(before + seats.len() + 1).unwrap_or(u32::MAX)),
            label: format!("{}{place}", plan.row),
            row: plan.row.clone(),
            place,
            column: u32::try_from(column).unwrap_or(u32::MAX),
            kind,
        });
    }
    Ok(seats)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(rows: &[(&str, &str)]) -> Result<Layout, LayoutError> {
        Layout::new(LayoutPlan::Rows(
            rows.iter().map(|(row, seats)| RowPlan { row: (*row).into(), seats: (*seats).into() }).collect(),
        ))
    }

    #[test]
    fn the_programme_page_s_example_is_numbered_and_labelled_as_it_says() {
        assert_eq!(rows(&[("A", "__sss_ssss_sss__"), ("B", "__wc__ppppp_(())")]).unwrap().total_seats(), 21);
        let layout = rows(&[("A", "__sss_ssss_sss__"), ("B", "__wc__ppppx_()()")]).unwrap();
        assert_eq!(layout.total_seats(), 20);
        let label = |n| layout.seat(SeatNumber(n)).unwrap().label.clone();
        assert_eq!(
            (label(1), label(4), label(11), label(16), label(17)),
            ("A1".into(), "A4".into(), "B1".into(), "B6".into(), "B8".into())
        );
        assert_eq!(layout.seat(SeatNumber(17)).unwrap().kind, SeatKind::SofaLeft);
        assert!(layout.seat(SeatNumber(0)).is_err());
        assert!(layout.seat(SeatNumber(21)).is_err());
    }

    #[test]
    fn a_plain_hall_runs_past_row_z() {
        let layout = Layout::new(LayoutPlan::Plain(1000)).unwrap();
        assert_eq!(layout.total_seats(), 1000);
        assert_eq!(layout.seats()[999].label, "AN25");
        assert_eq!(layout.seats()[25 * 26].label, "AA1");
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        assert_eq!(rows(&[("A", "ss?")]), Err(LayoutError::BadLetter { row: "A".into(), place: 3, letter: '?' }));
        assert_eq!(rows(&[("A", "s("), ("B", ")s")]), Err(LayoutError::HalfSofa { row: "A".into(), place: 2 }));
        assert_eq!(rows(&[("A", "(s)")]), Err(LayoutError::HalfSofa { row: "A".into(), place: 1 }));
        assert_eq!(rows(&[("A", "s)(")]), Err(LayoutError::HalfSofa { row: "A".into(), place: 2 }));
        assert_eq!(rows(&[("A", "s"), ("A", "s")]), Err(LayoutError::DoubleRow("A".into())));
        assert_eq!(rows(&[("A", "__xx")]), Err(LayoutError::Empty));
        assert_eq!(rows(&[("", "s")]), Err(LayoutError::BadRowLabel(String::new())));
        assert_eq!(
            rows(&[("A1", "sssssssssss"), ("A", "sssssssssssssss")]),
            Err(LayoutError::DoubleLabel("A11".into()))
        );
        assert_eq!(Layout::new(LayoutPlan::Plain(0)), Err(LayoutError::Empty));
        assert_eq!(Layout::new(LayoutPlan::Plain(20_001)), Err(LayoutError::TooManySeats(20_001)));
    }

    proptest! {
        #[test]
        fn numbers_are_1_to_n_and_labels_are_distinct(halls in proptest::collection::vec("[spwcx_]{0,30}", 1..12)) {
            let plans = halls.iter().enumerate()
                .map(|(i, seats)| RowPlan { row: row_letters(u32::try_from(i).unwrap()), seats: seats.clone() }).collect();
            let sold = halls.iter().flat_map(|h| h.chars()).filter(|c| !matches!(c, 'x' | '_')).count();
            match Layout::new(LayoutPlan::Rows(plans)) {
                Err(error) => { prop_assert_eq!(error, LayoutError::Empty); prop_assert_eq!(sold, 0); }
                Ok(layout) => {
                    prop_assert_eq!(layout.seats().len(), sold);
                    let mut labels = std::collections::HashSet::new();
                    for (i, seat) in layout.seats().iter().enumerate() {
                        prop_assert_eq!(seat.number.0 as usize, i + 1);
                        prop_assert_eq!(layout.seat(seat.number).unwrap(), seat);
                        prop_assert!(labels.insert(seat.label.clone()));
                    }
                }
            }
        }
    }
}
