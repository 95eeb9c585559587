//! Times as people write them: with an offset, or by the cinema's wall clock.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use crate::{
    problem::quoted,
    time::{UtcMicros, local_to_utc},
};

/// The longest text that is looked at as a time.
const MAX_TEXT: usize = 64;

/// The instant meant by RFC 3339 with an offset, or by local time in `zone` without one.
/// The reason for a "no" names both choices where a clock change makes local time ambiguous.
pub fn instant(text: &str, zone: &TimeZone) -> Result<UtcMicros, String> {
    let text = text.trim();
    let at = match local(text) {
        Some(local) => local_to_utc(local, zone).map_err(|error| error.to_string())?,
        None => absolute(text).ok_or_else(|| {
            format!("{} is no time such as 2027-01-01T19:30:00 or 2027-01-01T19:30:00+01:00", quoted(text))
        })?,
    };
    if at <= UtcMicros::BEGINNING {
        return Err(format!("{} is before 1970", quoted(text)));
    }
    Ok(at)
}

/// The way back: local time without an offset where that is unambiguous, else RFC 3339 with the offset.
/// [`instant`] reads it as the same instant, to the second.
pub fn local_text(at: UtcMicros, zone: &TimeZone) -> String {
    let local = zone.to_datetime(at.timestamp());
    match local_to_utc(local, zone) {
        Ok(same) if same == at => local.to_string(),
        _ => at.rfc3339_in(zone),
    }
}

/// A date and a time of day without an offset. Stricter than jiff, which would drop an offset silently
/// and take a date alone for its midnight.
fn local(text: &str) -> Option<DateTime> {
    let time = text.get(11..).filter(|_| text.len() <= MAX_TEXT)?;
    let plain = time.len() >= 5 && time.chars().all(|c| c.is_ascii_digit() || c == ':' || c == '.');
    if plain { text.parse().ok() } else { None }
}

fn absolute(text: &str) -> Option<UtcMicros> {
    if text.len() > MAX_TEXT || text.contains('[') {
        return None;
    }
    text.parse::<Timestamp>().ok().map(UtcMicros::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn london() -> TimeZone {
        TimeZone::get("Europe/London").unwrap()
    }

    fn read(text: &str) -> Result<String, String> {
        instant(text, &london()).map(UtcMicros::rfc3339_utc)
    }

    #[test]
    fn with_an_offset_or_by_the_wall_clock() {
        let same = Ok("2027-07-01T18:30:00.000000Z".to_owned());
        for text in [
            "2027-07-01T19:30:00",
            "2027-07-01T19:30",
            "2027-07-01 19:30",
            "2027-07-01T18:30:00Z",
            "2027-07-01T20:30+02:00",
        ] {
            assert_eq!(read(text), same, "{text}");
        }
    }

    #[test]
    fn half_a_time_is_none() {
        for text in [
            "",
            "2027-07-01",
            "19:30",
            "2027-07-01T19",
            "2027-13-01T19:30",
            "2027-07-01T25:00",
            "tomorrow",
            "é".repeat(40).as_str(),
        ] {
            assert!(read(text).unwrap_err().contains("is no time such as"), "{text}");
        }
        assert!(read("1969-07-01T19:30").unwrap_err().contains("before 1970"));
    }

    #[test]
    fn a_clock_change_is_answered_with_the_two_choices() {
        let reason = read("2027-10-31T01:30:00").unwrap_err();
        assert!(reason.contains("write 2027-10-31T01:30:00+01:00 or 2027-10-31T01:30:00+00:00"), "{reason}");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_as_the_same_second(
            second in 1..4_000_000_000_i64, zone in prop::sample::select(vec!["Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]),
        ) {
            let zone = TimeZone::get(zone).unwrap();
            let at = UtcMicros(second * UtcMicros::SECOND);
            prop_assert_eq!(instant(&local_text(at, &zone), &zone), Ok(at));
        }
    }
}
