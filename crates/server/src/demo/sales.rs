//! The demo's made-up customers buy, by the same door as everybody.

use std::sync::Arc;

use futures_util::future::join_all;
use houselights_app::{App, Error, accounts::Identity, catalogue::ShowFacts};
use houselights_domain::{MovieId, Role, ShowId, UserId, UtcMicros};
use houselights_store::{
    Db,
    cold::{
        catalogue::MovieFilter,
        users::{self, NewUser},
    },
    hot::Actor,
};

use super::crowd::{self, Party, Showing};
use crate::failure::{Failure, Result};

/// The show that everybody's first commands book; its first rows are theirs.
const FIRST_SHOW: ShowId = ShowId(1);
const SPARED: u32 = 40;
/// Orders at once: as many as the writer takes in one transaction.
const AT_ONCE: usize = 512;
/// More than there are.
const ALL: u32 = 500;

/// Has everybody buy who has not bought yet; says how many orders were made. The customers' password is `like`'s.
pub(super) async fn sell(db: &Db, app: &App, like: &str) -> Result<usize> {
    let (customers, now) = (customers(db, app, like).await?, app.clock.now());
    let films = MovieFilter {
        search: String::new(),
        from: now,
        to: now,
        bounded: false,
        after: MovieId(0),
        limit: i64::from(ALL),
    };
    let mut shows = Vec::new();
    for film in app.catalogue.movies(films).await? {
        let of_film = app.catalogue.shows_of(film.id).await?;
        shows.extend(of_film.iter().filter(|show| show.row.key.starts_with("demo-") && show.on_sale(now)).cloned());
    }
    let ids: Vec<ShowId> = shows.iter().map(|show| show.row.id).collect();
    let seats = app.bookings.seats(&ids, Clone::clone).await?;
    let mut wanted = Vec::new();
    for (show, known) in shows.iter().zip(seats) {
        let parties = crowd::parties(&showing(show, now)).into_iter();
        let come = parties.filter(|party| !party.seats.iter().any(|seat| known.is_sold(*seat)));
        wanted.extend(
            come.filter_map(|Party { payer, seats }| Some((show.row.id, customers.get(payer).copied()?, seats))),
        );
    }
    let mut made = 0;
    for some in wanted.chunks(AT_ONCE) {
        let orders = some.iter().map(|(show, user, seats)| {
            let actor = Actor { user: *user, staff: false };
            app.bookings.book(actor, *show, seats.clone(), None)
        });
        for order in join_all(orders).await {
            match order {
                Ok(_) => made += 1,
                // A visitor, or another node of the demo, was quicker.
                Err(Error::Refused(_)) => {}
                Err(other) => return Err(other.into()),
            }
        }
    }
    Ok(made)
}

fn showing(show: &Arc<ShowFacts>, now: UtcMicros) -> Showing<'_> {
    let local = |at: UtcMicros| show.zone.to_datetime(at.timestamp());
    let (begins, today) = (local(show.row.starts_at), local(now).date());
    let days = today.until(begins.date()).map_or(0, |span| span.get_days());
    // Everybody comes to look at the first one: it is as full as if it were sooner, but for its first rows.
    let (days, spared) = if show.row.id == FIRST_SHOW { (2, SPARED) } else { (days, 0) };
    Showing {
        key: &show.row.key,
        hall: &show.layout,
        days: usize::try_from(days).unwrap_or(0),
        is_evening: begins.hour() >= 17,
        spared,
    }
}

/// The accounts of [`crowd::names`], in that order; makes those that are missing.
async fn customers(db: &Db, app: &App, like: &str) -> Result<Vec<UserId>> {
    let there = app.accounts.list(&Identity::HOUSE, None, ALL).await?;
    let found = |name: &String| there.iter().find(|account| account.username == *name).map(|account| account.id);
    let mut ids: Vec<Option<UserId>> = crowd::names().map(|name| found(&name)).collect();
    if ids.iter().any(Option::is_none) {
        let like = users::by_username(db, like).await?.ok_or_else(|| Failure::new("the demo has lost a user"))?;
        let (before, created_at) = (ids.clone(), app.clock.now());
        ids = db
            .write(move |tx| {
                Box::pin(async move {
                    let mut ids = before;
                    for (id, username) in ids.iter_mut().zip(crowd::names()).filter(|(id, _)| id.is_none()) {
                        let (email, password_hash) = (String::new(), like.password_hash.clone());
                        let new = NewUser { username, email, password_hash, role: Role::FilmGoer, created_at };
                        *id = Some(users::insert(tx, new).await?);
                    }
                    Ok::<_, houselights_store::Error>(ids)
                })
            })
            .await?;
    }
    Ok(ids.into_iter().flatten().collect())
}
