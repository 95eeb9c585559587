//! Cinemas, screens, layouts, movies and shows, as they are changed.

use houselights_domain::{
    CinemaId, LayoutId, MovieId, ScreenId, ShowId, UtcMicros,
    draft::{CinemaDraft, MovieDraft, NewCinema, NewMovie, NewScreen, ScreenDraft},
};
use houselights_store::{
    Db, Error, Result, Tx,
    cold::{
        catalogue::{self, Movie},
        cinemas, movies, screens, shows,
        turns::{self, ProgrammeTurn},
    },
    exec::BoxFuture,
    hot::{Action, Actor, Command, LaneSettings, TimeSource},
};

const NOW: UtcMicros = UtcMicros(1_000 * UtcMicros::MINUTE);

fn screen(key: &str, seats: i64) -> NewScreen {
    let (key, name) = (key.into(), format!("Screen {key}"));
    NewScreen::check(&ScreenDraft { key, name, cleaning_minutes: None, layout: None, seats: Some(seats) }).unwrap()
}

fn cinema(key: &str, name: &str) -> NewCinema {
    let (timezone, currency) = ("Europe/London".into(), "GBP".into());
    let draft = CinemaDraft { key: key.into(), name: name.into(), timezone, currency, screens: Vec::new() };
    NewCinema::check(&draft).unwrap()
}

fn movie(key: &str, minutes: i64) -> NewMovie {
    let (key, title, genres) = (key.into(), "Metropolis".into(), vec!["Drama".into()]);
    let release_date = Some("1927-01-10".into());
    let draft = MovieDraft { key, title, duration_minutes: minutes, genres, release_date, ..MovieDraft::default() };
    NewMovie::check(&draft).unwrap()
}

/// A show of movie 1 on screen 1, so many minutes after [`NOW`].
fn show(minutes: i64) -> shows::ShowFields {
    let starts_at = NOW.plus(minutes * UtcMicros::MINUTE);
    shows::ShowFields {
        movie: MovieId(1),
        screen: ScreenId(1),
        layout: LayoutId(1),
        total_seats: 10,
        starts_at,
        ends_at: starts_at.plus(90 * UtcMicros::MINUTE),
        clear_at: starts_at.plus(105 * UtcMicros::MINUTE),
        format: Some("2D".into()),
        audio: None,
        subtitles: None,
        prices: "{}".into(),
        sales_open_at: UtcMicros::BEGINNING,
        sales_close_at: starts_at,
    }
}

async fn write<T, F>(db: &Db, body: F) -> Result<T>
where
    T: Send + 'static,
    F: for<'t> FnOnce(&'t Tx) -> BoxFuture<'t, Result<T>> + Send + 'static,
{
    db.write(body).await
}

/// Changes the programme.
async fn change<T, F>(db: &Db, body: F) -> Result<T>
where
    T: Send + 'static,
    F: for<'t> FnOnce(&'t ProgrammeTurn<'t>) -> BoxFuture<'t, Result<T>> + Send + 'static,
{
    write(db, |tx| Box::pin(async move { body(&turns::programme(tx).await?).await })).await
}

/// Cinema 1 with screen 1 of 10 seats, movie 1 of 90 minutes.
async fn house(db: &Db) {
    let made = change(db, |tx| {
        Box::pin(async move {
            let cinema = cinemas::add(tx, &cinema("rex", "Rex")).await?;
            let (screen, layout) = screens::add(tx, cinema, &screen("1", 10), NOW).await?;
            Ok((cinema, screen, layout, movies::add(tx, &movie("m1", 90)).await?))
        })
    });
    assert_eq!(made.await.unwrap(), (CinemaId(1), ScreenId(1), LayoutId(1), MovieId(1)));
}

async fn add_show(db: &Db, key: &'static str, minutes: i64) -> ShowId {
    change(db, move |tx| Box::pin(async move { shows::add(tx, key, &show(minutes)).await })).await.unwrap()
}

