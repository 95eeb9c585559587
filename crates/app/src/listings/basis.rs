//! What a page of the programme rests on, and whether that still stands.

use houselights_domain::{ShowId, UtcMicros, show::Availability};

use super::{ShowLine, snapshot::Listed, snapshot::Snapshot};
use crate::{catalogue::Catalogue, occupancy::Occupancy, posters::Wall};

/// What a page rests on. Seats are sold all the time, but a list says only "few left" or "sold out": a page stays true
/// until one of its shows crosses such a line. The default holds at no time.
#[derive(Clone, Debug, Default)]
pub struct Basis {
    generation: u64,
    posters: u64,
    from: UtcMicros,
    until: UtcMicros,
    seats: Vec<(ShowId, u32, Availability)>,
}

impl Basis {
    /// What `lines`, taken from the `matching` shows at `now`, rest on.
    pub(super) fn of(snapshot: &Snapshot, matching: &[&Listed], lines: &[ShowLine], now: UtcMicros) -> Self {
        let turns = matching.iter().flat_map(|show| {
            let row = &show.facts.row;
            [row.sales_open_at, row.starts_at, row.sales_close_at]
        });
        let next = turns.filter(|at| *at > now).min().unwrap_or(UtcMicros::NEVER);
        let seats = lines.iter().map(|line| (line.facts.row.id, line.facts.row.total_seats, line.seats)).collect();
        Self {
            generation: snapshot.generation,
            posters: 0,
            from: now,
            until: next.min(snapshot.midnight(now)).min(snapshot.until()),
            seats,
        }
    }

    /// The posters that were there.
    pub(super) fn with(self, wall: &Wall) -> Self {
        Self { posters: wall.generation, ..self }
    }

    pub(super) fn holds(&self, catalogue: &Catalogue, occupancy: &Occupancy, wall: &Wall, now: UtcMicros) -> bool {
        let as_it_was = |(show, total, seats): &(ShowId, u32, Availability)| {
            occupancy.peek(*show, |known| Availability::of(*total, known.taken(now)) == *seats).unwrap_or(false)
        };
        self.generation == catalogue.generation()
            && self.posters == wall.generation
            && (self.from..self.until).contains(&now)
            && self.seats.iter().all(as_it_was)
    }
}
