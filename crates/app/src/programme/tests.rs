use std::sync::Arc;

use houselights_domain::{SeatNumber, UserId, films::Mapping};
use houselights_store::{
    Access, SqliteOptions,
    hot::{Action, Actor, BlockingLane, Command, Lane, LaneSettings, Outcome},
};
use serde_json::{Value, json};

use super::*;
use crate::clock::FakeClock;

struct House {
    db: Db,
    clock: Arc<FakeClock>,
    lane: BlockingLane,
    _folder: tempfile::TempDir,
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteOptions { folder: folder.path().to_owned(), readers: 2 };
        let db = Db::open_sqlite(options, Access::Serve).await.unwrap();
        // 2026-12-01
        let clock = Arc::new(FakeClock::at(UtcMicros(1_796_083_200 * UtcMicros::SECOND)));
        let Lane::Blocking(lane) = db.lanes(LaneSettings::default()).await.unwrap().remove(0) else {
            panic!("an embedded database blocks")
        };
        Self { db, clock, lane, _folder: folder }
    }

    async fn import(&self, file: &Value) -> Result<ImportReport> {
        import(&self.db, self.clock.as_ref(), file.to_string(), &mut |_, _| {}).await
    }

    async fn problems(&self, file: &Value) -> Vec<(String, String)> {
        let before = export(&self.db).await.unwrap();
        let Err(Error::Invalid(problems)) = self.import(file).await else { panic!("it was taken") };
        assert_eq!(export(&self.db).await.unwrap(), before, "a refused file leaves no trace");
        problems
    }

    async fn show(&self, key: &str) -> houselights_store::cold::shows::StoredShow {
        show_rows::of_keys(&self.db, &[key]).await.unwrap().remove(0)
    }

    /// Sells a seat, or gives it back.
    async fn sell(&mut self, key: &str) -> houselights_domain::BookingId {
        let show = self.show(key).await;
        let seats = vec![(SeatNumber(1), houselights_domain::money::Minor(0))];
        let done = self.carry_out(Action::Claim { show: show.id, revision: show.revision, seats, hold_until: None });
        done.unwrap()
    }

    fn carry_out(&mut self, action: Action) -> Option<houselights_domain::BookingId> {
        let actor = Actor { user: UserId(1), staff: true };
        let applied = self.lane.apply(&[Command { actor, action, key: None }], self.clock.now());
        match applied.decisions.into_iter().next().unwrap().unwrap().unwrap() {
            Outcome::Done(_, bookings) => bookings.first().map(|booking| booking.id),
            Outcome::Replayed(_) => None,
        }
    }
}

fn file() -> Value {
    json!({
        "cinemas": [{"key": "rex", "name": "Rex", "timezone": "Europe/London", "currency": "GBP", "screens": [
            {"key": "1", "name": "Screen 1", "cleaning_minutes": 15,
             "layout": [{"row": "A", "seats": "__sss_ssss_sss__"}, {"row": "B", "seats": "__wc__ppppp_(())"}]},
            {"key": "2", "name": "Screen 2", "seats": 120}]}],
        "movies": [{"key": "m1", "title": "Metropolis", "duration_minutes": 153, "certificate": "PG",
                    "languages": ["de"], "genres": ["Science fiction"], "synopsis": "...", "poster": "metropolis.webp"},
                   {"key": "m2", "title": "Sunrise", "duration_minutes": 94}],
        "shows": [{"key": "s1", "movie": "m1", "screen": "rex/1", "starts_at": "2027-01-01T19:30:00", "format": "2D",
                   "audio": "de", "subtitles": "en", "prices": {"standard": 1200, "premium": 1500}},
                  {"key": "s2", "movie": "m2", "screen": "rex/1", "starts_at": "2027-01-01T16:00:00",
                   "sales_open_at": "2026-12-24T10:00:00", "sales_close_at": "2027-01-01T15:55:00"}]
    })
}

const fn counts(created: usize, changed: usize, unchanged: usize) -> Counts {
    Counts { created, changed, unchanged }
}

