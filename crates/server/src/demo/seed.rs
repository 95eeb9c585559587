//! Putting the demo's data into its database, and telling whoever started it.

use std::fs;

use houselights_app::{
    App,
    accounts::{Identity, NewAccount},
    clock::SystemClock,
    programme,
};
use houselights_domain::{CinemaId, Role};
use houselights_store::{
    Db,
    cold::{cinemas, marks},
};

use super::sales;
use crate::{
    commands::data::DATABASE,
    config::{Config, Purpose},
    failure::{Failure, Result},
};

/// Marks a folder as the demo's own.
const MARKER: &str = "this-is-a-demo.txt";
const MARKER_TEXT: &str =
    "Made by `houselights demo`. The passwords of its users are public. Delete this folder to begin anew.\n";

/// Name, password and role of each of the demo's users. `user1` is not among them: the README signs them up.
const USERS: [(&str, &str, Role); 2] = [("guest", "pass", Role::FilmGoer), ("admin", "admin-demo", Role::Superuser)];

/// What the demo shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seeded {
    cinemas: usize,
    films: usize,
    shows: usize,
}

/// Keeps the demo out of a cinema's data, and a cinema's server from showing the demo's to the world. It looks before
/// an embedded database is opened, because that would make one.
pub(crate) fn guard(config: &Config) -> Result {
    if config.database.is_some() {
        return Ok(());
    }
    let folder = &config.data_dir;
    let marker = folder.join(MARKER);
    match config.purpose {
        Purpose::Demo if marker.exists() => Ok(()),
        Purpose::Demo if folder.join(DATABASE).exists() => Err(Failure::new(format!(
            "{} holds a database that the demo has not made: give the demo its own --data-dir",
            folder.display()
        ))),
        Purpose::Demo => {
            let made = fs::create_dir_all(folder).and_then(|()| fs::write(&marker, MARKER_TEXT));
            made.map_err(|error| {
                Failure::new(format!(
                    "the folder {} cannot be written ({error}): choose another with --data-dir",
                    folder.display()
                ))
            })
        }
        Purpose::Cinema if marker.exists() && !config.listen.ip().is_loopback() => Err(Failure::new(format!(
            "{} holds the demo's data, whose passwords are public: choose another --data-dir",
            folder.display()
        ))),
        Purpose::Cinema => Ok(()),
    }
}

/// As [`guard`], of a PostgreSQL, which has to be opened to be looked at.
pub(crate) async fn guard_open(config: &Config, db: &Db) -> Result {
    if config.database.is_none() {
        return Ok(());
    }
    let marked = marks::is_made(db, marks::DEMO).await?;
    match config.purpose {
        Purpose::Demo if !marked && !cinemas::page(db, CinemaId(0), 1).await?.is_empty() => Err(Failure::new(
            "this database holds a programme that the demo has not made: give the demo a database of its own",
        )),
        Purpose::Demo => Ok(db.write(|tx| Box::pin(async move { marks::make(tx, marks::DEMO).await })).await?),
        Purpose::Cinema if marked && !config.listen.ip().is_loopback() => Err(Failure::new(
            "this database holds the demo's data, whose passwords are public: choose another database_url",
        )),
        Purpose::Cinema => Ok(()),
    }
}

/// Adds what is missing: the programme of this week, the users and, with `sales`, what made-up customers have bought.
pub(crate) async fn seed(db: &Db, app: &App, sales: bool) -> Result<Seeded> {
    let programme = super::programme(app.clock.now());
    let seeded =
        Seeded { cinemas: programme.cinemas.len(), films: programme.movies.len(), shows: programme.shows.len() };
    let text = programme.to_json().map_err(|error| Failure::new(format!("a bug in the demo's programme: {error}")))?;
    programme::import(db, &SystemClock, text, &mut |_, _| {}).await?;
    let there = app.accounts.list(&Identity::HOUSE, None, 10).await?;
    for (name, password, role) in USERS {
        if there.iter().all(|account| account.username != name) {
            let new = NewAccount { username: name.into(), password: password.into(), email: None };
            app.accounts.create_with_role(&Identity::HOUSE, new, role).await?;
        }
    }
    if sales {
        sales::sell(db, app, USERS[0].0).await?;
    }
    Ok(seeded)
}

/// What whoever started the demo sees first.
pub(crate) fn banner(address: &str, config: &Config, seeded: &Seeded) -> String {
    let Seeded { cinemas, films, shows } = seeded;
    let data = match &config.database {
        Some(_) => "in the database of --database-url".to_owned(),
        None => format!("{} (delete the folder to begin anew)", config.data_dir.display()),
    };
    let users: Vec<String> = USERS.iter().map(|(name, password, _)| format!("{name} / {password}")).collect();
    format!(
        "\nHouselights: the demo is open, with {cinemas} cinemas, {films} films and {shows} shows this week.\n\n  \
         Home      http://{address}/\n  \
         Swagger   http://{address}/swagger/\n  \
         Users     {} (superuser)\n  \
         Data      {data}\n\n  \
         Try       curl http://{address}/api/movies/\n  \
         Stop      Ctrl-C\n\n",
        users.join(", "),
    )
}