async fn sell(db: &Db, show: ShowId, held: Option<UtcMicros>) {
    let seats = vec![(houselights_domain::SeatNumber(1), houselights_domain::money::Minor(0))];
    let revision = shows::one(db, show).await.unwrap().unwrap().revision;
    let actor = Actor { user: houselights_domain::UserId(1), staff: false };
    let action = Action::Claim { show, revision, seats, hold_until: held };
    let mut lane = db.lanes(LaneSettings { count: 1, time: TimeSource::Caller }).await.unwrap().remove(0);
    let mut applied = lane.apply(&[Command { actor, action, key: None }], NOW).await;
    applied.decisions.remove(0).unwrap().unwrap();
}

pub(crate) async fn a_cinema_is_added_changed_and_deleted(db: &Db) {
    house(db).await;
    let taken = change(db, |tx| Box::pin(async move { cinemas::add(tx, &cinema("rex", "Other")).await })).await;
    assert!(matches!(taken, Err(Error::Taken(_))), "{taken:?}");
    let other = change(db, |tx| {
        Box::pin(async move {
            cinemas::change(tx, CinemaId(1), &cinema("rex", "The Rex")).await?;
            cinemas::add(tx, &cinema("max", "Max")).await
        })
    });
    let other = other.await.unwrap();
    let names = |rows: Vec<cinemas::CinemaRow>| rows.into_iter().map(|row| row.name).collect::<Vec<_>>();
    assert_eq!(names(cinemas::page(db, CinemaId(0), 10).await.unwrap()), ["The Rex", "Max"]);
    assert_eq!(names(cinemas::page(db, CinemaId(1), 10).await.unwrap()), ["Max"]);
    assert_eq!((cinemas::screens(db, CinemaId(1)).await.unwrap(), cinemas::screens(db, other).await.unwrap()), (1, 0));
    let used = change(db, |tx| Box::pin(async move { cinemas::delete(tx, CinemaId(1)).await })).await;
    assert!(matches!(used, Err(Error::InUse(_))), "{used:?}");
    change(db, move |tx| Box::pin(async move { cinemas::delete(tx, other).await })).await.unwrap();
    assert_eq!(cinemas::one(db, other).await.unwrap(), None);
}

pub(crate) async fn a_screen_gets_versions_of_its_layout(db: &Db) {
    house(db).await;
    let (sold, free) = (add_show(db, "sold", 10).await, add_show(db, "free", 200).await);
    sell(db, sold, None).await;
    let new = change(db, |tx| {
        Box::pin(async move {
            let id = screens::add_layout(tx, ScreenId(1), &screen("1", 5).layout, NOW).await?;
            shows::repin(tx, ScreenId(1), id, 5, NOW).await?;
            Ok(id)
        })
    });
    let new = new.await.unwrap();
    let seats = async |id| shows::one(db, id).await.unwrap().unwrap().fields.total_seats;
    assert_eq!((seats(sold).await, seats(free).await), (10, 5));
    let row = screens::one(db, ScreenId(1)).await.unwrap().unwrap();
    assert_eq!((row.layout, row.total_seats, row.cinema_key.as_str()), (new, 5, "rex"));
    assert_eq!(screens::plan(&row.plan).unwrap(), *screen("1", 5).layout.plan());
    assert!(screens::plan("no").is_err());
    let versions: Vec<i64> =
        screens::layouts(db, LayoutId(0), 10).await.unwrap().into_iter().map(|layout| layout.version).collect();
    assert_eq!(versions, [1, 2]);
    let of = async |screen, after| screens::layouts_of(db, ScreenId(screen), after, 10).await.unwrap();
    assert_eq!(of(1, LayoutId(0)).await, screens::layouts(db, LayoutId(0), 10).await.unwrap());
    assert_eq!(of(1, LayoutId(1)).await.iter().map(|layout| layout.id).collect::<Vec<_>>(), [new]);
    assert!(of(9, LayoutId(0)).await.is_empty());
    assert_eq!(screens::layout(db, new).await.unwrap().unwrap().screen, ScreenId(1));
    let live = write(db, move |tx| Box::pin(async move { shows::with_live_tickets(tx, ScreenId(1), NOW).await }))
        .await
        .unwrap();
    assert_eq!(live.into_iter().map(|show| show.id).collect::<Vec<_>>(), [sold]);
}

