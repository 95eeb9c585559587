//! What is on, cached: every change of the programme starts a new generation, and nothing of an older one is answered.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use houselights_domain::{
    Layout, LayoutId, MovieId, ShowId, UtcMicros,
    layout::LayoutPlan,
    show::{PriceList, Sales},
};
pub use houselights_store::cold::catalogue::{Movie, MovieFilter, ShowRow};
use houselights_store::{Db, cold::catalogue as rows};
use jiff::tz::TimeZone;
use quick_cache::sync::Cache;

use crate::error::{Error, Result};

/// Shows, and lists of shows, kept in memory.
const MOST_SHOWS: usize = 20_000;
/// Layouts kept in memory.
const MOST_LAYOUTS: usize = 1_000;

/// Everything about a show that does not change when seats are sold.
#[derive(Debug)]
pub struct ShowFacts {
    /// The show as stored.
    pub row: ShowRow,
    /// Its pinned layout.
    pub layout: Arc<Layout>,
    /// Its prices.
    pub prices: PriceList,
    /// The cinema's zone.
    pub zone: TimeZone,
    /// When it begins, RFC 3339 in the cinema's zone.
    pub date_time: String,
}

#[derive(Clone, Debug)]
struct Dated<T> {
    generation: u64,
    value: T,
}

type ShowList = Arc<Vec<Arc<ShowFacts>>>;

/// The cached catalogue.
#[derive(Debug)]
pub struct Catalogue {
    db: Db,
    generation: AtomicU64,
    shows: Cache<ShowId, Dated<Arc<ShowFacts>>>,
    by_movie: Cache<MovieId, Dated<ShowList>>,
    layouts: Cache<LayoutId, Arc<Layout>>,
}

impl Catalogue {
    pub(crate) fn new(db: Db) -> Self {
        Self {
            db,
            generation: AtomicU64::new(1),
            shows: Cache::new(MOST_SHOWS),
            by_movie: Cache::new(MOST_SHOWS),
            layouts: Cache::new(MOST_LAYOUTS),
        }
    }

    /// Grows with every change of the programme. What was made from an older generation is stale.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// The programme has changed. To be called after the commit and before the author of the change is answered.
    pub fn changed(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
    }

    /// Movies that match, by number.
    pub async fn movies(&self, filter: MovieFilter) -> Result<Vec<Movie>> {
        Ok(rows::movies(&self.db, filter).await?)
    }

    /// One movie.
    pub async fn movie(&self, id: MovieId) -> Result<Movie> {
        rows::movie(&self.db, id).await?.ok_or(Error::NotFound("movie"))
    }

    /// One show if it is cached and fresh.
    pub fn cached_show(&self, id: ShowId) -> Option<Arc<ShowFacts>> {
        fresh(self.shows.get(&id), self.generation())
    }

    /// One show.
    pub async fn show(&self, id: ShowId) -> Result<Arc<ShowFacts>> {
        // Read before the rows: if a change comes in between, what is cached is already out of date.
        let generation = self.generation();
        if let Some(facts) = fresh(self.shows.get(&id), generation) {
            return Ok(facts);
        }
        let row = rows::show(&self.db, id).await?.ok_or(Error::NotFound("show"))?;
        let facts = Arc::new(self.facts(row).await?);
        self.shows.insert(id, Dated { generation, value: Arc::clone(&facts) });
        Ok(facts)
    }

    /// All shows of a movie, soonest first.
    pub async fn shows_of(&self, movie: MovieId) -> Result<ShowList> {
        let generation = self.generation();
        if let Some(list) = fresh(self.by_movie.get(&movie), generation) {
            return Ok(list);
        }
        let found = rows::shows_of_movie(&self.db, movie).await?;
        if found.is_empty() {
            self.movie(movie).await?;
        }
        let mut list = Vec::with_capacity(found.len());
        for row in found {
            let id = row.id;
            let facts = Arc::new(self.facts(row).await?);
            self.shows.insert(id, Dated { generation, value: Arc::clone(&facts) });
            list.push(facts);
        }
        let list = Arc::new(list);
        self.by_movie.insert(movie, Dated { generation, value: Arc::clone(&list) });
        Ok(list)
    }

    /// Shows that begin from then on, soonest first.
    pub(crate) async fn shows_from(&self, from: UtcMicros, limit: u32) -> Result<Vec<Arc<ShowFacts>>> {
        let found = rows::shows_from(&self.db, from, i64::from(limit)).await?;
        let mut list = Vec::with_capacity(found.len());
        for row in found {
            list.push(Arc::new(self.facts(row).await?));
        }
        Ok(list)
    }

    async fn facts(&self, row: ShowRow) -> Result<ShowFacts> {
        let broken = |what: &str| Error::Bug(format!("show {} has {what}", row.id));
        let zone = TimeZone::get(&row.timezone).map_err(|_| broken("an unknown time zone"))?;
        let prices = serde_json::from_str(&row.prices).map_err(|_| broken("an unreadable price list"))?;
        Ok(ShowFacts {
            layout: self.layout(row.layout).await?,
            prices,
            date_time: row.starts_at.rfc3339_in(&zone),
            zone,
            row,
        })
    }

    /// A layout never changes, so that it is cached for good.
    async fn layout(&self, id: LayoutId) -> Result<Arc<Layout>> {
        if let Some(layout) = self.layouts.get(&id) {
            return Ok(layout);
        }
        let broken = |what: String| Error::Bug(format!("layout {id} {what}"));
        let row = rows::layout(&self.db, id).await?.ok_or_else(|| broken("is missing".into()))?;
        let plan: LayoutPlan = serde_json::from_str(&row.plan).map_err(|error| broken(error.to_string()))?;
        let layout = Arc::new(Layout::new(plan).map_err(|error| broken(error.to_string()))?);
        self.layouts.insert(id, Arc::clone(&layout));
        Ok(layout)
    }
}

fn fresh<T>(found: Option<Dated<T>>, generation: u64) -> Option<T> {
    found.filter(|dated| dated.generation == generation).map(|dated| dated.value)
}

impl ShowFacts {
    /// Whether a ticket could be bought at `now`, if a seat were free.
    pub fn on_sale(&self, now: UtcMicros) -> bool {
        self.sales(now) == Sales::Open
    }

    /// What is spoken in a film with these languages: the show's own word, or the film's only language.
    pub fn spoken<'a>(&'a self, of_film: &'a [String]) -> Option<&'a str> {
        let only = if let [one] = of_film { Some(one.as_str()) } else { None };
        self.row.audio.as_deref().or(only)
    }

    /// Where its sales stand at `now`.
    pub fn sales(&self, now: UtcMicros) -> Sales {
        Sales::at(self.row.called_off, self.row.sales_open_at, self.row.sales_close_at, now)
    }
}
