//! Who has bought what in the demo: a pure function of a show's key, its hall and how near it is. The nearer the day, the
//! more of the same parties have come, so that a demo that is started again tomorrow goes on where it was.

use std::collections::HashSet;

use houselights_domain::{
    SeatNumber,
    layout::{Layout, Seat, SeatKind},
};
use houselights_web::dice::Dice;

/// How full an ordinary show is, in hundredths, by the days that are left.
const FULL: [u64; 7] = [48, 30, 18, 12, 8, 5, 3];
/// Of the parties, in hundredths: alone, two, three, the rest four.
const SIZES: [(u32, usize); 4] = [(14, 1), (66, 2), (84, 3), (100, 4)];
/// So many places a party looks at before it takes the best of them.
const LOOKS: usize = 12;
/// So many parties in a row find no place before the hall is taken for full.
const MISSES: usize = 60;

const FIRST_NAMES: [&str; 8] = ["nora", "ivo", "lena", "tomas", "mina", "jonas", "ada", "felix"];
const LAST_NAMES: [&str; 6] = ["vale", "marlow", "finch", "brandt", "moreau", "okafor"];

/// The names of everybody who ever buys.
pub(super) fn names() -> impl Iterator<Item = String> {
    LAST_NAMES.into_iter().flat_map(|last| FIRST_NAMES.into_iter().map(move |first| format!("{first}.{last}")))
}

/// What is known of a show.
#[derive(Clone, Copy, Debug)]
pub(super) struct Showing<'a> {
    pub(super) key: &'a str,
    pub(super) hall: &'a Layout,
    /// Days until it begins.
    pub(super) days: usize,
    pub(super) is_evening: bool,
    /// Seats up to this number are left to visitors.
    pub(super) spared: u32,
}

/// People who come together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Party {
    /// Which of [`names`] pays.
    pub(super) payer: usize,
    pub(super) seats: Vec<SeatNumber>,
}

/// Everybody who has bought so far, in the order in which they came.
pub(super) fn parties(showing: &Showing<'_>) -> Vec<Party> {
    let mut dice = Dice::of(showing.key);
    // Some shows are talked about, and one in fourteen by everybody.
    let popularity = if dice.throw(14) == 0 { 260 } else { 40 + u64::from(dice.throw(121)) };
    let evening = if showing.is_evening { 130 } else { 70 };
    let full = FULL.get(showing.days).copied().unwrap_or_default();
    let share = (full * popularity * evening / 10_000).min(100);
    let wanted = u64::from(showing.hall.total_seats()) * share / 100;
    let payers = u32::try_from(names().count()).unwrap_or(1);
    let mut hall = Hall::new(showing.hall.seats(), showing.spared);
    let (mut parties, mut misses) = (Vec::new(), 0);
    while (hall.taken.len() as u64) < wanted && misses < MISSES {
        let roll = dice.throw(100);
        let size = SIZES.iter().find(|(below, _)| roll < *below).map_or(1, |(_, size)| *size);
        let payer = dice.throw(payers) as usize;
        match hall.best_place(size, &mut dice) {
            Some(place) => {
                parties.push(Party { payer, seats: hall.take(place, size) });
                misses = 0;
            }
            None => misses += 1,
        }
    }
    parties
}

/// A hall that fills.
struct Hall<'a> {
    seats: &'a [Seat],
    /// Of each seat, its row as a number.
    rows: Vec<i64>,
    spared: u32,
    taken: HashSet<usize>,
}

impl<'a> Hall<'a> {
    fn new(seats: &'a [Seat], spared: u32) -> Self {
        let mut row = 0;
        let starts = seats.iter().zip(seats.iter().skip(1)).map(|(one, next)| {
            row += i64::from(one.row != next.row);
            row
        });
        let rows = std::iter::once(0).chain(starts).take(seats.len()).collect();
        Self { seats, rows, spared, taken: HashSet::new() }
    }

    /// Where a party of this size sits down: of some places that it looks at, the one nearest to the middle of the hall
    /// and to two thirds of the way back.
    fn best_place(&self, size: usize, dice: &mut Dice) -> Option<usize> {
        let seats = u32::try_from(self.seats.len()).unwrap_or(u32::MAX);
        let looks = (0..LOOKS).map(|_| dice.throw(seats) as usize);
        let looks: Vec<usize> = looks.collect();
        looks.into_iter().filter(|first| self.has_room(*first, size)).min_by_key(|first| self.distance(*first, size))
    }

    /// Whether so many seats are free side by side from there on, with no sofa halved.
    fn has_room(&self, first: usize, size: usize) -> bool {
        let Some(run) = self.seats.get(first..first + size) else { return false };
        let together = run.iter().zip(run.iter().skip(1));
        (first..first + size).all(|seat| !self.taken.contains(&seat))
            && run.iter().all(|seat| {
                seat.number.0 > self.spared && !matches!(seat.kind, SeatKind::Wheelchair | SeatKind::Companion)
            })
            && together.into_iter().all(|(one, next)| one.row == next.row && one.column + 1 == next.column)
            && run.first().is_some_and(|seat| seat.kind != SeatKind::SofaRight)
            && run.last().is_some_and(|seat| seat.kind != SeatKind::SofaLeft)
    }

    fn distance(&self, first: usize, size: usize) -> i64 {
        let column = |seat: usize| self.seats.get(seat).map_or(0, |seat| i64::from(seat.column));
        let widest = self.seats.iter().map(|seat| i64::from(seat.column)).max().unwrap_or_default();
        let last_row = self.rows.last().copied().unwrap_or_default();
        let row = self.rows.get(first).copied().unwrap_or_default();
        // In sixths of a row; a row further is about as bad as two seats further from the middle.
        (6 * row - 4 * last_row).abs() + 3 * (column(first) + column(first + size - 1) - widest).abs() / 2
    }

    fn take(&mut self, first: usize, size: usize) -> Vec<SeatNumber> {
        self.taken.extend(first..first + size);
        self.seats.iter().skip(first).take(size).map(|seat| seat.number).collect()
    }
}
