//! The seats that somebody has chosen, as a form or an address holds them.

use std::collections::BTreeSet;

use houselights_domain::{Layout, Refusal, SeatNumber, show::seats_of_order};

use super::ShowUrl;
use crate::pages::form::{Form, Input};

/// The field of the form, and the parameter of the address.
pub(super) const SEATS: &str = "seats";

/// What was chosen, as it came.
#[derive(Clone, Debug, Default)]
pub(super) struct Choice(Vec<String>);

impl Form for Choice {
    fn read(input: &Input) -> Self {
        Self(input.all(SEATS))
    }
}

impl Choice {
    /// What an address of [`address`] holds.
    pub(super) fn of_query(query: Option<&str>) -> Self {
        let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        let lists = pairs.filter(|(name, _)| name == SEATS).map(|(_, seats)| seats.into_owned());
        Self(lists.flat_map(|seats| seats.split(',').map(str::to_owned).collect::<Vec<_>>()).collect())
    }

    fn numbers(&self) -> impl Iterator<Item = SeatNumber> {
        // No seat has the number 0.
        self.0.iter().map(|text| SeatNumber(text.trim().parse().unwrap_or(0)))
    }

    /// What of it are seats of the hall.
    pub(super) fn known(&self, layout: &Layout) -> BTreeSet<SeatNumber> {
        self.numbers().filter(|number| layout.seat(*number).is_ok()).collect()
    }

    /// The seats of an order, or why they are none.
    pub(super) fn seats(&self, layout: &Layout, most: usize) -> Result<Vec<SeatNumber>, Refusal> {
        let numbers: Vec<SeatNumber> = self.numbers().collect();
        for number in &numbers {
            layout.seat(*number)?;
        }
        seats_of_order(numbers, most)
    }
}

/// The page with these seats chosen.
pub(super) fn address(url: ShowUrl, seats: &[SeatNumber]) -> String {
    let seats: Vec<String> = seats.iter().map(ToString::to_string).collect();
    format!("{url}?{SEATS}={}", seats.join(","))
}

#[cfg(test)]
mod tests {
    use houselights_domain::layout::LayoutPlan;

    use super::*;

    fn choice(seats: &[&str]) -> Choice {
        Choice(seats.iter().map(|text| (*text).to_owned()).collect())
    }

    #[test]
    fn what_is_no_seat_is_refused_whatever_it_is() {
        let hall = Layout::new(LayoutPlan::Plain(50)).unwrap();
        let of = |seats: &[&str]| choice(seats).seats(&hall, 3);
        assert_eq!(of(&["7", " 3 "]), Ok(vec![SeatNumber(3), SeatNumber(7)]));
        let ten_to_thirty = format!("1{}", "0".repeat(30));
        for hostile in ["0", "-1", "51", "seven", "", "1.0", "3,4", "٣", &ten_to_thirty, "<script>", "1' OR 1=1 --"] {
            assert!(matches!(of(&["7", hostile]), Err(Refusal::NotASeat { total: 50, .. })), "{hostile}");
        }
        assert_eq!(of(&[]), Err(Refusal::NoSeats));
        assert_eq!(of(&["7", "8", "7"]), Err(Refusal::DoubleSeat(SeatNumber(7))));
        assert_eq!(of(&["7", "8", "9", "10"]), Err(Refusal::TooManySeats { most: 3 }));
        assert_eq!(of(&vec!["7"; 5_000]), Err(Refusal::TooManySeats { most: 3 }));
    }

    #[test]
    fn what_is_known_of_a_choice_stays_chosen() {
        let hall = Layout::new(LayoutPlan::Plain(50)).unwrap();
        let known = choice(&["7", "x", "99", "7", "3"]).known(&hall);
        assert_eq!(known, BTreeSet::from([SeatNumber(3), SeatNumber(7)]));
    }
}
