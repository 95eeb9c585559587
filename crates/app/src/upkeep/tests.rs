//! Two nodes on one PostgreSQL: what one does the other knows, and nobody does a job twice.

use std::thread;

use houselights_domain::{
    SeatNumber, ShowId, UserId, UtcMicros,
    draft::{CinemaDraft, MovieDraft, ScreenDraft, ShowDraft},
};
use houselights_store::{Access, Db, PostgresOptions, hot::Actor};
use houselights_testpg::{Database, shared};

use super::*;
use crate::{
    Accounts, Settings,
    accounts::{AccountSettings, HashCost, NewAccount, SigningKeys},
    bookings::Answer,
    clock::FakeClock,
    entropy::SystemEntropy,
    live::{Told, Watcher},
    occupancy::SeatState,
};

const NOW: UtcMicros = UtcMicros(1_796_083_200 * UtcMicros::SECOND); // 2026-12-01
const SHOW: ShowId = ShowId(1);
const ANN: Actor = Actor { user: UserId(1), staff: false };
/// What another node does is known within a second; tests share two processors with others.
const SOON: Duration = Duration::from_secs(20);

struct Node {
    app: Arc<App>,
    _stop: watch::Sender<bool>,
}

/// Two nodes, and a show of ten seats.
struct Chain {
    here: Node,
    there: Node,
    /// Dropped last: the nodes are connected to it.
    _database: Database,
}

/// Tests wait for each other, so that nothing is said about time.
fn patient(url: &str) -> PostgresOptions {
    let minute = Duration::from_mins(1);
    PostgresOptions { connections: 4, wait: minute, limit: minute, ..PostgresOptions::at(url) }
}

async fn open(database: &Database) -> Db {
    Db::open_postgres(patient(&database.url()), Access::Serve).await.unwrap()
}

fn migrate(url: String) -> std::result::Result<(), String> {
    // A test has a runtime already, and one cannot be waited for inside another.
    let migrated = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(Db::open_postgres(patient(&url), Access::Maintain)).map(drop)
    });
    migrated.join().unwrap().map_err(|error| error.to_string())
}

impl Node {
    async fn open(database: &Database) -> Self {
        let db = open(database).await;
        let clock = Arc::new(FakeClock::at(NOW));
        let (entropy, keys) =
            (Arc::new(SystemEntropy::default()), SigningKeys::from_secret(&"secret ".repeat(6)).unwrap());
        let settings = AccountSettings { hash: HashCost::CHEAPEST, ..AccountSettings::default() };
        let accounts = Accounts::open(db.clone(), clock.clone(), entropy, keys, settings).await.unwrap();
        let app = App::start(db, accounts, Settings::default(), clock).await.unwrap();
        let (stop, stopped) = watch::channel(false);
        drop(app.accounts.spawn_upkeep(stopped.clone()));
        drop(app.spawn_upkeep(stopped));
        Self { app, _stop: stop }
    }

    async fn book(&self, seats: &[u32]) -> crate::Result<Vec<houselights_domain::BookingId>> {
        let seats = seats.iter().copied().map(SeatNumber).collect();
        match self.app.bookings.book(ANN, SHOW, seats, None).await? {
            Answer::Fresh(card) => Ok(card.bookings.iter().map(|card| card.booking.id).collect()),
            Answer::Recorded { .. } => panic!("no key was sent"),
        }
    }

    async fn taken(&self) -> u32 {
        self.app.seat_maps.map(SHOW, 10).await.unwrap().taken
    }
}

async fn chain() -> Chain {
    let database = shared().like("app", |url| migrate(url.to_owned())).unwrap();
    let here = Node::open(&database).await;
    let screen =
        ScreenDraft { key: "1".into(), name: "One".into(), cleaning_minutes: None, layout: None, seats: Some(10) };
    let (key, name, timezone, currency) = ("rex".into(), "Rex".into(), "Europe/London".into(), "GBP".into());
    here.app.office.add_cinema(CinemaDraft { key, name, timezone, currency, screens: vec![screen] }).await.unwrap();
    let movie = MovieDraft { title: "Sunrise".into(), duration_minutes: 94, ..MovieDraft::default() };
    let movie = here.app.office.add_movie(movie).await.unwrap().key;
    let (screen, starts_at) = ("rex/1".into(), "2027-01-01T19:30".into());
    here.app.office.add_show(ShowDraft { movie, screen, starts_at, ..ShowDraft::default() }).await.unwrap();
    let there = Node::open(&database).await;
    Chain { here, there, _database: database }
}

