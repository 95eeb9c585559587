//! Thousands who watch one show: how soon each hears of a booking, and what each costs. `cargo xtask watchers`; figures
//! in docs/PERFORMANCE.md.
#![expect(clippy::print_stdout, reason = "a measuring program's output is its interface")]

mod crowd;

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    thread,
    time::Duration,
};

use crowd::{Board, Crowd};
use houselights_tests::harness::{
    self, Attempting as _, Result,
    client::{Ask, Client},
    house::{self, Customer, wanted},
    server::Recipe,
};
use serde_json::json;

/// Seats of the show.
const SEATS: u32 = 600;
/// Bookings while nothing else goes on, and the time between them.
const QUIET: u32 = 40;
const QUIET_EVERY: Duration = Duration::from_millis(500);
/// Bookings of the rush, and the time between them.
const RUSH: u32 = 500;
const RUSH_EVERY: Duration = Duration::from_millis(20);

fn main() -> ExitCode {
    harness::ended(run())
}

fn run() -> Result {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [binary, work, watchers] = words.as_slice() else {
        return Err("a binary, a work folder and a number are needed; start it by `cargo xtask watchers [N]`".into());
    };
    let watchers: usize = watchers.parse().map_err(|_| format!("{watchers} is no number"))?;
    let data = PathBuf::from(work).join("data");
    let recipe = recipe(Path::new(binary), &data, watchers)?;
    let server = recipe.start()?;
    let customer = house::customers(&server, 1)?.pop().ok_or("no customer")?;
    // Hashing a password leaves memory behind: what is weighed has hashed none, but has made what is made once.
    server.stop(Duration::from_secs(10))?;
    let server = recipe.start()?;
    let mut client = server.client();
    client.told(Ask::get("/api/shows/1/seats/"))?.expect(200)?;
    let before = server.proportional_memory()?;

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().attempting("no runtime")?;
    let board = Arc::new(Board::new(SEATS));
    let crowd = runtime.block_on(Crowd::gather(server.at, watchers, &board))?;
    let gathered = server.proportional_memory()?;
    for (name, first, count, every) in [("quiet", 1, QUIET, QUIET_EVERY), ("rush", QUIET + 1, RUSH, RUSH_EVERY)] {
        let booker = {
            let (client, board, customer) = (server.client(), Arc::clone(&board), customer.clone());
            thread::spawn(move || book(client, &customer, &board, first..first + count, every))
        };
        let expected = watchers as u64 * u64::from(count);
        let spent = server.processor_time()?;
        let heard = runtime.block_on(crowd.listen(expected, || booker.is_finished()));
        booker.join().map_err(|_| "the booker panicked")??;
        let spent = (server.processor_time()? - spent) * 10;
        println!(
            "{name:<6} {count} bookings, one every {} ms: {}; {spent} ms of the server",
            every.as_millis(),
            heard?
        );
    }
    let after = server.proportional_memory()?;
    let each = |now: u64| now.saturating_sub(before) * 1024 / watchers.max(1) as u64;
    println!(
        "memory {watchers} watchers: PSS {before} KiB before, {gathered} KiB with them ({} bytes each), {after} KiB after \
         all bookings ({} bytes each)",
        each(gathered),
        each(after)
    );
    let stopped = server.stop(Duration::from_secs(10))?;
    println!("stop   {watchers} feeds were ended and the server was gone after {} ms", stopped.as_millis());
    fs::remove_dir_all(&data).attempting("cannot remove the data folder")
}

fn recipe(binary: &Path, data: &Path, watchers: usize) -> Result<Recipe> {
    let programme = json!({
        "cinemas": [{"key": "rex", "name": "Rex", "timezone": "Europe/London", "currency": "GBP",
                     "screens": [{"key": "1", "name": "Screen 1", "cleaning_minutes": 15, "seats": SEATS}]}],
        "movies": [{"key": "m", "title": "Metropolis", "duration_minutes": 153}],
        "shows": [{"key": "1", "movie": "m", "screen": "rex/1", "starts_at": "2099-01-01T19:30:00"}],
    });
    let mut recipe = house::with_programme(binary, data, &programme)?
        .with("MAX_CONNECTIONS", &(watchers + 100))
        .with("LIVE_WATCHERS", &watchers);
    recipe.before = format!("ulimit -n {} || exit 1;", watchers + 500);
    Ok(recipe)
}

/// Books seat after seat; the board says when each was asked for.
fn book(
    mut client: Client,
    customer: &Customer,
    board: &Board,
    seats: std::ops::Range<u32>,
    every: Duration,
) -> Result {
    for seat in seats {
        // The pace of the load, not a wait for anything.
        thread::sleep(every);
        board.asked(seat);
        let body = wanted(&[seat]);
        client.told(Ask::post("/api/shows/1/book/", &body).by(&customer.token))?.expect(201)?;
    }
    Ok(())
}
