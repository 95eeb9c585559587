//! Instants as the database stores them, and the cinema's wall clock.

use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{AmbiguousOffset, TimeZone},
};
use serde::{Deserialize, Serialize};

/// An instant: microseconds since 1970-01-01T00:00:00Z. The only form of time that is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UtcMicros(pub i64);

impl UtcMicros {
    /// Before every instant that is stored; a released claim's deadline.
    pub const BEGINNING: Self = Self(0);
    /// After every instant that is stored; a sold claim's deadline.
    pub const NEVER: Self = Self(i64::MAX);
    /// One second in this type's unit.
    pub const SECOND: i64 = 1_000_000;
    /// One minute in this type's unit.
    pub const MINUTE: i64 = 60 * Self::SECOND;

    /// This instant moved by `micros` (negative: earlier), stopping at the ends of the range.
    #[must_use]
    pub const fn plus(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// The instant as a `jiff` timestamp; instants outside jiff's range stop at its ends.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }

    /// RFC 3339 in UTC with microseconds, as Django REST Framework writes it: `2026-11-22T12:30:00.000000Z`.
    pub fn rfc3339_utc(self) -> String {
        format!("{:.6}", self.timestamp())
    }

    /// RFC 3339 in the given zone with its offset at that instant: `2027-01-01T19:30:00+01:00`.
    pub fn rfc3339_in(self, zone: &TimeZone) -> String {
        let offset = zone.to_offset(self.timestamp());
        let local = offset.to_datetime(self.timestamp());
        let minutes = offset.seconds() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        format!("{local}{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
    }
}

impl From<Timestamp> for UtcMicros {
    fn from(at: Timestamp) -> Self {
        Self(at.as_microsecond())
    }
}

/// Why a local time names no single instant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LocalTimeError {
    /// The clock was put forward past it.
    #[error("{local} does not exist in {zone} (the clock goes forward); write {earlier} or {later}")]
    Skipped {
        /// The time asked for.
        local: DateTime,
        /// IANA name of the zone.
        zone: String,
        /// The instant if the offset before the change is meant.
        earlier: String,
        /// The instant if the offset after the change is meant.
        later: String,
    },
    /// The clock was put back over it.
    #[error("{local} happens twice in {zone} (the clock goes back); write {earlier} or {later}")]
    Doubled {
        /// The time asked for.
        local: DateTime,
        /// IANA name of the zone.
        zone: String,
        /// The first time it happens.
        earlier: String,
        /// The second time it happens.
        later: String,
    },
}

/// The instant at which a cinema's wall clock shows `local`.
pub fn local_to_utc(local: DateTime, zone: &TimeZone) -> Result<UtcMicros, LocalTimeError> {
    let ambiguous = zone.to_ambiguous_timestamp(local);
    let written = |offset: jiff::tz::Offset| {
        offset.to_timestamp(local).map_or_else(|_| local.to_string(), |at| UtcMicros::from(at).rfc3339_in(zone))
    };
    let name = || zone.iana_name().unwrap_or("this zone").to_owned();
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { offset } => {
            Ok(offset.to_timestamp(local).map_or(UtcMicros::BEGINNING, UtcMicros::from))
        }
        AmbiguousOffset::Gap { before, after } => {
            Err(LocalTimeError::Skipped { local, zone: name(), earlier: written(after), later: written(before) })
        }
        AmbiguousOffset::Fold { before, after } => Err(LocalTimeError::Doubled {
            local,
            zone: name(),
            earlier: written(before).clone(),
            later: written(after),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn london() -> TimeZone {
        TimeZone::get("Europe/London").unwrap()
    }

    #[test]
    fn a_summer_evening_is_an_hour_ahead_of_utc() {
        let at = local_to_utc(date(2027, 7, 1).at(19, 30, 0, 0), &london()).unwrap();
        assert_eq!(at.rfc3339_utc(), "2027-07-01T18:30:00.000000Z");
        assert_eq!(at.rfc3339_in(&london()), "2027-07-01T19:30:00+01:00");
    }

    #[test]
    fn the_hour_that_summer_time_skips_is_refused_with_both_choices() {
        let error = local_to_utc(date(2027, 3, 28).at(1, 30, 0, 0), &london()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "2027-03-28T01:30:00 does not exist in Europe/London (the clock goes forward); \
             write 2027-03-28T00:30:00+00:00 or 2027-03-28T02:30:00+01:00"
        );
    }

    #[test]
    fn the_hour_that_comes_twice_is_refused_with_both_choices() {
        let error = local_to_utc(date(2027, 10, 31).at(1, 30, 0, 0), &london()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "2027-10-31T01:30:00 happens twice in Europe/London (the clock goes back); \
             write 2027-10-31T01:30:00+01:00 or 2027-10-31T01:30:00+00:00"
        );
    }
}