/// Waits for what the other node is to learn.
async fn learns(what: &str, learnt: impl AsyncFn() -> bool) {
    let looking = async {
        while !learnt().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(SOON, looking).await.unwrap_or_else(|_| panic!("{what}: not within {SOON:?}"));
}

async fn turned(watcher: &mut Watcher, to: SeatState) -> Vec<u32> {
    loop {
        let told = std::future::poll_fn(|context| watcher.poll_told(context));
        match tokio::time::timeout(SOON, told).await.unwrap() {
            Some(Told::Changed(event)) => return event.turned(to).map(|seat| seat.0).collect(),
            Some(Told::Beat) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn who_watches_one_node_hears_what_the_other_sells() {
    let chain = chain().await;
    let mut watcher = chain.there.app.seat_maps.watch(SHOW, None).await.unwrap();
    let bookings = chain.here.book(&[3, 5]).await.unwrap();
    assert_eq!(turned(&mut watcher, SeatState::Sold).await, [3, 5]);
    _ = chain.here.app.bookings.cancel(ANN, bookings[0], None).await.unwrap();
    assert_eq!(turned(&mut watcher, SeatState::Free).await, [3]);
    _ = chain.there.book(&[3]).await.unwrap();
    assert_eq!(turned(&mut watcher, SeatState::Sold).await, [3]);
    learns("the first node", async || chain.here.taken().await == 2).await;
}

#[tokio::test]
async fn a_cancellation_that_was_acknowledged_here_is_never_denied_there() {
    let chain = chain().await;
    for _ in 0..20 {
        let bookings = chain.here.book(&[7]).await.unwrap();
        learns("the other node", async || chain.there.taken().await == 1).await;
        _ = chain.here.app.bookings.cancel(ANN, bookings[0], None).await.unwrap();
        let again = chain.there.book(&[7]).await.expect("the seat is free, whatever this node still believes");
        _ = chain.there.app.bookings.cancel(ANN, again[0], None).await.unwrap();
        learns("both nodes", async || chain.here.taken().await + chain.there.taken().await == 0).await;
    }
}

#[tokio::test]
async fn a_change_of_the_programme_and_a_sign_out_are_known_on_the_other_node() {
    let chain = chain().await;
    let facts = chain.there.app.catalogue.show(SHOW).await.unwrap();
    assert_eq!(facts.row.movie_title, "Sunrise");
    chain.here.app.office.change_movie(facts.row.movie, |draft| draft.title = "Dawn".into()).await.unwrap();
    learns("the other node", async || chain.there.app.catalogue.show(SHOW).await.unwrap().row.movie_title == "Dawn")
        .await;

    let (password, address) = ("correct horse battery".to_owned(), "192.0.2.1".parse().unwrap());
    let new = NewAccount { username: "ann".into(), password: password.clone(), email: None };
    _ = chain.here.app.accounts.sign_up(new).await.unwrap();
    let pair = chain.here.app.accounts.log_in("ann", &password, address).await.unwrap();
    assert!(chain.there.app.accounts.authenticate(&pair.access).is_ok(), "a token is good on every node");
    chain.here.app.accounts.log_out(Some(&pair.refresh), None).await.unwrap();
    learns("the other node", async || chain.there.app.accounts.authenticate(&pair.access).is_err()).await;
}

#[tokio::test]
async fn one_node_at_a_time_does_the_jobs() {
    let database = shared().like("app", |url| migrate(url.to_owned())).unwrap();
    let lease = async |node| Lease::new(open(&database).await, "lease-test", node);
    let (mut first, mut second, mut third) = (lease(1).await, lease(2).await, lease(3).await);
    let start = Instant::now();
    let at = |seconds| start + Duration::from_secs(seconds);
    assert!(first.is_held(at(0)).await.unwrap());
    for seconds in 0..40 {
        assert!(first.is_held(at(seconds)).await.unwrap());
        assert!(!second.is_held(at(seconds)).await.unwrap(), "the first is there, {seconds}");
    }
    // The first is heard of no more. Others see its last word stand for a whole term, each by its own clock.
    for seconds in 40..54 {
        assert!(!second.is_held(at(seconds)).await.unwrap(), "{seconds}");
    }
    assert!(!third.is_held(at(0)).await.unwrap());
    assert!(second.is_held(at(54)).await.unwrap());
    assert!(!third.is_held(at(15)).await.unwrap(), "the word that it has seen was replaced");
    assert!(!first.is_held(at(60)).await.unwrap(), "it comes back, and is told");
    second.give_up().await.unwrap();
    assert!(third.is_held(at(16)).await.unwrap(), "at once");
    assert!(!second.is_held(at(55)).await.unwrap());
}
