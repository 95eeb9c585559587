//! Durable bookings a second through the engine, without HTTP.
//!
//! `cargo bench -p houselights-benches --bench engine -- [CLIENTS] [SECONDS] [PAST_BOOKINGS] [postgres://...]`
//! The database of the URL must be empty; without one an embedded one is made.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints its figures and stops at any fault")]

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use houselights_app::{
    clock::{Clock, SystemClock},
    engine::{Engine, EngineLimits, Listener},
    occupancy::Occupancy,
};
use houselights_domain::{SeatNumber, ShowId, UserId, UtcMicros, money::Minor};
use houselights_store::{
    Access, Db, PostgresOptions, Query, SqliteOptions,
    hot::{Action, Actor, Command},
    params,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SHOWS: i64 = 1_000;
const USERS: i64 = 1_000;

fn main() {
    let args: Vec<u64> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let argument = |index: usize, default| args.get(index).copied().unwrap_or(default);
    let (clients, seconds, past) = (argument(0, 64), argument(1, 3), argument(2, 0));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let url = std::env::args().find(|word| word.starts_with("postgres"));
    runtime.block_on(run(clients, Duration::from_secs(seconds), past, url));
}

async fn run(clients: u64, length: Duration, past: u64, url: Option<String>) {
    let folder = tempfile::tempdir().unwrap();
    let db = if let Some(url) = url {
        Db::open_postgres(PostgresOptions::at(url), Access::Serve).await.unwrap()
    } else {
        let options = SqliteOptions { folder: folder.path().to_owned(), readers: 2 };
        Db::open_sqlite(options, Access::Serve).await.unwrap()
    };
    seed(&db).await;
    let occupancy = Arc::new(Occupancy::default());
    let weak: Weak<Occupancy> = Arc::downgrade(&occupancy);
    let listener: Weak<dyn Listener> = weak;
    let engine = Arc::new(Engine::start(&db, EngineLimits::default(), Arc::new(SystemClock), listener).await.unwrap());
    let next = Arc::new(AtomicI64::new(0));
    if past > 0 {
        // Of shows that are over: nobody books them any more.
        load(&engine, &next, (512, SHOWS), move |done| done < past).await;
        ten_bookings(&engine).await;
        next.store(0, Ordering::Relaxed);
    }
    let began = Instant::now();
    let (count, latencies) = load(&engine, &next, (clients, 0), move |_| began.elapsed() < length).await;
    let took = began.elapsed().as_secs_f64();
    let mut latencies = latencies;
    latencies.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let rate = count as f64 / took;
    let at = |share: usize| latencies[(latencies.len() - 1) * share / 1000];
    if past > 0 {
        println!("bookings of a user with 10 among {past}: median {} us", time_of_ten(&db).await);
    }
    println!(
        "{clients} clients, {past} past bookings: {rate:.0} bookings/s, p50 {} us, p99 {} us, p99.9 {} us",
        at(500),
        at(990),
        at(999)
    );
}

/// Who has ten bookings and no more.
const TEN: UserId = UserId(USERS + 1);

async fn ten_bookings(engine: &Engine) {
    for show in 1..=10 {
        let seats = vec![(SeatNumber(20_000), Minor(0))];
        let action = Action::Claim { show: ShowId(show), revision: 1, seats, hold_until: None };
        let command = Command { actor: Actor { user: TEN, staff: false }, action, key: None };
        engine.submit(command).await.unwrap().unwrap();
    }
}

async fn time_of_ten(db: &Db) -> u128 {
    let mut times = Vec::new();
    for _ in 0..201 {
        let asked = Instant::now();
        assert_eq!(db.bookings_of(TEN, None, 100).await.unwrap().len(), 10);
        times.push(asked.elapsed().as_micros());
    }
    times.sort_unstable();
    times[100]
}

async fn load(
    engine: &Arc<Engine>,
    next: &Arc<AtomicI64>,
    (clients, first_show): (u64, i64),
    go_on: impl Fn(u64) -> bool + Clone + Send + 'static,
) -> (u64, Vec<u128>) {
    let mut tasks = Vec::new();
    for _ in 0..clients {
        let (engine, next, go_on) = (Arc::clone(engine), Arc::clone(next), go_on.clone());
        tasks.push(tokio::spawn(async move {
            let mut latencies = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if !go_on(u64::try_from(number).unwrap()) {
                    return latencies;
                }
                let seat = SeatNumber(u32::try_from(number / SHOWS + 1).unwrap());
                let action = Action::Claim {
                    show: ShowId(first_show + number % SHOWS + 1),
                    revision: 1,
                    seats: vec![(seat, Minor(0))],
                    hold_until: None,
                };
                let actor = Actor { user: UserId(number * 7919 % USERS + 1), staff: false };
                let asked = Instant::now();
                engine.submit(Command { actor, action, key: None }).await.unwrap().unwrap();
                latencies.push(asked.elapsed().as_micros());
            }
        }));
    }
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await.unwrap());
    }
    (u64::try_from(all.len()).unwrap(), all)
}

async fn seed(db: &Db) {
    let starts = SystemClock.now().plus(UtcMicros::MINUTE * 60 * 24 * 365);
    db.write(move |tx| {
        Box::pin(async move {
            tx.rows("INSERT INTO cinemas VALUES (1, 'c', 'C', 'UTC', 'EUR')", vec![]).await?;
            tx.rows("INSERT INTO layouts VALUES (1, 1, 1, '20000', 20000, 0)", vec![]).await?;
            tx.rows("INSERT INTO screens VALUES (1, 1, '1', 'S', 15, 1)", vec![]).await?;
            tx.rows("INSERT INTO movies VALUES (1, 'm', 'M', 100, NULL, NULL, '[]', '[]', '', NULL)", vec![]).await?;
            for show in 1..=2 * SHOWS {
                let key = format!("s{show}");
                tx.rows(
                    "INSERT INTO shows VALUES ($1, $2, 1, 1, 1, 20000, $3, $3, $3, NULL, NULL, NULL, '{}', 0, $3, 0, 1)",
                    params![show, key, starts],
                )
                .await?;
            }
            Ok::<_, houselights_store::Error>(())
        })
    })
    .await
    .unwrap();
}
