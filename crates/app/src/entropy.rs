//! Randomness, handed to whatever needs it.

use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::rand::SecureRandom;

use crate::error::{Error, Result};

/// A source of random bytes.
pub trait Entropy: Send + Sync + std::fmt::Debug {
    /// Fills the buffer; fails only when the operating system has no randomness to give.
    fn fill(&self, buffer: &mut [u8]) -> Result<()>;
}

/// The operating system's cryptographic randomness.
#[derive(Debug)]
pub struct SystemEntropy(aws_lc_rs::rand::SystemRandom);

impl Default for SystemEntropy {
    #[expect(clippy::disallowed_methods, reason = "the one place where the machine's randomness is opened")]
    fn default() -> Self {
        Self(aws_lc_rs::rand::SystemRandom::new())
    }
}

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) -> Result<()> {
        self.0.fill(buffer).map_err(|_| Error::Bug("the operating system gave no random bytes".into()))
    }
}

/// The same bytes in every run, never twice in one: for tests only.
#[derive(Debug, Default)]
pub struct CountingEntropy(AtomicU64);

impl Entropy for CountingEntropy {
    fn fill(&self, buffer: &mut [u8]) -> Result<()> {
        for chunk in buffer.chunks_mut(8) {
            let number = self.0.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            chunk.copy_from_slice(&number.to_be_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}
