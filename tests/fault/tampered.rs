//! Faults made by hand in a database after a crash: the checker must go red on each.

use std::{fs, path::Path};

use houselights_tests::harness::{Attempting as _, Result, server::Recipe};
use rusqlite::Connection;

use crate::{
    check::{Kind, check},
    history::Told,
    mutants::Mutation,
    nemesis::Nemesis,
    observe::{Known, observe},
    run::{Played, Run, Setup},
    stage::Database,
};

/// A fault: its name, what makes it, and what must be found.
struct Fault {
    name: &'static str,
    sql: fn(&Told, &Told) -> String,
    kind: Kind,
}

const FAULTS: [Fault; 4] = [
    Fault {
        name: "an acknowledged row is dropped",
        sql: |one, _| format!("DELETE FROM bookings WHERE id = {}", one.id),
        kind: Kind::Lost,
    },
    Fault {
        name: "a booking is cancelled by nobody",
        sql: |one, _| format!("UPDATE bookings SET status = 2 WHERE id = {}", one.id),
        kind: Kind::Unasked,
    },
    Fault {
        name: "a seat is sold twice",
        sql: |one, other| {
            format!("UPDATE bookings SET show_id = {}, seat_number = {} WHERE id = {}", one.show, one.seat, other.id)
        },
        kind: Kind::TwoOwners,
    },
    Fault {
        name: "something refused had an effect",
        sql: |one, _| {
            format!(
                "INSERT INTO bookings SELECT (SELECT max(id) + 1 FROM bookings), order_id, user_id, show_id,
                 seat_number + 1, status, price, created_at, ended_at FROM bookings WHERE id = {}",
                one.id
            )
        },
        kind: Kind::Ghost,
    },
];

/// One round, then each fault on a copy of what it left. A fault that is not found is an error.
pub(crate) fn all(binary: &Path, work: &Path, seed: u64) -> Result {
    let mut run = Run::open(Setup {
        binary: binary.to_owned(),
        work: work.to_owned(),
        seed,
        database: Database::Sqlite,
        nemeses: vec![Nemesis::Kill],
        mutation: Mutation::default(),
    })?;
    let crashed = run.play()?;
    if !crashed.violations.is_empty() {
        return Err(format!("without any fault there is {:?}", crashed.violations));
    }
    let mut live = crashed.seen.values().filter(|told| told.is_live());
    let (Some(one), Some(other)) = (live.next(), live.next()) else {
        return Err("the round left no two bookings to tamper with".into());
    };
    for fault in &FAULTS {
        tamper(&run, &crashed, fault, (one, other))?;
        println!("found: {}", fault.name);
    }
    Ok(())
}

fn tamper(run: &Run, crashed: &Played, fault: &Fault, (one, other): (&Told, &Told)) -> Result {
    let copy = run.stage.desk.data.with_file_name("tampered");
    if copy.exists() {
        fs::remove_dir_all(&copy).attempting("cannot empty the copy")?;
    }
    fs::create_dir_all(&copy).attempting("cannot make the copy")?;
    for entry in fs::read_dir(&run.stage.desk.data).attempting("cannot list the data folder")? {
        let entry = entry.attempting("cannot list the data folder")?;
        fs::copy(entry.path(), copy.join(entry.file_name())).attempting("cannot copy the data folder")?;
    }
    let database = Connection::open(copy.join("houselights.sqlite3")).attempting("cannot open the copy")?;
    let changed = database.execute(&(fault.sql)(one, other), []).attempting(fault.name)?;
    drop(database);
    if changed != 1 {
        return Err(format!("{}: {changed} rows were changed instead of one", fault.name));
    }
    let recipe = Recipe { data: copy, ..run.stage.desk.clone() };
    let server = recipe.start()?;
    let known = Known { world: &run.world, up_to: run.world.newest(), shows: &run.shows };
    let seen = observe(server.at, &run.customers, known)?;
    let found = check(&run.world, &crashed.ops, &seen);
    if !found.iter().any(|violation| violation.0 == fault.kind) {
        return Err(format!("{}: not found, only {found:?}", fault.name));
    }
    if recipe.verify().is_ok() {
        return Err(format!("{}: `houselights verify` finds nothing", fault.name));
    }
    Ok(())
}
