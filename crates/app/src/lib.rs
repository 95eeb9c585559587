//! Time, queues and side effects: what the ticket office does, without knowing of HTTP or SQL.

pub mod accounts;
pub mod bookings;
pub mod catalogue;
pub mod clock;
pub mod engine;
pub mod entropy;
pub mod error;
pub mod idempotency;
pub mod listings;
pub mod live;
mod nodes;
pub mod occupancy;
pub mod office;
pub mod posters;
pub mod programme;
mod upkeep;

use std::sync::Arc;

pub use accounts::{Accounts, Identity};
pub use bookings::Bookings;
pub use catalogue::Catalogue;
pub use clock::Clock;
pub use engine::EngineLimits;
pub use entropy::Entropy;
pub use error::{Error, Result};
use houselights_store::Db;
pub use houselights_store::hot::{Actor, Order, Reply};
pub use live::SeatMaps;
use nodes::Others;
use occupancy::Occupancy;
pub use office::Office;
use posters::{PosterSettings, Posters};

/// How the use cases bound themselves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The engine's queue and batches.
    pub engine: EngineLimits,
    /// The most seats in one order.
    pub most_seats: usize,
    /// The most who may watch seats live at a time.
    pub most_watchers: usize,
    /// The posters' folder, and what pictures may cost.
    pub posters: PosterSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            engine: EngineLimits::default(),
            most_seats: 10,
            most_watchers: 8_000,
            posters: PosterSettings::default(),
        }
    }
}

/// The whole ticket office.
#[derive(Debug)]
pub struct App {
    /// Who somebody is, and what they may do.
    pub accounts: Arc<Accounts>,
    /// What is on.
    pub catalogue: Arc<Catalogue>,
    /// What is on, as visitors read it.
    pub listings: listings::Listings,
    /// Posters that the cinema has as files.
    pub posters: Arc<Posters>,
    /// Booking and cancelling.
    pub bookings: Bookings,
    /// Seats as maps and live.
    pub seat_maps: SeatMaps,
    /// Changing what is on.
    pub office: Office,
    /// Requests that may be repeated.
    pub keys: idempotency::Keys,
    /// The time.
    pub clock: Arc<dyn Clock>,
    others: Arc<Others>,
}

impl App {
    /// Opens the office on a database whose schema is up to date.
    pub async fn start(
        db: Db,
        accounts: Arc<Accounts>,
        settings: Settings,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Self>> {
        let occupancy = Arc::new(Occupancy::default());
        let others = Others::open(db.clone(), Arc::clone(&occupancy)).await?;
        let listener = nodes::as_listener(&others);
        let engine = engine::Engine::start(&db, settings.engine, Arc::clone(&clock), listener).await?;
        let catalogue = Arc::new(Catalogue::new(db.clone()));
        let office = Office { db: db.clone(), clock: Arc::clone(&clock), catalogue: Arc::clone(&catalogue) };
        let keys = idempotency::Keys::new(db.clone(), Arc::clone(&clock));
        let rooms = Arc::new(live::Rooms::new(accounts.random_number()?));
        live::spawn_wheel(&rooms, &occupancy, Arc::clone(&clock));
        let seat_maps = SeatMaps {
            db: db.clone(),
            clock: Arc::clone(&clock),
            occupancy: Arc::clone(&occupancy),
            rooms,
            most_watchers: settings.most_watchers,
        };
        let posters = Arc::new(Posters::new(settings.posters, Arc::clone(&clock)));
        let listings = listings::Listings::new(
            db.clone(),
            Arc::clone(&catalogue),
            Arc::clone(&occupancy),
            Arc::clone(&posters),
            Arc::clone(&clock),
        );
        let bookings = Bookings {
            db,
            clock: Arc::clone(&clock),
            engine,
            catalogue: Arc::clone(&catalogue),
            occupancy,
            most_seats: settings.most_seats,
        };
        Ok(Arc::new(Self { accounts, catalogue, listings, posters, bookings, seat_maps, office, keys, clock, others }))
    }

    /// Whether the database answers, and is still one that this program can work on.
    pub async fn ready(&self) -> Result<()> {
        Ok(self.bookings.db.still_fits().await?)
    }

    /// Carries out what waits and lets no more in. To be called when the last request has been answered.
    pub async fn stop(&self) {
        self.seat_maps.close();
        self.bookings.engine.stop().await;
    }
}
