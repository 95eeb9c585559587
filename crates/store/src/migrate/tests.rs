//! Programs of two versions on one database. The newer one is this one with a step more, which is made up here.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering as AtomicOrdering},
    },
    time::Duration,
};

use houselights_domain::{BookingId, SeatNumber, ShowId, UserId, UtcMicros, money::Minor};
use houselights_testpg::{Database, shared};
use tokio::sync::watch;

use super::{
    to_come::{CONTRACTS, EXPANDS},
    *,
};
use crate::{
    Access, PostgresOptions, SqliteOptions,
    exec::Backend,
    hot::{Action, Actor, Command, Lane, LaneSettings, TimeSource},
    params,
    sqlite::Sqlite,
    verify::verify,
};

const FIRST: &[Step] = &[STEPS[0]];
const SECOND: &[Step] = &[STEPS[0], EXPANDS];
const THIRD: &[Step] = &[STEPS[0], EXPANDS, CONTRACTS];

const SEATS: u32 = 300;
const NOW: UtcMicros = UtcMicros(1_000);

async fn node(database: &Database, steps: &[Step]) -> Result<Db> {
    let minute = Duration::from_mins(1);
    let options =
        PostgresOptions { connections: 4, wait: minute, limit: minute, ..PostgresOptions::at(database.url()) };
    let db = Postgres::open_knowing(options, Access::Serve, steps).await?;
    Ok(Db(Backend::Postgres(Arc::new(db))))
}

fn embedded(folder: &std::path::Path, steps: &[Step]) -> Result<Db> {
    let options = SqliteOptions { folder: folder.to_owned(), readers: 1 };
    Ok(Db(Backend::Sqlite(Arc::new(Sqlite::open_knowing(&options, Access::Serve, steps)?))))
}

async fn lane(db: &Db) -> Lane {
    let settings = LaneSettings { time: TimeSource::Caller, ..LaneSettings::default() };
    db.lanes(settings).await.unwrap().pop().unwrap()
}

/// One show with many seats.
async fn seed(db: &Db) {
    let rows = db.write(|tx| {
        Box::pin(async move {
            tx.rows("INSERT INTO cinemas VALUES (1, 'rex', 'Rex', 'UTC', 'EUR')", params![]).await?;
            tx.rows("INSERT INTO layouts VALUES (1, 1, 1, '300', 300, 0)", params![]).await?;
            tx.rows("INSERT INTO screens VALUES (1, 1, '1', 'Screen 1', 15, 1)", params![]).await?;
            tx.rows("INSERT INTO movies VALUES (1, 'm', 'M', 100, NULL, NULL, '[]', '[]', '', NULL)", params![])
                .await?;
            let show = "INSERT INTO shows VALUES
                        (1, 's', 1, 1, 1, 300, 9000, 9000, 9000, NULL, NULL, NULL, '{}', 0, 9000, 0, 1)";
            tx.rows(show, params![]).await.map(drop)
        })
    });
    rows.await.unwrap();
}

async fn buy(lane: &mut Lane, user: i64, seat: u32) -> bool {
    let seats = vec![(SeatNumber(seat), Minor(1200))];
    let action = Action::Claim { show: ShowId(1), revision: 1, seats, hold_until: None };
    let actor = Actor { user: UserId(user), staff: false };
    lane.apply(&[Command { actor, action, key: None }], NOW).await.decisions.remove(0).unwrap().is_ok()
}

fn refused<T: std::fmt::Debug>(opened: &Result<T>) -> bool {
    matches!(opened, Err(Error::Setup(said)) if said.contains("newer Houselights") && said.contains("backup"))
}

/// Sells one seat again and again until it is told to stop; says how often.
async fn sell_on(db: Db, stop: Arc<AtomicBool>, sold: watch::Sender<u32>) -> u32 {
    let mut lane = lane(&db).await;
    while !stop.load(AtomicOrdering::Acquire) {
        assert!(buy(&mut lane, 1, SEATS).await, "the old node could not sell");
        let booking = db.first::<Number>("SELECT max(id) FROM bookings", params![]).await.unwrap().unwrap().0;
        let action = Action::Cancel(BookingId(i64::from(booking)));
        let actor = Actor { user: UserId(1), staff: false };
        let cancelled = lane.apply(&[Command { actor, action, key: None }], NOW).await.decisions.remove(0);
        assert!(cancelled.unwrap().is_ok(), "the old node could not cancel");
        sold.send_modify(|times| *times += 1);
    }
    *sold.borrow()
}

async fn buy_all(db: &Db, user: i64, seats: impl Iterator<Item = u32>) -> u32 {
    let mut lane = lane(db).await;
    let mut bought = 0;
    for seat in seats {
        bought += u32::from(buy(&mut lane, user, seat).await);
    }
    bought
}

