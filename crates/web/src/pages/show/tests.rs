use std::{collections::BTreeSet, sync::Arc};

use askama::Template;
use houselights_app::{
    catalogue::{Movie, ShowFacts, ShowRow},
    live::{Position, SeatMap},
    occupancy::SeatState,
};
use houselights_domain::{
    CinemaId, Layout, LayoutId, MovieId, ScreenId, SeatNumber, ShowId, UtcMicros,
    layout::{LayoutPlan, RowPlan},
    money::Minor,
    show::PriceList,
};
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::{
    choice::Choice,
    map::{BoxState, HallMap, Place, Row, SeatBox, Source},
    page::{Circumstances, Moment, ShowPage},
};
use crate::{
    pages::tests::HOSTILE,
    problem::Code,
    text::{Language, Text},
};

const STARTS: UtcMicros = UtcMicros(1_800_000_000_000_000);
const ENGLISH: Text = Text(Language::English);

fn layout(rows: &[(&str, &str)]) -> Layout {
    let plan = |(row, seats): &(&str, &str)| RowPlan { row: (*row).into(), seats: (*seats).into() };
    Layout::new(LayoutPlan::Rows(rows.iter().map(plan).collect())).unwrap()
}

/// Every kind of place, an aisle along and one across.
fn every_kind() -> Layout {
    layout(&[("A", "_wcs_xs_"), ("G", "___"), ("B", "sppp_()_")])
}

fn prices() -> PriceList {
    let of = |(band, price): &(&str, i64)| ((*band).to_owned(), Minor(*price));
    PriceList([("standard", 1250), ("premium", 1650), ("sofa", 1850), ("companion", 0)].iter().map(of).collect())
}

fn draw(layout: &Layout, chosen: &BTreeSet<SeatNumber>, state: impl Fn(SeatNumber) -> SeatState, t: Text) -> HallMap {
    let source = Source { layout, prices: &prices(), currency: "GBP", open: true, chosen };
    HallMap::draw(&source, state, t)
}

fn boxes(map: &HallMap) -> Vec<&SeatBox> {
    let places = map.rows.iter().flat_map(|row| match row {
        Row::Aisle => &[][..],
        Row::Seats { places, .. } => places.as_slice(),
    });
    places.filter_map(|place| if let Place::Seat(seat) = place { Some(seat) } else { None }).collect()
}

fn facts(layout: Layout, change: impl FnOnce(&mut ShowRow)) -> Arc<ShowFacts> {
    let mut row = ShowRow {
        id: ShowId(7),
        key: "s".into(),
        movie: MovieId(1),
        movie_title: "Metropolis".into(),
        screen: ScreenId(1),
        screen_name: "Screen 1".into(),
        cinema: CinemaId(1),
        cinema_name: "Rex".into(),
        timezone: "Europe/London".into(),
        currency: "GBP".into(),
        layout: LayoutId(1),
        total_seats: layout.total_seats(),
        starts_at: STARTS,
        ends_at: STARTS.plus(153 * UtcMicros::MINUTE),
        format: Some("2D".into()),
        audio: None,
        subtitles: None,
        prices: String::new(),
        sales_open_at: STARTS.plus(-24 * 60 * UtcMicros::MINUTE),
        sales_close_at: STARTS.plus(15 * UtcMicros::MINUTE),
        called_off: false,
        revision: 1,
    };
    change(&mut row);
    let zone = TimeZone::get("Europe/London").unwrap();
    let date_time = row.starts_at.rfc3339_in(&zone);
    Arc::new(ShowFacts { layout: Arc::new(layout), prices: prices(), zone, date_time, row })
}

fn film(certificate: Option<&str>) -> Movie {
    Movie {
        id: MovieId(1),
        key: "m".into(),
        title: "Metropolis".into(),
        duration_minutes: 153,
        release_date: None,
        certificate: certificate.map(str::to_owned),
        languages: Vec::new(),
        genres: Vec::new(),
        synopsis: String::new(),
        poster: None,
    }
}

/// A page at an instant, counted from the film's beginning in minutes.
fn page(
    t: Text,
    facts: &Arc<ShowFacts>,
    states: &[SeatState],
    minutes: i64,
    choice: &Choice,
    no: Option<Code>,
) -> ShowPage {
    let taken = u32::try_from(states.iter().filter(|state| **state != SeatState::Free).count()).unwrap();
    let map = SeatMap { position: Position::UNKNOWN, taken, states: states.to_vec() };
    let now = STARTS.plus(minutes * UtcMicros::MINUTE);
    ShowPage::new(t, (facts, &film(Some("PG"))), &map, choice, Circumstances { now, most: 10, no })
}

fn choice(seats: &str) -> Choice {
    Choice::of_query(Some(&format!("seats={seats}")))
}

