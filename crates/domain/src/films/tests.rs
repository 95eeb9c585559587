use jiff::civil::date;
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn row(title: &Value, released: &Value, minutes: &Value) -> Row {
    let columns = json!({
        "Title": title, "US Gross": 146_083, "Release Date": released, "MPAA Rating": "R",
        "Running Time min": minutes, "Major Genre": "Thriller/Suspense",
    });
    serde_json::from_value(columns).unwrap()
}

fn mapping(defaults: &[&str]) -> Mapping {
    let map = [
        "title=Title",
        "duration_minutes=Running Time min",
        "certificate=MPAA Rating",
        "genres=Major Genre",
        "release_date=Release Date",
    ];
    Mapping::parse(&map, defaults).unwrap()
}

fn said(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_film_is_taken_from_its_columns() {
    let made = film(&row(&json!("The Land Girls"), &json!("Jun 12 1998"), &json!(111)), &mapping(&[])).unwrap();
    assert_eq!((made.title.as_str(), made.duration_minutes), ("The Land Girls", 111));
    assert_eq!(
        (made.certificate.as_deref(), made.genres.as_slice()),
        (Some("R"), &["Thriller/Suspense".to_owned()][..])
    );
    assert_eq!(made.release_date, Some(date(1998, 6, 12)));
    assert!(made.key.starts_with("the-land-girls-1998-"), "{}", made.key);
}

#[test]
fn a_title_may_be_a_number_and_may_not_be_missing() {
    let title = |title| film(&row(&title, &json!("Nov 09 1972"), &json!(141)), &mapping(&[])).map(|made| made.title);
    assert_eq!(title(json!(1776)), Ok("1776".to_owned()));
    assert_eq!(title(json!(9.0)), Ok("9".to_owned()));
    assert_eq!(title(json!(8.5)), Ok("8.5".to_owned()));
    assert_eq!(said(&title(json!(null)).unwrap_err()), ["title: is missing"]);
    assert_eq!(said(&title(json!("  ")).unwrap_err()), ["title: is missing"]);
    assert_eq!(said(&title(json!(true)).unwrap_err()), ["title: \"true\" is no text"]);
}

#[test]
fn broken_accents_are_kept_as_they_are() {
    let made = film(&row(&json!("LÈon"), &json!("Nov 18 1994"), &json!(110)), &mapping(&[])).unwrap();
    assert_eq!(made.title, "LÈon");
    assert!(made.key.starts_with("lèon-1994-"), "{}", made.key);
}

#[test]
fn a_missing_running_time_is_filled_or_refused() {
    let row = row(&json!("The Land Girls"), &json!("Jun 12 1998"), &json!(null));
    assert_eq!(film(&row, &mapping(&["duration_minutes=110"])).unwrap().duration_minutes, 110);
    let refused = said(&film(&row, &mapping(&[])).unwrap_err());
    assert_eq!(refused, ["duration_minutes: is missing; --default duration_minutes=... would fill it"]);
}

#[test]
fn a_wrong_running_time_is_refused_and_not_filled() {
    let minutes = |minutes| {
        let row = row(&json!("x"), &json!(null), &minutes);
        film(&row, &mapping(&["duration_minutes=110"])).map(|made| made.duration_minutes)
    };
    assert_eq!(minutes(json!("95")), Ok(95));
    assert_eq!(minutes(json!(95.0)), Ok(95));
    assert_eq!(minutes(json!(" ")), Ok(110));
    for wrong in
        [json!(0), json!(-5), json!(95.5), json!("95 min"), json!(1e30), json!([95]), json!(1001), json!("1.2.0")]
    {
        let problems = minutes(wrong.clone()).unwrap_err();
        assert_eq!((problems.len(), problems[0].path.as_str()), (1, "duration_minutes"), "{wrong}");
    }
}

#[test]
fn days_are_read_in_several_ways_and_never_guessed() {
    let of = |released| {
        let made = film(&row(&json!("x"), &released, &json!(90)), &mapping(&[])).unwrap();
        (made.release_date, made.key.contains("x-1998-"))
    };
    for day in ["Jun 12 1998", "1998-06-12", "June 12, 1998", "12 Jun 1998", "Jun 12, 1998"] {
        assert_eq!(of(json!(day)), (Some(date(1998, 6, 12)), true), "{day}");
    }
    assert_eq!(of(json!(1998)), (None, true));
    assert_eq!(of(json!("1998")), (None, true));
    for day in [json!("12-Jun-98"), json!("Jun 31 1998"), json!("TBA"), json!(null), json!([1998]), json!("Jun 12 98")]
    {
        assert_eq!(of(day.clone()), (None, false), "{day}");
    }
}

#[test]
fn the_same_title_in_another_year_is_another_film_and_in_the_same_year_is_not() {
    let alamo = |released: &str| row(&json!("The Alamo"), &json!(released), &json!(137));
    let rows =
        [alamo("Oct 24 1960"), alamo("Apr 09 2004"), row(&json!(null), &json!(null), &json!(1)), alamo("Dec 25 2004")];
    let list = films(&rows, &mapping(&[])).unwrap();
    assert_eq!(list.taken.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(list.refused[0].0, 3);
    assert_eq!((list.refused[1].0, said(&list.refused[1].1)), (4, vec!["\"The Alamo\" is row 2 already".to_owned()]));
}

#[test]
fn lists_in_one_text_or_in_an_array() {
    let genres = |value: Value| {
        let mut row = row(&json!("x"), &json!(null), &json!(90));
        row.insert("Major Genre".into(), value);
        film(&row, &mapping(&[])).map(|made| made.genres)
    };
    assert_eq!(genres(json!("Drama, Comedy;War|")).unwrap(), ["Drama", "Comedy", "War"]);
    assert_eq!(genres(json!(["Drama, light", null, "War"])).unwrap(), ["Drama, light", "War"]);
    assert_eq!(genres(json!(null)).unwrap(), Vec::<String>::new());
    assert_eq!(genres(json!({"a": 1})).unwrap_err()[0].path, "genres");
}

#[test]
fn a_mapping_s_slips_are_told() {
    let problems = Mapping::parse(&["titel=Title", "title", "title=A", "title=B"], &["duration=1"]).unwrap_err();
    let said = said(&problems);
    assert_eq!(said.len(), 4, "{said:?}");
    assert!(said[0].starts_with("--map: there is no field \"titel\"; there are title, duration_minutes, "));
    assert!(said[3].starts_with("--default: there is no field \"duration\""));
    let rows = [row(&json!("x"), &json!(null), &json!(90))];
    let problems = films(&rows, &Mapping::parse(&["title=Titel"], &[]).unwrap()).unwrap_err();
    assert!(problems[0].to_string().starts_with("--map title: there is no column \"Titel\"; there are MPAA Rating, "));
}

#[test]
fn without_a_mapping_columns_are_called_as_the_fields_are() {
    let row: Row =
        serde_json::from_value(json!({"key": "m1", "title": "Metropolis", "duration_minutes": "153"})).unwrap();
    let made = film(&row, &Mapping::default()).unwrap();
    assert_eq!((made.key.as_str(), made.duration_minutes), ("m1", 153));
}

proptest! {
    #[test]
    fn a_key_is_a_key_and_tells_films_apart(a in "\\PC{1,200}", b in "[aA !?]{1,3}", c in "[aA !?]{1,3}", year in prop::option::of(1_000..=9_999_i16)) {
        prop_assert!((1..=100).contains(&key_of(&a, year).chars().count()));
        prop_assert_eq!(key_of(&a, year), key_of(&a, year));
        prop_assert_eq!(key_of(&b, year) == key_of(&c, year), b == c);
        prop_assert_ne!(key_of(&b, year), key_of(&b, year.map_or(Some(1_000), |_| None)));
    }

    #[test]
    fn no_row_makes_it_panic(title in any::<f64>(), text in "\\PC{0,250}|\\d{1,4}", minutes in any::<i64>()) {
        let texts = row(&json!(text), &json!(text), &json!(minutes));
        let numbers = row(&json!(title), &json!(title), &json!(title));
        if let Ok(made) = film(&texts, &mapping(&[])) {
            prop_assert_eq!(NewMovie::check(&made.draft()), Ok(made));
        }
        let _ = film(&numbers, &mapping(&[]));
    }
}
