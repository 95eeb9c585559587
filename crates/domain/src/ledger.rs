//! The append-only record of every change of a seat's owner, and the chain that makes it tamper-evident.

use sha2::{Digest, Sha256};

use crate::{
    ids::{BookingId, OrderId, ShowId, UserId},
    layout::SeatNumber,
    time::UtcMicros,
};

/// A SHA-256 link of the chain.
pub type Hash = [u8; 32];

/// What the first entry of a lane is chained to.
pub const GENESIS: Hash = [0; 32];

/// What happened to a seat; the number is what is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LedgerAction {
    /// Kept for an order until a deadline.
    Held = 1,
    /// Sold to an order.
    Sold = 2,
    /// Given back.
    Released = 3,
    /// Lost by an order whose hold ran out.
    Expired = 4,
}

impl LedgerAction {
    /// The stored number's meaning.
    pub const fn from_number(number: i64) -> Option<Self> {
        match number {
            1 => Some(Self::Held),
            2 => Some(Self::Sold),
            3 => Some(Self::Released),
            4 => Some(Self::Expired),
            _ => None,
        }
    }
}

/// One change of one seat's owner: who did what, when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerEntry {
    /// Which writer wrote it; each lane is a chain of its own.
    pub lane: i64,
    /// 1, 2, 3... within the lane.
    pub seq: i64,
    /// When.
    pub at: UtcMicros,
    /// Who did it.
    pub actor: UserId,
    /// What.
    pub action: LedgerAction,
    /// The show.
    pub show: ShowId,
    /// The seat.
    pub seat: SeatNumber,
    /// The claim's version after the change: a seat's history is totally ordered by it.
    pub version: i64,
    /// The order that gained or lost the seat.
    pub order: OrderId,
    /// The booking that gained or lost the seat.
    pub booking: BookingId,
}

impl LedgerEntry {
    /// SHA-256 over the previous link and every field, each as eight big-endian bytes in declaration order.
    pub fn hash(&self, previous: &Hash) -> Hash {
        let fields: [i64; 10] = [
            self.lane,
            self.seq,
            self.at.0,
            self.actor.0,
            self.action as i64,
            self.show.0,
            i64::from(self.seat.0),
            self.version,
            self.order.0,
            self.booking.0,
        ];
        let mut message = [0_u8; 32 + 80];
        message[..32].copy_from_slice(previous);
        for (slot, field) in message[32..].chunks_exact_mut(8).zip(fields) {
            slot.copy_from_slice(&field.to_be_bytes());
        }
        Sha256::digest(message).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry(fields: [i64; 6]) -> LedgerEntry {
        LedgerEntry {
            lane: 1,
            seq: fields[0],
            at: UtcMicros(fields[1]),
            actor: UserId(fields[2]),
            action: LedgerAction::Sold,
            show: ShowId(fields[3]),
            seat: SeatNumber(7),
            version: fields[4],
            order: OrderId(fields[5]),
            booking: BookingId(9),
        }
    }

    proptest! {
        #[test]
        fn a_change_of_any_field_or_of_the_past_changes_the_link(
            fields: [i64; 6], field in 0..6_usize, delta in 1..i64::MAX, previous: Hash, other: Hash,
        ) {
            let mut changed = fields;
            changed[field] = changed[field].wrapping_add(delta);
            prop_assert_ne!(entry(fields).hash(&previous), entry(changed).hash(&previous));
            if previous != other {
                prop_assert_ne!(entry(fields).hash(&previous), entry(fields).hash(&other));
            }
        }
    }
}