pub(super) fn samples(t: Text) -> Vec<ShowPage> {
    use SeatState::{Free, Held, Sold};
    let hostile = facts(every_kind(), |row| {
        row.movie_title = HOSTILE.into();
        row.cinema_name = HOSTILE.into();
        row.screen_name = HOSTILE.into();
        row.audio = Some(HOSTILE.into());
        row.format = Some(HOSTILE.into());
    });
    let off = facts(every_kind(), |row| row.called_off = true);
    let mixed = [Free, Sold, Held, Free, Free, Sold, Free, Free, Free, Free];
    vec![
        page(t, &hostile, &mixed, -60, &choice("1,2,4"), Some(Code::SeatTaken)),
        page(t, &hostile, &mixed, -60, &choice("x"), Some(Code::NotASeat)),
        page(t, &hostile, &mixed, 5, &Choice::default(), None),
        page(t, &hostile, &[Sold; 10], -60, &Choice::default(), None),
        page(t, &hostile, &mixed, -24 * 60 - 1, &Choice::default(), None),
        page(t, &hostile, &mixed, 15, &Choice::default(), None),
        page(t, &off, &mixed, -60, &Choice::default(), None),
    ]
}

#[test]
fn a_seat_is_called_by_row_place_kind_and_state_in_every_language() {
    let hall = every_kind();
    let states = |seat: SeatNumber| match seat.0 {
        6 => SeatState::Held,
        7 => SeatState::Sold,
        _ => SeatState::Free,
    };
    let names = |language| {
        let map = draw(&hall, &BTreeSet::new(), states, Text(language));
        boxes(&map).iter().map(|seat| seat.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        names(Language::English),
        [
            "Row A, seat 1, wheelchair space",
            "Row A, seat 2, companion seat",
            "Row A, seat 3, standard",
            "Row A, seat 5, standard",
            "Row B, seat 1, standard",
            "Row B, seat 2, premium, being bought",
            "Row B, seat 3, premium, taken",
            "Row B, seat 4, premium",
            "Row B, seat 5, sofa",
            "Row B, seat 6, sofa",
        ]
    );
    assert_eq!(names(Language::German)[6], "Reihe B, Platz 3, Premium, vergeben");
    assert_eq!(names(Language::Spanish)[6], "Fila B, butaca 3, premium, ocupada");
}

#[test]
fn bands_are_those_of_the_hall_with_their_prices() {
    let map = draw(&every_kind(), &BTreeSet::new(), |_| SeatState::Free, ENGLISH);
    let bands: Vec<_> = map.bands.iter().map(|band| (band.name, band.minor, band.price.as_str())).collect();
    assert_eq!(
        bands,
        [
            ("standard", 1250, "£12.50"),
            ("premium", 1650, "£16.50"),
            ("sofa", 1850, "£18.50"),
            ("wheelchair", 1250, "£12.50"),
            ("companion", 0, "free")
        ]
    );
    let plain = Layout::new(LayoutPlan::Plain(3)).unwrap();
    assert_eq!(draw(&plain, &BTreeSet::new(), |_| SeatState::Free, ENGLISH).bands.len(), 1);
}

#[test]
fn a_chosen_seat_that_is_gone_is_lost_and_the_rest_stays_chosen() {
    let hall = every_kind();
    let chosen = BTreeSet::from([SeatNumber(1), SeatNumber(7)]);
    let state = |seat: SeatNumber| if seat.0 == 7 { SeatState::Sold } else { SeatState::Free };
    let map = draw(&hall, &chosen, state, ENGLISH);
    assert_eq!(map.lost, ["B3"]);
    let boxes = boxes(&map);
    assert_eq!((boxes[6].state, boxes[6].chosen), (BoxState::Lost, false));
    assert_eq!((boxes[0].state, boxes[0].chosen), (BoxState::Free, true));
    assert_eq!(boxes[6].name, "Row B, seat 3, premium, just taken");
}

#[test]
fn a_show_is_at_each_moment_what_its_sales_say() {
    let of = |minutes: i64, off: bool| {
        let show = facts(every_kind(), |row| row.called_off = off);
        Moment::of(&show, STARTS.plus(minutes * UtcMicros::MINUTE))
    };
    assert_eq!(of(-24 * 60 - 1, false), Moment::NotOpen);
    assert_eq!(of(-24 * 60, false), Moment::OnSale);
    assert_eq!(of(0, false), Moment::Started);
    assert_eq!(of(14, false), Moment::Started);
    assert_eq!(of(15, false), Moment::Closed);
    assert_eq!(of(-60, true), Moment::CalledOff);
}

#[test]
fn a_page_is_what_it_was() {
    use SeatState::{Free, Held, Sold};
    let show = facts(every_kind(), |_| ());
    let states = [Free, Sold, Held, Free, Free, Sold, Free, Free, Free, Free];
    let shown = page(ENGLISH, &show, &states, -60, &choice("1,6"), Some(Code::SeatTaken));
    insta::assert_snapshot!(shown.render().unwrap());
}

#[test]
fn what_is_spoken_and_written_stands_above_the_hall() {
    let free = [SeatState::Free; 10];
    let shown = |language: Language, audio: Option<&str>, subtitles: Option<&str>| {
        let show = facts(every_kind(), |row| {
            (row.audio, row.subtitles) = (audio.map(str::to_owned), subtitles.map(str::to_owned));
        });
        page(Text(language), &show, &free, -60, &Choice::default(), None).render().unwrap()
    };
    assert!(shown(Language::English, Some("de"), Some("en")).contains("2D · German, English subtitles · "));
    assert!(shown(Language::German, Some("de"), Some("en")).contains("2D · Deutsch, "));
    assert!(shown(Language::Spanish, Some("de"), None).contains("2D · alemán · "));
    assert!(shown(Language::English, None, Some("fr")).contains("2D · French subtitles · "));
    assert!(shown(Language::English, None, None).contains("2D · Certificate"));
}

#[test]
fn nothing_can_be_chosen_while_nothing_is_sold() {
    let show = facts(every_kind(), |_| ());
    let free = [SeatState::Free; 10];
    for (minutes, open) in [(-24 * 60 - 1, false), (-60, true), (5, true), (15, false)] {
        let html = page(ENGLISH, &show, &free, minutes, &choice("1"), None).render().unwrap();
        let disabled = html.matches(" disabled").count();
        assert_eq!((disabled, html.contains(" checked")), if open { (0, true) } else { (10, false) }, "{minutes}");
        assert_eq!(html.contains("<button class=\"button\""), open);
    }
}

#[test]
fn the_script_s_addresses_are_routes_of_the_api() {
    use axum_extra::routing::TypedPath;
    let document = serde_json::to_value(crate::openapi()).unwrap();
    for address in [super::page::LiveUrl::PATH, super::page::SeatsUrl::PATH] {
        let path = address.replace("{show}", "{show_id}");
        assert!(document["paths"].get(&path).is_some(), "{path}");
    }
}

#[test]
fn a_hall_of_500_seats_is_a_small_page() {
    let rows: Vec<(String, String)> =
        (b'A'..=b'T').map(|row| (char::from(row).to_string(), "ssssss_ppppppppppppp_ssssss".into())).collect();
    let rows: Vec<(&str, &str)> = rows.iter().map(|(row, seats)| (row.as_str(), seats.as_str())).collect();
    let show = facts(layout(&rows), |_| ());
    let states: Vec<SeatState> =
        (0..500).map(|seat| if seat % 3 == 0 { SeatState::Sold } else { SeatState::Free }).collect();
    let html = page(ENGLISH, &show, &states, -60, &Choice::default(), None).render().unwrap();
    assert_eq!(html.matches("data-seat=").count(), 500);
    assert!(html.len() < 120_000, "{}", html.len());
}

proptest! {
    #[test]
    fn every_seat_has_one_box_that_says_what_is_true(
        halls in proptest::collection::vec("([spwcx_]|\\(\\)){0,20}", 1..8),
        taken: u64,
        held: u64,
        wanted: u64,
    ) {
        let rows: Vec<RowPlan> = halls.iter().enumerate()
            .map(|(i, seats)| RowPlan { row: format!("R{i}"), seats: seats.clone() }).collect();
        let Ok(hall) = Layout::new(LayoutPlan::Rows(rows)) else { return Ok(()) };
        let bit = |bits: u64, seat: SeatNumber| bits >> (seat.0 % 64) & 1 == 1;
        let state = |seat| match (bit(taken, seat), bit(held, seat)) {
            (true, _) => SeatState::Sold,
            (false, true) => SeatState::Held,
            (false, false) => SeatState::Free,
        };
        let chosen: BTreeSet<SeatNumber> = hall.seats().iter().map(|seat| seat.number).filter(|seat| bit(wanted, *seat)).collect();
        let map = draw(&hall, &chosen, state, ENGLISH);
        let boxes = boxes(&map);
        prop_assert_eq!(boxes.len(), hall.seats().len());
        let names: BTreeSet<&str> = boxes.iter().map(|seat| seat.name.as_str()).collect();
        prop_assert_eq!(names.len(), boxes.len(), "no two seats are called the same");
        for (drawn, seat) in boxes.iter().zip(hall.seats()) {
            prop_assert_eq!((drawn.number, drawn.place), (seat.number, seat.place));
            let wanted = chosen.contains(&seat.number);
            let expected = match (state(seat.number), wanted) {
                (SeatState::Free, _) => BoxState::Free,
                (_, true) => BoxState::Lost,
                (SeatState::Held, _) => BoxState::Held,
                (SeatState::Sold, _) => BoxState::Taken,
            };
            prop_assert_eq!(drawn.state, expected);
            prop_assert_eq!(drawn.chosen, wanted && expected == BoxState::Free);
            prop_assert!(map.bands.iter().any(|band| band.name == drawn.kind.unwrap_or("standard")));
        }
        let free = boxes.iter().filter(|seat| seat.state.is_free()).count();
        prop_assert_eq!(map.free as usize, free);
        prop_assert_eq!(map.lost.len(), boxes.iter().filter(|seat| seat.state == BoxState::Lost).count());
    }
}
