//! A layout as people see it: rows one behind the other from the screen on, and in each what stands where.

use crate::layout::{Layout, LayoutPlan, Seat};

/// What stands at one column of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'l> {
    /// A seat that can be sold.
    Seat(&'l Seat),
    /// A seat that is never sold; it counts when people count along the row.
    Unsold,
    /// Floor.
    Aisle,
}

/// One row of the drawing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawnRow<'l> {
    /// The row's label.
    pub label: &'l str,
    /// One entry a column; every row of a drawing has as many.
    pub places: Vec<Place<'l>>,
}

impl DrawnRow<'_> {
    /// A cross aisle: nothing in it can be sold.
    pub fn is_aisle(&self) -> bool {
        !self.places.iter().any(|place| matches!(place, Place::Seat(_)))
    }
}

impl Layout {
    /// The hall from the screen on. Columns that are floor in every row at the left or right edge are left out, and
    /// short rows are filled up with floor.
    pub fn drawing(&self) -> Vec<DrawnRow<'_>> {
        let mut rows = match self.plan() {
            LayoutPlan::Plain(_) => self.plain_rows(),
            LayoutPlan::Rows(plans) => {
                let mut seats = self.seats().iter();
                let mut place = |letter| match letter {
                    '_' => Place::Aisle,
                    'x' => Place::Unsold,
                    _ => seats.next().map_or(Place::Aisle, Place::Seat),
                };
                plans
                    .iter()
                    .map(|plan| DrawnRow { label: &plan.row, places: plan.seats.chars().map(&mut place).collect() })
                    .collect()
            }
        };
        trim(&mut rows);
        rows
    }

    fn plain_rows(&self) -> Vec<DrawnRow<'_>> {
        let rows = self.seats().chunk_by(|a, b| a.row == b.row);
        rows.map(|seats| DrawnRow {
            label: seats.first().map_or("", |seat| seat.row.as_str()),
            places: seats.iter().map(Place::Seat).collect(),
        })
        .collect()
    }
}

fn trim(rows: &mut [DrawnRow<'_>]) {
    let ends = |row: &DrawnRow<'_>| {
        let built = |place: &Place<'_>| *place != Place::Aisle;
        Some((row.places.iter().position(built)?, row.places.iter().rposition(built)? + 1))
    };
    let first = rows.iter().filter_map(ends).map(|(first, _)| first).min().unwrap_or(0);
    let last = rows.iter().filter_map(ends).map(|(_, last)| last).max().unwrap_or(0);
    for row in rows {
        row.places.resize(last, Place::Aisle);
        row.places.drain(..first.min(last));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::layout::RowPlan;

    fn hall(rows: &[(&str, &str)]) -> Layout {
        let plan = |(row, seats): &(&str, &str)| RowPlan { row: (*row).into(), seats: (*seats).into() };
        Layout::new(LayoutPlan::Rows(rows.iter().map(plan).collect())).unwrap()
    }

    fn sketch(layout: &Layout) -> Vec<String> {
        let letter = |place: &Place<'_>| match place {
            Place::Seat(seat) => seat.label.clone(),
            Place::Unsold => "x".into(),
            Place::Aisle => "_".into(),
        };
        layout.drawing().iter().map(|row| row.places.iter().map(letter).collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn floor_outside_the_hall_is_left_out_and_floor_inside_stays() {
        let layout = hall(&[("A", "__ss_x___"), ("G", "___"), ("B", "__w__"), ("C", "__s_()")]);
        assert_eq!(sketch(&layout), ["A1 A2 _ x", "_ _ _ _", "B1 _ _ _", "C1 _ C2 C3"]);
        let aisles: Vec<bool> = layout.drawing().iter().map(DrawnRow::is_aisle).collect();
        assert_eq!(aisles, [false, true, false, false]);
    }

    #[test]
    fn a_plain_hall_has_rows_of_25_and_a_short_last_one() {
        let layout = Layout::new(LayoutPlan::Plain(27)).unwrap();
        let rows = layout.drawing();
        assert_eq!((rows.len(), rows[0].label, rows[1].label), (2, "A", "B"));
        assert!(matches!(rows[1].places[1], Place::Seat(seat) if seat.label == "B2"));
        assert_eq!(rows[1].places[2..], [Place::Aisle; 23]);
    }

    proptest! {
        #[test]
        fn every_seat_is_drawn_once_in_order_and_rows_are_of_one_width(halls in proptest::collection::vec("[spwcx_]{0,30}", 1..12)) {
            let plans: Vec<RowPlan> = halls.iter().enumerate()
                .map(|(i, seats)| RowPlan { row: format!("R{i}"), seats: seats.clone() }).collect();
            if let Ok(layout) = Layout::new(LayoutPlan::Rows(plans)) {
                let rows = layout.drawing();
                let drawn: Vec<&Seat> = rows.iter().flat_map(|row| &row.places)
                    .filter_map(|place| if let Place::Seat(seat) = place { Some(*seat) } else { None }).collect();
                prop_assert_eq!(drawn, layout.seats().iter().collect::<Vec<_>>());
                prop_assert!(rows.iter().all(|row| row.places.len() == rows[0].places.len()));
                // Seats of one column of the layout stand in one column of the drawing.
                let offsets: std::collections::BTreeSet<usize> = rows.iter()
                    .flat_map(|row| row.places.iter().enumerate())
                    .filter_map(|(i, place)| if let Place::Seat(seat) = place { Some(seat.column as usize - i) } else { None })
                    .collect();
                prop_assert_eq!(offsets.len(), 1);
                prop_assert!(rows.iter().any(|row| row.places[0] != Place::Aisle));
                prop_assert!(rows.iter().any(|row| row.places[row.places.len() - 1] != Place::Aisle));
            }
        }
    }
}