pub(crate) async fn a_screen_is_changed_and_deleted(db: &Db) {
    house(db).await;
    let id = change(db, |tx| {
        Box::pin(async move {
            let (id, _) = screens::add(tx, CinemaId(1), &screen("2", 7), NOW).await?;
            let named = NewScreen { name: "Studio".into(), cleaning_minutes: 20, ..screen("2", 7) };
            screens::change(tx, id, &named).await?;
            Ok(id)
        })
    });
    let id = id.await.unwrap();
    let page = screens::page(db, ScreenId(1), 10).await.unwrap();
    assert_eq!((page.len(), page[0].name.as_str(), page[0].cleaning_minutes), (1, "Studio", 20));
    add_show(db, "s1", 0).await;
    assert_eq!((screens::shows(db, ScreenId(1)).await.unwrap(), screens::shows(db, id).await.unwrap()), (1, 0));
    let used = change(db, |tx| Box::pin(async move { screens::delete(tx, ScreenId(1)).await })).await;
    assert!(matches!(used, Err(Error::InUse(_))), "{used:?}");
    change(db, move |tx| Box::pin(async move { screens::delete(tx, id).await })).await.unwrap();
    assert_eq!(screens::one(db, id).await.unwrap(), None);
    assert_eq!(screens::layouts(db, LayoutId(0), 10).await.unwrap().len(), 1);
}

