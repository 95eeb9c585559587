//! The original's fields, and their types: none may vanish or change.

use houselights_testkit::{House, programme::*};
use serde_json::Value;

#[derive(Clone, Copy, Debug)]
enum Kind {
    Whole,
    Text,
    Time,
}

use Kind::{Text, Time, Whole};

const MOVIE: &[(&str, Kind)] = &[("id", Whole), ("title", Text), ("duration_minutes", Whole)];
const SHOW: &[(&str, Kind)] = &[
    ("id", Whole),
    ("movie", Whole),
    ("movie_title", Text),
    ("screen_name", Text),
    ("date_time", Time),
    ("total_seats", Whole),
    ("available_seats", Whole),
];
const BOOKING: &[(&str, Kind)] = &[
    ("id", Whole),
    ("user", Whole),
    ("show", Whole),
    ("movie_title", Text),
    ("screen_name", Text),
    ("date_time", Time),
    ("seat_number", Whole),
    ("seat_label", Text),
    ("status", Text),
    ("created_at", Time),
];

/// What an object lacks.
fn faults(object: &Value, fields: &[(&str, Kind)]) -> Vec<String> {
    let right = |value: &Value, kind| match kind {
        Whole => value.is_i64(),
        Text => value.as_str().is_some_and(|text| !text.is_empty()),
        Time => value.as_str().is_some_and(is_rfc3339_with_offset),
    };
    let wrong = fields.iter().filter(|(name, kind)| !right(&object[name], *kind));
    wrong.map(|(name, kind)| format!("{name} is no {kind:?}: {}", object[name])).collect()
}

/// `2027-01-15T19:30:00+00:00`, with or without a fraction, or with `Z`.
fn is_rfc3339_with_offset(text: &str) -> bool {
    let Some((day, rest)) = text.split_once('T') else { return false };
    let (time, offset) = match rest.strip_suffix('Z') {
        Some(time) => (time, "+00:00"),
        None => rest.split_at(rest.len().saturating_sub(6)),
    };
    let digits = |text: &str, shape: &str| {
        text.len() == shape.len()
            && text.bytes().zip(shape.bytes()).all(|(is, wanted)| match wanted {
                b'0' => is.is_ascii_digit(),
                b'+' => is == b'+' || is == b'-',
                other => is == other,
            })
    };
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    digits(day, "0000-00-00")
        && digits(time, "00:00:00")
        && !fraction.is_empty()
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
        && digits(offset, "+00:00")
}

#[tokio::test]
async fn the_original_fields_are_there() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    let movies = ann.get("/api/movies/").await.expect(200).json();
    let shows = ann.get("/api/movies/1/shows/").await.expect(200).json();
    for movie in movies.as_array().unwrap().iter().chain([&ann.get("/api/movies/1/").await.json()]) {
        assert_eq!(faults(movie, MOVIE), Vec::<String>::new(), "{movie}");
    }
    for show in shows.as_array().unwrap().iter().chain([&ann.get("/api/shows/1/").await.json()]) {
        assert_eq!(faults(show, SHOW), Vec::<String>::new(), "{show}");
    }
    let booked = ann.book(EVENING, 5).await.expect(201).json();
    let several = ann.book_all(EVENING, &[6]).await.expect(201).field("bookings")[0].clone();
    let mine = ann.get("/api/my-bookings/").await.json()[0].clone();
    let cancelled = ann.cancel(booked["id"].as_i64().unwrap()).await.expect(200).json();
    for booking in [&booked, &several, &mine, &cancelled] {
        assert_eq!(faults(booking, BOOKING), Vec::<String>::new(), "{booking}");
    }
    assert_eq!((&booked["status"], &cancelled["status"]), (&"booked".into(), &"cancelled".into()));
}

#[test]
fn a_field_that_is_missing_or_another_is_noticed() {
    let booking = serde_json::json!({"id": "1", "title": "", "duration_minutes": 1.5});
    assert_eq!(faults(&booking, MOVIE).len(), 3);
    for good in ["2027-01-15T19:30:00+00:00", "2027-01-15T19:30:00Z", "2027-01-15T19:30:00.000001-05:00"] {
        assert!(is_rfc3339_with_offset(good), "{good}");
    }
    for bad in ["2027-01-15T19:30:00", "2027-01-15 19:30:00Z", "2027-01-15", "", "T", "2027-01-15T19:30:00.Z"] {
        assert!(!is_rfc3339_with_offset(bad), "{bad}");
    }
}
