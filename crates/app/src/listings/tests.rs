use houselights_domain::{
    SeatNumber, UserId, UtcMicros,
    draft::{CinemaDraft, MovieDraft, ScreenDraft, ShowDraft},
    programme::Programme,
};
use houselights_store::{Access, SqliteOptions};
use jiff::civil::date;

use super::*;
use crate::{
    Actor, App, Settings,
    accounts::{AccountSettings, Accounts, SigningKeys},
    clock::FakeClock,
    entropy::CountingEntropy,
};

const HOUR: i64 = 60 * UtcMicros::MINUTE;
const BERLIN: Wanted = Wanted { cinema: Some(CinemaId(1)), day: None, format: None, language: None };

struct House {
    app: Arc<App>,
    clock: Arc<FakeClock>,
    _folder: tempfile::TempDir,
}

fn at(text: &str) -> UtcMicros {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

/// Berlin is cinema 1, New York cinema 2; each has one screen of 12 seats.
async fn house(now: &str, shows: &[(&str, &str)]) -> House {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteOptions { folder: folder.path().to_owned(), readers: 2 };
    let db = Db::open_sqlite(options, Access::Serve).await.unwrap();
    let clock = Arc::new(FakeClock::at(at(now)));
    let (entropy, keys) =
        (Arc::new(CountingEntropy::default()), SigningKeys::from_secret(&"secret ".repeat(6)).unwrap());
    let accounts = Accounts::open(db.clone(), clock.clone(), entropy, keys, AccountSettings::default()).await.unwrap();
    let app = App::start(db, accounts, Settings::default(), clock.clone()).await.unwrap();
    let house = House { app, clock, _folder: folder };
    let cinema = |key: &str, zone: &str, currency: &str| CinemaDraft {
        key: key.into(),
        name: key.into(),
        timezone: zone.into(),
        currency: currency.into(),
        screens: vec![ScreenDraft {
            key: "1".into(),
            name: "One".into(),
            cleaning_minutes: Some(0),
            layout: None,
            seats: Some(12),
        }],
    };
    let movie = |key: &str, language: &str| MovieDraft {
        key: key.into(),
        title: key.into(),
        duration_minutes: 10,
        languages: vec![language.into()],
        ..MovieDraft::default()
    };
    house
        .import(Programme {
            cinemas: vec![cinema("berlin", "Europe/Berlin", "EUR"), cinema("york", "America/New_York", "USD")],
            movies: vec![movie("sunrise", "en"), movie("caligari", "de")],
            shows: shows.iter().map(|(where_and_what, starts_at)| show(where_and_what, starts_at)).collect(),
        })
        .await;
    house
}

/// `berlin sunrise 3D en`: the last two may be missing.
fn show(where_and_what: &str, starts_at: &str) -> ShowDraft {
    let mut words = where_and_what.split(' ').map(str::to_owned);
    let mut word = || words.next();
    let (cinema, movie) = (word().unwrap(), word().unwrap());
    ShowDraft {
        key: format!("{cinema}-{starts_at}"),
        movie,
        screen: format!("{cinema}/1"),
        starts_at: starts_at.into(),
        format: word(),
        audio: word(),
        ..ShowDraft::default()
    }
}

impl House {
    async fn import(&self, programme: Programme) {
        self.app.office.import(programme.to_json().unwrap(), &mut |_, _| {}).await.unwrap();
    }

    async fn day(&self, wanted: Wanted) -> DayProgramme {
        self.app.listings.day(wanted).await.unwrap()
    }

    async fn take(&self, show: i64, seats: std::ops::RangeInclusive<u32>) {
        let actor = Actor { user: UserId(1), staff: false };
        self.app.bookings.book(actor, ShowId(show), seats.map(SeatNumber).collect(), None).await.unwrap();
    }
}

/// Times as the page shows them, film by film.
fn times(day: &DayProgramme) -> Vec<String> {
    let of_film = |film: &FilmShows| {
        let shows = film.cinemas.iter().flat_map(|cinema| cinema.shows.iter().map(move |show| (cinema, show)));
        let text = shows.map(|(cinema, show)| format!("{} {}", cinema.name, show.local.strftime("%d %H:%M")));
        format!("{}: {}", film.film.title, text.collect::<Vec<_>>().join(", "))
    };
    day.films.iter().map(of_film).collect()
}

#[tokio::test]
async fn a_day_is_the_cinema_s_own() {
    let shows = [
        ("berlin sunrise", "2027-01-15T23:45"),
        ("berlin caligari", "2027-01-16T00:15"),
        ("york sunrise", "2027-01-15T23:50"),
    ];
    // 23:30 in Berlin, the evening of the same day in New York.
    let house = house("2027-01-15T22:30:00Z", &shows).await;
    let today = house.day(Wanted::default()).await;
    assert_eq!((today.day, today.strip.today), (date(2027, 1, 15), Some(date(2027, 1, 15))));
    assert_eq!(times(&today), ["sunrise: berlin 15 23:45, york 15 23:50"]);
    let tomorrow = house.day(Wanted { day: Some(date(2027, 1, 16)), ..Wanted::default() }).await;
    assert_eq!(times(&tomorrow), ["caligari: berlin 16 00:15"]);
    // Midnight has passed in Berlin only: it is two days at once, and the next show is Berlin's.
    house.clock.advance(HOUR);
    let night = house.day(Wanted::default()).await;
    assert_eq!((night.day, night.strip.today, night.over), (date(2027, 1, 15), None, 1));
    let berlin = house.day(BERLIN).await;
    assert_eq!((berlin.day, berlin.strip.today), (date(2027, 1, 16), Some(date(2027, 1, 16))));
}

#[tokio::test]
async fn the_days_of_23_and_25_hours_are_whole_days() {
    for (day, next, midnight) in [
        (date(2027, 3, 28), date(2027, 3, 29), "2027-03-28T22:00:00Z"),
        (date(2027, 10, 31), date(2027, 11, 1), "2027-10-31T23:00:00Z"),
    ] {
        let early = format!("{day}T00:30");
        let late = format!("{day}T23:30");
        let house = house(
            &format!("{}T12:00:00Z", day.yesterday().unwrap()),
            &[("berlin sunrise", &early), ("berlin sunrise", &late)],
        )
        .await;
        let programme = house.day(BERLIN).await;
        assert_eq!(programme.day, day);
        assert_eq!(times(&programme), [format!("sunrise: berlin {d} 00:30, berlin {d} 23:30", d = day.day())]);
        assert_eq!(programme.strip.days[1], StripDay { date: day, shows: 2 });
        house.clock.advance(at(midnight).0 - 1 - house.app.clock.now().0);
        assert_eq!(house.day(BERLIN).await.strip.today, Some(day));
        house.clock.advance(1);
        assert_eq!(house.day(BERLIN).await.strip.today, Some(next));
    }
}

#[tokio::test]
async fn filters_keep_what_matches_and_what_is_not_there_is_left_out() {
    let shows = [
        ("berlin sunrise 2D", "2027-01-15T18:00"),
        ("berlin sunrise 3D de", "2027-01-15T20:00"),
        ("york caligari 2D", "2027-01-16T20:00"),
    ];
    let house = house("2027-01-15T08:00:00Z", &shows).await;
    let of = async |wanted| times(&house.day(wanted).await);
    let format = |format: &str| Wanted { format: Some(format.into()), ..Wanted::default() };
    let language = |language: &str| Wanted { language: Some(language.into()), ..Wanted::default() };
    assert_eq!(of(format("3D")).await, ["sunrise: berlin 15 20:00"]);
    assert_eq!(of(language("en")).await, ["sunrise: berlin 15 18:00"]);
    // The film's own language counts where the show says nothing, and the next day with a show is shown.
    assert_eq!(of(Wanted { cinema: Some(CinemaId(2)), ..language("de") }).await, ["caligari: york 16 20:00"]);

    let choices = house.day(Wanted::default()).await.choices;
    assert_eq!(
        (choices.formats.as_slice(), choices.languages.as_slice()),
        (&["2D", "3D"].map(str::to_owned)[..], &["de", "en"].map(str::to_owned)[..])
    );
    let nonsense = Wanted {
        cinema: Some(CinemaId(-7)),
        day: Some(date(2027, 1, 14)),
        format: Some("9D".into()),
        language: Some("'; --".into()),
    };
    let answered = house.day(nonsense).await;
    assert_eq!(answered.ignored, [Ignored::Cinema, Ignored::Format, Ignored::Language, Ignored::Day]);
    assert_eq!((answered.wanted, answered.films.len()), (Wanted::default(), 1));
}

#[tokio::test]
async fn an_empty_day_names_the_next_one_and_weeks_follow_each_other() {
    let house = house(
        "2027-01-15T08:00:00Z",
        &[("berlin sunrise", "2027-01-15T18:00"), ("berlin sunrise", "2027-03-01T18:00")],
    )
    .await;
    let empty = house.day(Wanted { day: Some(date(2027, 1, 24)), ..Wanted::default() }).await;
    assert_eq!((empty.films.len(), empty.next), (0, Some(date(2027, 3, 1))));
    let strip = empty.strip;
    assert_eq!((strip.days[0].date, strip.days.len()), (date(2027, 1, 22), 7));
    assert_eq!((strip.earlier, strip.later), (Some(date(2027, 1, 15)), Some(date(2027, 3, 1))));
    let far = house.day(Wanted { day: Some(Date::MAX), ..Wanted::default() }).await;
    assert_eq!((far.films.len(), far.next), (0, None));
}

#[tokio::test]
async fn a_show_is_listed_until_nobody_can_buy_a_seat_any_more() {
    let house = house(
        "2027-01-15T16:59:00Z",
        &[("berlin sunrise", "2027-01-15T18:00"), ("berlin sunrise", "2027-01-15T20:00")],
    )
    .await;
    let state = async || {
        let day = house.day(BERLIN).await;
        (day.films[0].cinemas[0].shows.iter().map(|show| (show.begun, show.sales)).collect::<Vec<_>>(), day.over)
    };
    assert_eq!(state().await, (vec![(false, Sales::Open); 2], 0));
    house.clock.advance(UtcMicros::MINUTE);
    assert_eq!(state().await, (vec![(true, Sales::Open), (false, Sales::Open)], 0));
    house.clock.advance(15 * UtcMicros::MINUTE);
    assert_eq!(state().await, (vec![(false, Sales::Open)], 1));
}

#[tokio::test]
async fn a_page_stays_true_until_one_of_its_shows_crosses_a_line() {
    let house = house("2027-01-15T08:00:00Z", &[("berlin sunrise", "2027-01-15T18:00")]).await;
    let still = async |page: &DayProgramme| house.app.listings.still(&page.basis).await;
    let page = house.day(BERLIN).await;
    assert!(still(&page).await);
    house.take(1, 1..=8).await;
    assert!(still(&page).await, "four of twelve are left, which is plenty");
    house.take(1, 9..=9).await;
    assert!(!still(&page).await);
    let page = house.day(BERLIN).await;
    assert_eq!(page.films[0].cinemas[0].shows[0].seats, Availability::Few);
    house.take(1, 10..=12).await;
    assert!(!still(&page).await);
    let page = house.day(BERLIN).await;
    assert_eq!(page.films[0].cinemas[0].shows[0].seats, Availability::SoldOut);

    house.app.office.call_off(ShowId(1)).await.unwrap();
    assert!(!still(&page).await);
    let page = house.day(BERLIN).await;
    assert_eq!(page.films[0].cinemas[0].shows[0].sales, Sales::CalledOff);
    house.clock.advance(2 * HOUR);
    assert!(!still(&page).await, "an hour is as old as a page gets");
}

#[tokio::test]
async fn a_page_is_true_until_the_minute_in_which_a_show_begins() {
    let house = house("2027-01-15T16:30:00Z", &[("berlin sunrise", "2027-01-15T18:00")]).await;
    let page = house.day(BERLIN).await;
    house.clock.advance(HOUR / 2 - 1);
    assert!(house.app.listings.still(&page.basis).await);
    house.clock.advance(1);
    assert!(!house.app.listings.still(&page.basis).await);
}

#[tokio::test]
async fn films_stand_in_order_of_their_next_show() {
    let shows = [
        ("berlin sunrise", "2027-01-17T18:00"),
        ("berlin caligari", "2027-01-16T18:00"),
        ("york sunrise", "2027-01-18T18:00"),
    ];
    let house = house("2027-01-15T08:00:00Z", &shows).await;
    let wall = async |wanted| {
        let wall = house.app.listings.films(wanted).await.unwrap();
        wall.films.iter().map(|film| format!("{} {} {}", film.film.title, film.local, film.shows)).collect::<Vec<_>>()
    };
    assert_eq!(wall(Wanted::default()).await, ["caligari 2027-01-16T18:00:00 1", "sunrise 2027-01-17T18:00:00 2"]);
    assert_eq!(wall(Wanted { day: Some(date(2027, 1, 18)), ..BERLIN }).await, [""; 0]);
    let film = house.app.listings.film(MovieId(1)).await.unwrap();
    assert_eq!(film.days.iter().map(|day| day.date).collect::<Vec<_>>(), [date(2027, 1, 17), date(2027, 1, 18)]);
    assert!(matches!(house.app.listings.film(MovieId(9)).await, Err(crate::Error::NotFound("movie"))));
    house.app.office.change_movie(MovieId(1), |draft| draft.title = "Sunset".into()).await.unwrap();
    assert_eq!(house.app.listings.film_facts(MovieId(1)).await.unwrap().title, "Sunset");
}
