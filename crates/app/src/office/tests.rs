use houselights_domain::{
    CinemaId, MovieId, SeatNumber, ShowId, UserId, UtcMicros,
    draft::{CinemaDraft, MovieDraft, ScreenDraft, ShowDraft},
};
use houselights_store::{Access, SqliteOptions};

use super::*;
use crate::{
    Actor, App, Settings,
    accounts::{AccountSettings, Accounts, SigningKeys},
    clock::FakeClock,
    entropy::CountingEntropy,
};

async fn house() -> (Arc<App>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteOptions { folder: folder.path().to_owned(), readers: 2 };
    let db = Db::open_sqlite(options, Access::Serve).await.unwrap();
    let clock = Arc::new(FakeClock::at(UtcMicros(1_796_083_200 * UtcMicros::SECOND))); // 2026-12-01
    let (entropy, keys) =
        (Arc::new(CountingEntropy::default()), SigningKeys::from_secret(&"secret ".repeat(6)).unwrap());
    let accounts = Accounts::open(db.clone(), clock.clone(), entropy, keys, AccountSettings::default()).await.unwrap();
    let app = App::start(db, accounts, Settings::default(), clock).await.unwrap();
    let plain =
        ScreenDraft { key: "1".into(), name: "One".into(), cleaning_minutes: None, layout: None, seats: Some(10) };
    let (key, name, timezone, currency) = ("rex".into(), "Rex".into(), "Europe/London".into(), "GBP".into());
    let cinema = CinemaDraft { key, name, timezone, currency, screens: vec![plain] };
    app.office.add_cinema(cinema).await.unwrap();
    let movie = MovieDraft { title: "Sunrise".into(), duration_minutes: 94, ..MovieDraft::default() };
    app.office.add_movie(movie).await.unwrap();
    (app, folder)
}

async fn show(app: &App, starts_at: &str) -> Result<ShowId> {
    let movie = app.catalogue.movie(MovieId(1)).await?.key;
    let draft = ShowDraft { movie, screen: "rex/1".into(), starts_at: starts_at.into(), ..ShowDraft::default() };
    app.office.add_show(draft).await.map(|show| show.id)
}

fn conflict<T: std::fmt::Debug>(result: Result<T>) -> String {
    match result.unwrap_err() {
        Error::Conflict(reason) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_show_is_added_changed_and_deleted_and_the_catalogue_knows_at_once() {
    let (app, _folder) = house().await;
    let id = show(&app, "2027-01-01T19:30").await.unwrap();
    assert_eq!(app.catalogue.show(id).await.unwrap().row.key, "rex/1@2027-01-01T19:30");
    app.office.change_show(id, |draft| draft.starts_at = "2027-01-01T20:00".into()).await.unwrap();
    let facts = app.catalogue.show(id).await.unwrap();
    assert_eq!((facts.date_time.as_str(), facts.row.revision), ("2027-01-01T20:00:00+00:00", 2));
    let again = show(&app, "2027-01-01T19:30").await.unwrap_err();
    assert!(matches!(again, Error::Invalid(fields) if fields[0].0 == "key"));
    assert!(conflict(show(&app, "2027-01-01T21:00").await).contains("overlaps"));
    let nowhere = app.office.change_show(id, |draft| draft.screen = "rex/9".into()).await.unwrap_err();
    assert!(matches!(nowhere, Error::Invalid(fields) if fields[0].0 == "screen"));
    app.office.delete_show(id).await.unwrap();
    assert!(matches!(app.catalogue.show(id).await, Err(Error::NotFound("show"))));
    assert!(matches!(app.office.delete_show(id).await, Err(Error::NotFound("show"))));
}

#[tokio::test]
async fn what_people_hold_tickets_for_stays() {
    let (app, _folder) = house().await;
    let id = show(&app, "2027-01-01T19:30").await.unwrap();
    let actor = Actor { user: UserId(1), staff: false };
    app.bookings.book(actor, id, vec![SeatNumber(10)], None).await.unwrap();
    let moved = app.office.change_show(id, |draft| draft.starts_at = "2027-01-01T20:00".into()).await;
    assert!(conflict(moved).contains("1 live ticket"));
    assert!(conflict(app.office.delete_show(id).await).contains("call it off"));
    let empty = show(&app, "2027-01-02T19:30").await.unwrap();
    let screen = app.office.screen(houselights_domain::ScreenId(1)).await.unwrap();
    app.office.change_screen(screen.id, |draft| draft.seats = Some(5)).await.unwrap();
    assert_eq!(app.catalogue.show(id).await.unwrap().layout.total_seats(), 10);
    assert_eq!(app.catalogue.show(empty).await.unwrap().layout.total_seats(), 5);
    assert_eq!(app.office.layouts(houselights_domain::LayoutId(0), 10).await.unwrap().len(), 2);
    assert!(app.office.call_off(id).await.unwrap().called_off);
    assert!(app.bookings.book(actor, id, vec![SeatNumber(1)], None).await.is_err());
    show(&app, "2027-01-01T20:00").await.unwrap();
}

#[tokio::test]
async fn what_is_in_use_is_not_deleted_and_a_key_stays() {
    let (app, _folder) = house().await;
    show(&app, "2027-01-01T19:30").await.unwrap();
    show(&app, "2027-01-01T21:30").await.unwrap();
    let office = &app.office;
    assert!(conflict(office.delete_movie(MovieId(1)).await).contains("2 shows"));
    assert!(conflict(office.delete_screen(houselights_domain::ScreenId(1)).await).contains("2 shows"));
    assert!(conflict(office.delete_cinema(CinemaId(1)).await).contains("1 screens"));
    assert!(conflict(office.change_movie(MovieId(1), |draft| draft.duration_minutes = 130).await).contains("overlaps"));
    let key = office.change_cinema(CinemaId(1), |draft| draft.key = "max".into()).await.unwrap_err();
    assert!(matches!(key, Error::Invalid(fields) if fields[0].0 == "key"));
    office.change_movie(MovieId(1), |draft| draft.title = "Dawn".into()).await.unwrap();
    assert_eq!(app.catalogue.shows_of(MovieId(1)).await.unwrap()[0].row.movie_title, "Dawn");
}