#[tokio::test]
async fn the_same_file_again_and_the_export_change_nothing() {
    let house = House::new().await;
    let mut steps = Vec::new();
    let mut told = |done, total| steps.push((done, total));
    let first = import(&house.db, house.clock.as_ref(), file().to_string(), &mut told).await.unwrap();
    assert_eq!((first.cinemas, first.screens), (counts(1, 0, 0), counts(2, 0, 0)));
    assert_eq!((first.movies, first.shows), (counts(2, 0, 0), counts(2, 0, 0)));
    assert!(steps.iter().all(|(done, total)| done <= total && *total == 7));
    let again = house.import(&file()).await.unwrap();
    assert!(!again.changed(), "{again:?}");
    assert_eq!(again.shows, counts(0, 0, 2));

    let text = export(&house.db).await.unwrap();
    let back = import(&house.db, house.clock.as_ref(), text.clone(), &mut |_, _| {}).await.unwrap();
    assert!(!back.changed(), "{back:?}");
    let other = House::new().await;
    import(&other.db, other.clock.as_ref(), text.clone(), &mut |_, _| {}).await.unwrap();
    assert_eq!(export(&other.db).await.unwrap(), text);
    assert_eq!(house.show("s1").await.revision, 1);
}

#[tokio::test]
async fn what_may_change_changes_and_grows_the_revision() {
    let mut house = House::new().await;
    house.import(&file()).await.unwrap();
    house.sell("s1").await;
    let mut new = file();
    new["shows"][0]["prices"]["standard"] = json!(1300);
    new["shows"][1]["starts_at"] = json!("2027-01-01T16:10:00");
    new["cinemas"][0]["name"] = json!("The Rex");
    new["movies"][0]["title"] = json!("Metropolis (restored)");
    let report = house.import(&new).await.unwrap();
    assert_eq!((report.cinemas, report.movies, report.shows), (counts(0, 1, 0), counts(0, 1, 1), counts(0, 2, 0)));
    assert_eq!(house.show("s1").await.revision, 2);
    assert!(!house.import(&new).await.unwrap().changed());
}

#[tokio::test]
async fn amounts_that_were_quoted_in_another_currency_are_out_of_date() {
    let house = House::new().await;
    house.import(&file()).await.unwrap();
    for (field, value, revision) in [("name", "The Rex", 1), ("currency", "EUR", 2), ("timezone", "Europe/Paris", 3)] {
        let mut only = file();
        only["cinemas"][0][field] = json!(value);
        (only["movies"], only["shows"]) = (json!([]), json!([]));
        house.import(&only).await.unwrap();
        assert_eq!(house.show("s1").await.revision, revision, "{field}");
    }
}

#[tokio::test]
async fn a_show_with_live_tickets_keeps_its_time_screen_movie_and_layout() {
    let mut house = House::new().await;
    house.import(&file()).await.unwrap();
    let booking = house.sell("s1").await;
    let with = |change: fn(&mut Value)| {
        let mut new = file();
        change(&mut new);
        new
    };
    let later = with(|file| file["shows"][0]["starts_at"] = json!("2027-01-01T20:30:00"));
    let problems = house.problems(&later).await;
    assert_eq!(problems[0].0, "shows[0].starts_at");
    assert!(problems[0].1.starts_with(
        "\"s1\" has 1 live ticket, so its time cannot change from 2027-01-01T19:30:00+00:00 to 2027-01-01T20:30:00+00:00"
    ));
    let elsewhere = with(|file| file["shows"][0]["screen"] = json!("rex/2"));
    assert_eq!(house.problems(&elsewhere).await[0].0, "shows[0].screen");
    let another = with(|file| file["shows"][0]["movie"] = json!("m2"));
    assert_eq!(house.problems(&another).await[0].0, "shows[0].movie");
    let rebuilt = with(|file| file["cinemas"][0]["screens"][0]["layout"][0]["seats"] = json!("ss"));
    let problems = house.problems(&rebuilt).await;
    assert_eq!(problems[0].0, "cinemas[0].screens[0].layout");
    assert!(problems[0].1.contains("\"s1\""), "{problems:?}");
    let zone = with(|file| file["cinemas"][0]["currency"] = json!("EUR"));
    assert_eq!(house.problems(&zone).await[0].0, "cinemas[0].currency");

    house.carry_out(Action::Cancel(booking));
    house.import(&later).await.unwrap();
    house.import(&rebuilt).await.unwrap();
    assert_eq!(house.show("s1").await.fields.total_seats, 13);
    assert_eq!(house.show("s2").await.fields.total_seats, 13);
}

