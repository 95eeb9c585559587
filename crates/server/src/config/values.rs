//! Values as people write them. Every reason for a "no" is the rest of a sentence that begins with the setting.

use std::{net::SocketAddr, ops::RangeInclusive, time::Duration};

pub(crate) fn on_off(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "on" | "true" | "yes" | "1" => Ok(true),
        "off" | "false" | "no" | "0" => Ok(false),
        _ => Err("must be on or off".into()),
    }
}

pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "must be an IP address and a port, such as 127.0.0.1:8000 or [::1]:8000".into())
}

pub(crate) fn number(text: &str, range: RangeInclusive<u32>) -> Result<u32, String> {
    let fits = text.parse().ok().filter(|number| range.contains(number));
    fits.ok_or_else(|| format!("must be a whole number from {} to {}", range.start(), range.end()))
}

/// `None`: auto.
pub(crate) fn number_or_auto(text: &str, range: RangeInclusive<u32>) -> Result<Option<u32>, String> {
    if text == "auto" {
        return Ok(None);
    }
    number(text, range).map(Some).map_err(|reason| format!("{reason}, or auto"))
}

const UNITS: [(&str, u64); 5] = [("ms", 1), ("min", 60_000), ("s", 1_000), ("h", 3_600_000), ("d", 86_400_000)];

pub(crate) fn duration(text: &str, range: RangeInclusive<Duration>) -> Result<Duration, String> {
    let parsed = split(text).and_then(|(number, unit)| {
        let (_, millis) = UNITS.iter().find(|(name, _)| *name == unit)?;
        number.checked_mul(*millis).map(Duration::from_millis)
    });
    let parsed = parsed.ok_or("must be a number with its unit (ms, s, min, h or d), such as 30s")?;
    if range.contains(&parsed) {
        return Ok(parsed);
    }
    Err(format!("must be {} to {}", spell(*range.start()), spell(*range.end())))
}

pub(crate) fn size(text: &str, range: RangeInclusive<u64>) -> Result<u64, String> {
    let parsed = split(text).and_then(|(number, unit)| {
        let factor = match unit {
            "" | "B" => 1,
            "KiB" => 1024,
            "MiB" => 1024 * 1024,
            "GiB" => 1024 * 1024 * 1024,
            _ => return None,
        };
        number.checked_mul(factor)
    });
    let parsed = parsed.ok_or("must be a number of bytes or one with KiB, MiB or GiB, such as 1MiB")?;
    if range.contains(&parsed) {
        return Ok(parsed);
    }
    Err(format!("must be {} to {} bytes", range.start(), range.end()))
}

pub(crate) fn word(text: &str, words: &[&'static str]) -> Result<&'static str, String> {
    let found = words.iter().copied().find(|word| *word == text);
    found.ok_or_else(|| format!("must be one of {}", words.join(", ")))
}

/// The entries between commas, without the spaces around them.
pub(crate) fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
}

/// A duration in the notation of the settings.
fn spell(duration: Duration) -> String {
    let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let whole = UNITS.iter().filter(|(_, unit)| millis.is_multiple_of(*unit)).max_by_key(|(_, unit)| *unit);
    whole.map_or_else(|| format!("{millis}ms"), |(name, unit)| format!("{}{name}", millis / unit))
}

fn split(text: &str) -> Option<(u64, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    Some((number.parse().ok()?, unit.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_hours(24 * 365);

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("500ms", ANY), Ok(Duration::from_millis(500)));
        assert_eq!(duration("15 min", ANY), Ok(Duration::from_mins(15)));
        assert_eq!(duration("7d", ANY), Ok(Duration::from_hours(7 * 24)));
        for wrong in ["", "30", "s", "1.5s", "-1s", "99999999999999999999s", "18446744073709551615d"] {
            assert!(duration(wrong, ANY).is_err(), "{wrong}");
        }
        let reason = duration("2h", Duration::from_secs(1)..=Duration::from_hours(1)).unwrap_err();
        assert_eq!(reason, "must be 1s to 1h");
    }

    #[test]
    fn sizes_are_bytes_or_have_binary_units() {
        assert_eq!(size("4096", 0..=u64::MAX), Ok(4096));
        assert_eq!(size("2MiB", 0..=u64::MAX), Ok(2 * 1024 * 1024));
        assert!(size("2MB", 0..=u64::MAX).is_err());
        assert!(size("1", 1024..=2048).is_err());
    }

    #[test]
    fn switches_and_words_and_numbers() {
        assert_eq!((on_off("OFF"), on_off("yes")), (Ok(false), Ok(true)));
        assert!(on_off("maybe").is_err());
        assert_eq!(word("json", &["text", "json"]), Ok("json"));
        assert_eq!(word("xml", &["text", "json"]).unwrap_err(), "must be one of text, json");
        assert_eq!(number_or_auto("auto", 1..=8), Ok(None));
        assert_eq!(number_or_auto("9", 1..=8).unwrap_err(), "must be a whole number from 1 to 8, or auto");
        assert_eq!(list(" a, b ,,"), ["a", "b"]);
    }
}
