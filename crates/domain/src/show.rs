//! A screening, and the rules by which its seats are on sale.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    layout::{SeatKind, SeatNumber},
    money::Minor,
    refusal::Refusal,
    time::UtcMicros,
};

/// Prices of a show by kind of seat, in minor units. Empty: the show is free.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PriceList(pub BTreeMap<String, Minor>);

impl PriceList {
    /// The names a price list may use.
    pub const BANDS: [&str; 5] = ["standard", "premium", "wheelchair", "companion", "sofa"];

    /// What a seat of this kind costs: its own price, else the standard one, else nothing.
    pub fn price(&self, kind: SeatKind) -> Minor {
        let of = |band: &str| self.0.get(band).copied();
        of(kind.price_band()).or_else(|| of("standard")).unwrap_or_default()
    }
}

/// How long after the film's beginning seats are still sold, unless a show says otherwise, in microseconds:
/// the advertisements and late-comers' quarter of an hour.
pub const SALES_CLOSE_AFTER_START: i64 = 15 * UtcMicros::MINUTE;

/// The time for which a show needs its screen; the end itself is free for the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// When the film begins.
    pub from: UtcMicros,
    /// When the screen is clean again.
    pub until: UtcMicros,
}

impl Slot {
    /// From the start to the end of the film and the cleaning.
    pub fn of(starts_at: UtcMicros, duration_minutes: u32, cleaning_minutes: u32) -> Self {
        let minutes = i64::from(duration_minutes) + i64::from(cleaning_minutes);
        Self { from: starts_at, until: starts_at.plus(minutes * UtcMicros::MINUTE) }
    }
}

/// Do two shows need one screen at the same time? One may begin on the dot when the other has ended.
pub fn overlaps(a: Slot, b: Slot) -> bool {
    a.from.max(b.from) < a.until.min(b.until)
}

/// Whether a show's seats are sold at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sales {
    /// The show was called off.
    CalledOff,
    /// Sales have not opened.
    NotYet,
    /// Seats can be bought if there are any.
    Open,
    /// Sales have closed.
    Closed,
}

impl Sales {
    /// Sales open on the dot and close on the dot.
    pub fn at(called_off: bool, open: UtcMicros, close: UtcMicros, now: UtcMicros) -> Self {
        match () {
            () if called_off => Self::CalledOff,
            () if now < open => Self::NotYet,
            () if now >= close => Self::Closed,
            () => Self::Open,
        }
    }
}

/// How many seats are left, as far as a list of shows tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Availability {
    /// Enough.
    Plenty,
    /// A tenth of the hall or less, or three seats: hurry.
    Few,
    /// None.
    SoldOut,
}

impl Availability {
    /// What is left of `total` seats when so many are taken.
    pub fn of(total: u32, taken: u32) -> Self {
        match total.saturating_sub(taken) {
            0 => Self::SoldOut,
            left if left <= total.div_ceil(10).max(3) => Self::Few,
            _ => Self::Plenty,
        }
    }
}

/// What decides whether a show's seats can be sold now. Read afresh in the transaction that sells them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SalesRules {
    /// Seats are 1..=this.
    pub total_seats: u32,
    /// When the film begins.
    pub starts_at: UtcMicros,
    /// Before this nothing is sold.
    pub sales_open_at: UtcMicros,
    /// From this on nothing is sold.
    pub sales_close_at: UtcMicros,
    /// The show was called off.
    pub called_off: bool,
    /// Grows with every change of the show; a quote is good for one revision only.
    pub revision: i64,
}

impl SalesRules {
    /// May these seats be sold at `now`, leaving aside who owns them?
    pub fn check(&self, seats: &[SeatNumber], quoted: i64, now: UtcMicros) -> Result<(), Refusal> {
        match Sales::at(self.called_off, self.sales_open_at, self.sales_close_at, now) {
            Sales::CalledOff => return Err(Refusal::ShowCancelled),
            _ if quoted != self.revision => return Err(Refusal::ShowChanged),
            Sales::NotYet => return Err(Refusal::SalesNotOpen),
            Sales::Closed => return Err(Refusal::SalesClosed),
            Sales::Open => {}
        }
        match seats.iter().find(|seat| seat.0 == 0 || seat.0 > self.total_seats) {
            Some(seat) => Err(Refusal::NotASeat { seat: *seat, total: self.total_seats }),
            None => Ok(()),
        }
    }

    /// May a ticket of this show still be given back at `now`? Staff may at any time.
    pub fn check_cancel(&self, by_staff: bool, now: UtcMicros) -> Result<(), Refusal> {
        if by_staff || now < self.starts_at { Ok(()) } else { Err(Refusal::TooLate) }
    }
}