pub(crate) async fn a_movie_is_added_changed_and_deleted(db: &Db) {
    house(db).await;
    let found = movies::of_keys(db, &["m0", "m1"]).await.unwrap();
    assert_eq!(found, [Movie::of(MovieId(1), &movie("m1", 90))]);
    assert_eq!(found[0].as_asked().unwrap(), movie("m1", 90));
    let many: Vec<String> = (0..130).map(|number| format!("m{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(movies::of_keys(db, &many).await.unwrap().len(), 1);
    assert_eq!(movies::of_keys(db, &[]).await.unwrap(), []);
    let id = add_show(db, "s1", 0).await;
    let changed = change(db, |tx| {
        Box::pin(async move {
            movies::change(tx, MovieId(1), &movie("m1", 100)).await?;
            shows::relength(tx, MovieId(1), 100, NOW).await?;
            movies::add(tx, &movie("m2", 80)).await
        })
    });
    let other = changed.await.unwrap();
    let stored = shows::one(db, id).await.unwrap().unwrap();
    let minutes = |at: UtcMicros| (at.0 - stored.fields.starts_at.0) / UtcMicros::MINUTE;
    assert_eq!((minutes(stored.fields.ends_at), minutes(stored.fields.clear_at), stored.revision), (100, 115, 2));
    assert_eq!((movies::shows(db, MovieId(1)).await.unwrap(), movies::shows(db, other).await.unwrap()), (1, 0));
    let used = change(db, |tx| Box::pin(async move { movies::delete(tx, MovieId(1)).await })).await;
    assert!(matches!(used, Err(Error::InUse(_))), "{used:?}");
    change(db, move |tx| Box::pin(async move { movies::delete(tx, other).await })).await.unwrap();
    assert_eq!(movies::of_keys(db, &["m2"]).await.unwrap(), []);
}

pub(crate) async fn a_show_is_added_changed_called_off_and_deleted(db: &Db) {
    house(db).await;
    let id = add_show(db, "s1", 0).await;
    let found = shows::of_keys(db, &["s1", "s2"]).await.unwrap();
    assert_eq!((found[0].fields.clone(), found[0].revision, found[0].screen_key.as_str()), (show(0), 1, "1"));
    change(db, move |tx| {
        Box::pin(async move {
            shows::change(tx, id, &show(30)).await?;
            shows::call_off(tx, id).await?;
            shows::reclean(tx, ScreenId(1), 30, NOW).await?;
            shows::requote(tx, CinemaId(2)).await?;
            shows::requote(tx, CinemaId(1)).await
        })
    })
    .await
    .unwrap();
    let stored = shows::page(db, ShowId(0), 10).await.unwrap().remove(0);
    assert_eq!((stored.called_off, stored.revision, stored.fields.starts_at), (true, 5, show(30).starts_at));
    assert_eq!(stored.fields.clear_at, stored.fields.ends_at.plus(30 * UtcMicros::MINUTE));
    change(db, move |tx| Box::pin(async move { shows::delete(tx, id).await })).await.unwrap();
    assert_eq!(shows::one(db, id).await.unwrap(), None);
}

pub(crate) async fn tickets_are_live_until_their_deadline_and_history_for_ever(db: &Db) {
    house(db).await;
    let id = add_show(db, "s1", 200).await;
    assert!(!write(db, move |tx| Box::pin(async move { shows::has_history(tx, id).await })).await.unwrap());
    assert!(!write(db, move |tx| Box::pin(async move { cinemas::has_history(tx, CinemaId(1)).await })).await.unwrap());
    let until = NOW.plus(UtcMicros::MINUTE);
    sell(db, id, Some(until)).await;
    assert_eq!(write(db, move |tx| Box::pin(async move { shows::live_tickets(tx, id, NOW).await })).await.unwrap(), 1);
    assert_eq!(
        write(db, move |tx| Box::pin(async move { shows::live_tickets(tx, id, until).await })).await.unwrap(),
        0
    );
    assert!(write(db, move |tx| Box::pin(async move { shows::has_history(tx, id).await })).await.unwrap());
    assert!(write(db, move |tx| Box::pin(async move { cinemas::has_history(tx, CinemaId(1)).await })).await.unwrap());
    assert_eq!(
        write(db, move |tx| Box::pin(async move { shows::with_live_tickets(tx, ScreenId(1), until).await }))
            .await
            .unwrap(),
        []
    );
}

pub(crate) async fn two_shows_that_need_one_screen_are_found(db: &Db) {
    house(db).await;
    let first = add_show(db, "first", 0).await;
    let next = add_show(db, "next", 105).await;
    assert_eq!(shows::clash_of(db, next).await.unwrap(), None);
    let late = add_show(db, "late", 104).await;
    let clash = shows::clash_of(db, late).await.unwrap().unwrap();
    assert_eq!((clash.key.as_str(), clash.other.as_str(), clash.screen_key.as_str()), ("late", "first", "1"));
    assert!(shows::clash_of(db, first).await.unwrap().is_some());
    assert!(shows::clash_on_screen(db, ScreenId(1), NOW).await.unwrap().is_some());
    assert!(shows::clash_of_movie(db, MovieId(1), NOW).await.unwrap().is_some());
    let over = NOW.plus(1_000 * UtcMicros::MINUTE);
    assert_eq!(shows::clash_on_screen(db, ScreenId(1), over).await.unwrap(), None);
    change(db, move |tx| Box::pin(async move { shows::call_off(tx, late).await })).await.unwrap();
    assert_eq!(shows::clash_of(db, next).await.unwrap(), None);
    assert_eq!(shows::clash_of_movie(db, MovieId(1), NOW).await.unwrap(), None);
}

pub(crate) async fn shows_to_come_are_read_soonest_first(db: &Db) {
    house(db).await;
    for (key, minutes) in [("late", 400), ("over", 100), ("next", 200)] {
        add_show(db, key, minutes).await;
    }
    let from = NOW.plus(200 * UtcMicros::MINUTE);
    let keys = async |limit| -> Vec<String> {
        let rows = catalogue::shows_from(db, from, limit).await.unwrap();
        rows.into_iter().map(|row| row.key).collect()
    };
    assert_eq!(keys(10).await, ["next", "late"]);
    assert_eq!(keys(1).await, ["next"]);
}
