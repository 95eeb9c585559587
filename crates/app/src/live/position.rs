//! Where a reader of a show's changes stands.

use std::{fmt, str::FromStr};

/// A moment in the life of a show's seats, as one room of one node counts it. To anybody else it is a word: another
/// node, or the same after a restart, does not know it, and its bearer looks at the whole map again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    /// Which room.
    pub(super) room: u64,
    /// How many changes it had seen.
    pub(super) count: u64,
}

impl Position {
    /// One that nobody knows.
    pub const UNKNOWN: Self = Self { room: u64::MAX, count: u64::MAX };

    /// Another number at each of this node's positions, for who keeps what was made at one: rooms are numbered one after
    /// the other, and neither they nor a room's changes come to 2^32.
    pub const fn stamp(self) -> u64 {
        self.room << 32 | self.count & 0xFFFF_FFFF
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}-{}", self.room, self.count)
    }
}

/// The text is no position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAPosition;

impl FromStr for Position {
    type Err = NotAPosition;

    fn from_str(text: &str) -> Result<Self, NotAPosition> {
        let (room, count) = text.split_once('-').ok_or(NotAPosition)?;
        let room = u64::from_str_radix(room, 16).map_err(|_| NotAPosition)?;
        let count = count.parse().map_err(|_| NotAPosition)?;
        Ok(Self { room, count })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let position = Position { room: 0xfeed, count: 17 };
        assert_eq!(position.to_string(), "feed-17");
        assert_eq!("feed-17".parse(), Ok(position));
        for wrong in ["", "-", "17", "feed-", "-17", "xyz-1", "feed-1-2", "fffffffffffffffff-1"] {
            assert_eq!(wrong.parse::<Position>(), Err(NotAPosition), "{wrong}");
        }
    }
}
