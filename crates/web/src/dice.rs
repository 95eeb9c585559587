//! Dice that always fall alike: for drawings and made-up people, never for anything that must not be guessed.

/// Dice whose throws follow from a text (FNV-1a), the same on every machine and in every release: a film's
/// poster stays what it is, and the demo's customers buy what they bought.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The dice of a text.
    pub fn of(text: &str) -> Self {
        let seed = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Self(text.bytes().fold(0xcbf2_9ce4_8422_2325, seed))
    }

    /// What tells these dice from others.
    pub const fn mark(&self) -> u64 {
        self.0
    }

    /// A number below `sides` (`SplitMix64`).
    pub fn throw(&mut self, sides: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u32::try_from((z >> 32) % u64::from(sides.max(1))).unwrap_or(0)
    }

    /// A number from `from` to `to`.
    pub fn between(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * f64::from(self.throw(1_001)) / 1_000.0
    }

    /// One of several.
    pub fn one_of<T: Copy>(&mut self, choice: &[T]) -> Option<T> {
        let at = self.throw(u32::try_from(choice.len()).unwrap_or(1));
        choice.get(at as usize).copied()
    }
}