#[tokio::test]
async fn shows_of_the_file_may_change_places_and_none_overlaps_what_is_there() {
    let house = House::new().await;
    house.import(&file()).await.unwrap();
    let mut swapped = file();
    swapped["shows"][0]["starts_at"] = json!("2027-01-01T16:00:00");
    swapped["shows"][1]["starts_at"] = json!("2027-01-01T19:30:00");
    swapped["shows"][1]["sales_close_at"] = json!(null);
    house.import(&swapped).await.unwrap();
    house.import(&file()).await.unwrap();

    let late = json!({"shows": [{"key": "s3", "movie": "m2", "screen": "rex/1", "starts_at": "2027-01-01T22:00:00"}]});
    let problems = house.problems(&late).await;
    assert_eq!(problems[0].0, "shows[0].starts_at");
    assert!(problems[0].1.starts_with("\"s3\" at 2027-01-01T22:00:00+00:00 overlaps \"s1\" at 2027-01-01T19:30:00"));
    let longer = json!({"movies": [{"key": "m2", "title": "Sunrise", "duration_minutes": 200}]});
    let problems = house.problems(&longer).await;
    assert_eq!(problems[0].0, "movies[0].duration_minutes");
    let mut dirty = file();
    dirty["shows"] = json!([]);
    dirty["cinemas"][0]["screens"][0]["cleaning_minutes"] = json!(200);
    assert_eq!(house.problems(&dirty).await[0].0, "cinemas[0].screens[0].cleaning_minutes");
    let two_faults = json!({"shows": [
        {"key": "s4", "movie": "m9", "screen": "rex/1", "starts_at": "2027-01-02T22:00:00"},
        {"key": "s5", "movie": "m1", "screen": "rex/9", "starts_at": "2027-01-02T22:00:00"}]});
    let paths: Vec<String> = house.problems(&two_faults).await.into_iter().map(|(path, _)| path).collect();
    assert_eq!(paths, ["shows[0].movie", "shows[1].screen"]);
}

#[tokio::test]
async fn a_show_that_was_called_off_stays_so() {
    let house = House::new().await;
    house.import(&file()).await.unwrap();
    let id = house.show("s1").await.id;
    let done: Result<()> = house
        .db
        .write(move |tx| Box::pin(async move { Ok(show_rows::call_off(&turns::programme(tx).await?, id).await?) }))
        .await;
    done.unwrap();
    assert!(!house.import(&file()).await.unwrap().changed());
    let mut new = file();
    new["shows"][0]["starts_at"] = json!("2027-01-02T19:30:00");
    assert_eq!(house.problems(&new).await[0].0, "shows[0].key");
    assert!(!export(&house.db).await.unwrap().contains("\"s1\""));
}

#[tokio::test]
async fn a_list_of_films_goes_in_once() {
    let house = House::new().await;
    let list = || br#"[{"Title": "Metropolis"}, {"Title": ""}, {"Title": "Metropolis"}]"#.to_vec();
    let mapping = Mapping::parse(&["title=Title"], &["duration_minutes=110"]).unwrap();
    let run = async || import_movies(&house.db, list(), ListFormat::Json, &mapping, &mut |_, _| {}).await.unwrap();
    let first = run().await;
    assert_eq!((first.added, first.unchanged, first.refused.len()), (1, 0, 2));
    let again = run().await;
    assert_eq!((again.added, again.unchanged, again.refused), (0, 1, first.refused));
}
