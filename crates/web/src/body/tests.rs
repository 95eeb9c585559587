use super::*;
use crate::problem::Code;

fn fields(json: &str) -> Fields {
    Fields { source: super::json(json.as_bytes()).unwrap(), raw: Bytes::copy_from_slice(json.as_bytes()) }
}

fn seat(fields: &Fields) -> std::result::Result<i64, String> {
    let read = fields.read(|f| f.integer("seat_number", 1..=20_000));
    read.map_err(|problem| {
        assert_eq!(problem.code(), Code::Invalid);
        serde_json::from_slice::<Value>(&problem.body()).unwrap()["errors"]["seat_number"][0]
            .as_str()
            .unwrap()
            .to_owned()
    })
}

#[test]
fn seat_numbers_are_numbers_and_nothing_else() {
    for good in ["5", "\"5\"", "\" 5 \"", "5.0", "\"5.0\"", "\"+5\"", "\"05\""] {
        assert_eq!(seat(&fields(&format!("{{\"seat_number\": {good}}}"))), Ok(5), "{good}");
    }
    let cases = [
        ("true", "A valid integer is required."),
        ("5.5", "A valid integer is required."),
        ("\"\"", "A valid integer is required."),
        ("\"five\"", "A valid integer is required."),
        ("\"5.\"", "A valid integer is required."),
        ("\"5e0\"", "A valid integer is required."),
        ("null", "This field may not be null."),
        ("0", "Ensure this value is greater than or equal to 1."),
        ("-1", "Ensure this value is greater than or equal to 1."),
        ("20001", "Ensure this value is less than or equal to 20000."),
        ("1000000000000000000000000000000", "A valid integer is required."),
        ("\"1000000000000000000000000000000\"", "Ensure this value is less than or equal to 20000."),
        ("[5]", "A valid integer is required."),
        ("{}", "A valid integer is required."),
    ];
    for (bad, reason) in cases {
        assert_eq!(seat(&fields(&format!("{{\"seat_number\": {bad}}}"))), Err(reason.to_owned()), "{bad}");
    }
    assert_eq!(seat(&fields("{}")), Err("This field is required.".to_owned()));
    assert_eq!(seat(&Fields::default()), Err("This field is required.".to_owned()));
    assert_eq!(seat(&Fields::from_query("seat_number=4&seat_number=5")), Ok(5));
}

#[test]
fn everything_wrong_is_said_at_once() {
    let fields = fields(r#"{"username": " ", "password": ["x"], "email": "a\u0000b"}"#);
    let problem = fields.read(|f| (f.text("username"), f.secret("password"), f.optional_text("email"))).unwrap_err();
    insta::assert_snapshot!(String::from_utf8(problem.body()).unwrap());
}

#[test]
fn text_is_trimmed_but_secrets_are_not() {
    let fields = fields(r#"{"username": " ann ", "password": " pass ", "n": 12, "b": true, "x": null}"#);
    assert_eq!(fields.read(|f| (f.text("username"), f.secret("password"))).unwrap(), ("ann".into(), " pass ".into()));
    assert_eq!(fields.read(|f| f.text("n")).unwrap(), "12");
    assert_eq!(fields.read(|f| f.optional_text("x")).unwrap(), None);
    assert!(fields.read(|f| f.text("b")).is_err());
    assert_eq!(fields.read(|f| f.optional_boolean("b")).unwrap(), Some(true));
}

#[test]
fn lists_come_in_three_ways() {
    let list = |fields: &Fields| fields.read(|f| f.integers("seat_numbers", 1..=99)).map_err(|p| p.code());
    assert_eq!(list(&fields(r#"{"seat_numbers": [1, "2", 3]}"#)), Ok(vec![1, 2, 3]));
    assert_eq!(list(&Fields::from_query("seat_numbers=1&seat_numbers=2")), Ok(vec![1, 2]));
    assert_eq!(list(&Fields::from_query("seat_numbers=1,2,%203")), Ok(vec![1, 2, 3]));
    for bad in ["[]", "5", "null", "[true]", "[[1]]", "[100]", "{}"] {
        assert_eq!(list(&fields(&format!("{{\"seat_numbers\": {bad}}}"))), Err(Code::Invalid), "{bad}");
    }
}

#[test]
fn times_have_an_offset() {
    let time = |text: &str| Fields::from_query(text).read(|q| q.optional_time("from"));
    assert_eq!(time("from=2027-01-01T19:30:00%2B01:00").unwrap(), time("from=2027-01-01T19:30:00+01:00").unwrap());
    assert!(time("from=2027-01-01T18:30:00Z").unwrap().is_some());
    assert_eq!(time("from=").unwrap(), None);
    assert!(time("from=tomorrow").is_err() && time("from=2027-01-01T18:30:00").is_err());
}