/// The old node sells before, while and after the new one starts; from then on both sell, and each seat is sold once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_of_two_versions_sell_one_hot_show_exactly() {
    let database = shared().empty().unwrap();
    let old = node(&database, FIRST).await.unwrap();
    seed(&old).await;
    let stop = Arc::new(AtomicBool::new(false));
    let (sold, mut progress) = watch::channel(0_u32);
    let selling = tokio::spawn(sell_on(old.clone(), Arc::clone(&stop), sold));
    progress.wait_for(|times| *times >= 5).await.unwrap();
    let new = node(&database, SECOND).await.unwrap();
    assert_eq!(new.schema(), SchemaState::Current(2));
    let then = *progress.borrow();
    progress.wait_for(|times| *times >= then + 5).await.unwrap();
    stop.store(true, AtomicOrdering::Release);
    let before = u64::from(selling.await.unwrap());
    let (here, elsewhere) = tokio::join!(buy_all(&old, 1, 1..=SEATS), buy_all(&new, 2, (1..=SEATS).rev()));
    assert!(here > 0 && elsewhere > 0, "{here} and {elsewhere}");
    assert_eq!(here + elsewhere, SEATS);
    old.still_fits().await.unwrap();
    // An old node that is started again, such as after a crash, goes on too.
    let again = node(&database, FIRST).await.unwrap();
    assert_eq!(again.schema(), SchemaState::Ahead { at: 2, known: 1, works_with: 1 });
    assert!(!buy(&mut lane(&again).await, 3, 7).await, "it knows that the seat is sold");
    let report = verify(&again).await.unwrap();
    assert!(report.is_clean() && report.bookings == u64::from(SEATS) + before, "{report:?}");
}

#[tokio::test]
async fn a_node_that_a_step_leaves_behind_is_refused_and_one_that_runs_is_no_longer_ready() {
    let database = shared().empty().unwrap();
    let old = node(&database, FIRST).await.unwrap();
    let second = node(&database, SECOND).await.unwrap();
    let third = node(&database, THIRD).await.unwrap();
    assert_eq!(third.schema(), SchemaState::Current(3));
    assert!(refused(&node(&database, FIRST).await));
    // Its own binary knows one step, like the one that runs these tests.
    assert!(matches!(old.still_fits().await, Err(Error::Unavailable(said)) if said.contains("newer Houselights")));
    let again = node(&database, SECOND).await.unwrap();
    assert_eq!(again.schema(), SchemaState::Ahead { at: 3, known: 2, works_with: 2 });
    drop(second);
}

/// Somebody has locked one table and wants another that the migration has locked, which waits for the first: it gives
/// way before PostgreSQL looks for circles, and comes again. (Who is here does not look for 20 s, so that it would be the
/// migration that is taken back.)
#[tokio::test]
async fn a_migration_never_waits_in_a_circle_with_who_sells() {
    let database = shared().empty().unwrap();
    let old = node(&database, FIRST).await.unwrap();
    let Backend::Postgres(postgres) = &old.0 else { unreachable!("it is on PostgreSQL") };
    let sells = postgres.connect().await.unwrap();
    let begin = "SET deadlock_timeout = '20s'; BEGIN; LOCK TABLE orders IN ROW EXCLUSIVE MODE";
    sells.batch_execute(begin).await.unwrap();
    let (url, deadlocks) =
        (database.url(), "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()");
    let migrates = tokio::spawn(async move {
        let minute = Duration::from_mins(1);
        let options = PostgresOptions { connections: 2, wait: minute, limit: minute, ..PostgresOptions::at(url) };
        Postgres::open_knowing(options, Access::Maintain, SECOND).await.map(|db| db.schema())
    });
    let waits = "SELECT count(*) FROM pg_locks JOIN pg_class ON pg_class.oid = relation
                 WHERE NOT granted AND relname = 'orders'";
    while number(postgres.rows(waits, params![]).await.unwrap()).unwrap() == 0 {
        tokio::task::yield_now().await;
    }
    sells.batch_execute("LOCK TABLE claims IN ROW EXCLUSIVE MODE; COMMIT").await.unwrap();
    assert_eq!(migrates.await.unwrap().unwrap(), SchemaState::Current(2));
    assert_eq!(number(postgres.rows(deadlocks, params![]).await.unwrap()).unwrap(), 0);
}

/// There is one program at a time, so nothing rolls; but whoever goes back to the version before finds everything.
#[tokio::test]
async fn on_an_embedded_database_one_can_go_back_by_a_version_that_works_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let old = embedded(folder.path(), FIRST).unwrap();
    seed(&old).await;
    assert!(buy(&mut lane(&old).await, 1, 1).await);
    drop(old);
    let new = embedded(folder.path(), SECOND).unwrap();
    assert!(buy(&mut lane(&new).await, 1, 2).await);
    drop(new);
    let old = embedded(folder.path(), FIRST).unwrap();
    assert_eq!(old.schema(), SchemaState::Ahead { at: 2, known: 1, works_with: 1 });
    let mut selling = lane(&old).await;
    assert!(!buy(&mut selling, 2, 2).await);
    assert!(buy(&mut selling, 2, 3).await);
    assert!(verify(&old).await.unwrap().is_clean());
    drop((selling, old));
    drop(embedded(folder.path(), THIRD).unwrap());
    assert!(refused(&embedded(folder.path(), FIRST)));
}

#[tokio::test]
async fn a_database_that_began_with_other_tables_is_refused() {
    let edited = async |db: Db| {
        let edit = "DELETE FROM meta WHERE name = 'begun'";
        db.write(move |tx| Box::pin(async move { tx.rows(edit, params![]).await.map(drop) })).await.unwrap();
    };
    let folder = tempfile::tempdir().unwrap();
    edited(embedded(folder.path(), FIRST).unwrap()).await;
    let database = shared().empty().unwrap();
    edited(node(&database, FIRST).await.unwrap()).await;
    for again in [embedded(folder.path(), FIRST), node(&database, FIRST).await] {
        let why = again.unwrap_err();
        assert!(matches!(why, Error::Setup(_)) && why.to_string().contains("begin with an empty database"), "{why}");
    }
}
