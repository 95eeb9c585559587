//! Rows of a tail on their way into their table: sorted once, written a slice at a time.

/// Rows written in one transaction.
const SLICE: usize = 2_000;
/// A tail of fewer rows is left for later.
pub(super) const WORTH_IT: usize = 512;

/// A merge under way.
#[derive(Debug)]
pub(super) struct Merge<T> {
    sorted: Vec<T>,
    done: usize,
    up_to: i64,
}

impl<T: Clone> Merge<T> {
    /// Of all rows up to a mark.
    pub(super) const fn of(sorted: Vec<T>, up_to: i64) -> Self {
        Self { sorted, done: 0, up_to }
    }

    /// The next slice; with the last one comes the mark up to which the table is then complete.
    pub(super) fn slice(&self) -> (Vec<T>, Option<i64>) {
        let end = (self.done + SLICE).min(self.sorted.len());
        (self.sorted[self.done..end].to_vec(), (end == self.sorted.len()).then_some(self.up_to))
    }

    /// So many rows of the slice are in the table.
    pub(super) const fn written(&mut self, rows: usize) {
        self.done += rows;
    }
}