/// The seats of one order: sorted, at least one, at most `most`, none twice.
pub fn seats_of_order(mut seats: Vec<SeatNumber>, most: usize) -> Result<Vec<SeatNumber>, Refusal> {
    if seats.is_empty() {
        return Err(Refusal::NoSeats);
    }
    if seats.len() > most {
        return Err(Refusal::TooManySeats { most });
    }
    seats.sort_unstable();
    match seats.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Refusal::DoubleSeat(pair[0])),
        None => Ok(seats),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> SalesRules {
        SalesRules {
            total_seats: 10,
            starts_at: UtcMicros(100),
            sales_open_at: UtcMicros(10),
            sales_close_at: UtcMicros(90),
            called_off: false,
            revision: 3,
        }
    }

    #[test]
    fn a_show_may_begin_when_the_screen_is_clean_and_not_before() {
        let slot = |from, minutes| Slot::of(UtcMicros(from * UtcMicros::MINUTE), minutes, 15);
        assert!(!overlaps(slot(0, 90), slot(105, 90)));
        assert!(overlaps(slot(0, 90), slot(104, 90)));
        assert!(overlaps(slot(0, 300), slot(60, 10)));
    }

    proptest::proptest! {
        #[test]
        fn slots_overlap_if_and_only_if_they_share_an_instant(a in 0..40_i64, b in 0..40_i64, c in 0..40_i64, d in 0..40_i64) {
            let slot = |from, until| Slot { from: UtcMicros(from), until: UtcMicros(until) };
            let shared = (0..40).any(|at| (a..b).contains(&at) && (c..d).contains(&at));
            proptest::prop_assert_eq!(overlaps(slot(a, b), slot(c, d)), shared);
            proptest::prop_assert_eq!(overlaps(slot(c, d), slot(a, b)), shared);
        }
    }

    #[test]
    fn sales_open_on_the_dot_and_close_on_the_dot() {
        let at = |now| rules().check(&[SeatNumber(1)], 3, UtcMicros(now));
        assert_eq!(at(9), Err(Refusal::SalesNotOpen));
        assert_eq!(at(10), Ok(()));
        assert_eq!(at(89), Ok(()));
        assert_eq!(at(90), Err(Refusal::SalesClosed));
    }

    #[test]
    fn few_is_a_tenth_of_a_hall_and_three_seats_of_a_small_one() {
        let left = |total, left| Availability::of(total, total - left);
        assert_eq!(
            [left(320, 33), left(320, 32), left(320, 0)],
            [Availability::Plenty, Availability::Few, Availability::SoldOut]
        );
        assert_eq!([left(12, 4), left(12, 3)], [Availability::Plenty, Availability::Few]);
        assert_eq!(Availability::of(10, 11), Availability::SoldOut);
    }

    #[test]
    fn a_quote_for_an_older_revision_is_refused() {
        assert_eq!(rules().check(&[SeatNumber(1)], 2, UtcMicros(50)), Err(Refusal::ShowChanged));
    }

    #[test]
    fn seats_outside_the_hall_are_refused() {
        let of = |n| rules().check(&[SeatNumber(n)], 3, UtcMicros(50));
        assert_eq!(of(0), Err(Refusal::NotASeat { seat: SeatNumber(0), total: 10 }));
        assert_eq!(of(10), Ok(()));
        assert_eq!(of(11), Err(Refusal::NotASeat { seat: SeatNumber(11), total: 10 }));
    }

    #[test]
    fn a_ticket_goes_back_until_the_film_begins_and_staff_may_later() {
        assert_eq!(rules().check_cancel(false, UtcMicros(99)), Ok(()));
        assert_eq!(rules().check_cancel(false, UtcMicros(100)), Err(Refusal::TooLate));
        assert_eq!(rules().check_cancel(true, UtcMicros(500)), Ok(()));
    }

    #[test]
    fn an_order_s_seats_are_sorted_and_distinct() {
        let of = |seats: &[u32]| seats_of_order(seats.iter().copied().map(SeatNumber).collect(), 3);
        assert_eq!(of(&[3, 1]), Ok(vec![SeatNumber(1), SeatNumber(3)]));
        assert_eq!(of(&[]), Err(Refusal::NoSeats));
        assert_eq!(of(&[2, 2]), Err(Refusal::DoubleSeat(SeatNumber(2))));
        assert_eq!(of(&[1, 2, 3, 4]), Err(Refusal::TooManySeats { most: 3 }));
    }

    #[test]
    fn a_kind_without_a_price_costs_the_standard_price() {
        let list = PriceList([("standard".to_owned(), Minor(1200)), ("premium".to_owned(), Minor(1500))].into());
        assert_eq!(list.price(SeatKind::Premium), Minor(1500));
        assert_eq!(list.price(SeatKind::Wheelchair), Minor(1200));
        assert_eq!(PriceList::default().price(SeatKind::Standard), Minor(0));
    }
}
