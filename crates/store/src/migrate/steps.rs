//! The steps from an empty database to today's schema. How to write one stands in CONTRIBUTING.md.

/// A step. One that has been released never changes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    /// `V2__what_it_is_about`; its number is the schema's version once the step is done.
    pub(crate) name: &'static str,
    /// The oldest schema version whose programs still work when the step is done: their nodes go on while it is done
    /// and may be started again afterwards, older ones are refused. Every step but the first, and those that take
    /// something away, says the version before its own at the latest.
    pub(crate) works_with: u32,
    /// What both databases do.
    pub(crate) both: &'static str,
    /// What only SQLite does then.
    pub(crate) sqlite: &'static str,
    /// What only PostgreSQL does then.
    pub(crate) postgres: &'static str,
}

/// All of them, in order.
pub(crate) const STEPS: &[Step] = &[Step {
    name: "V1__the_ticket_office_opens",
    works_with: 1,
    both: include_str!("../../migrations/V1__the_ticket_office_opens.sql"),
    sqlite: include_str!("../../migrations/sqlite_V1__merged_later.sql"),
    postgres: include_str!("../../migrations/postgres_V1__hot.sql"),
}];

/// The schema version of each release, oldest first. The newest schema must work with the last release's programs,
/// which a test sees to: so any two releases in a row run beside each other.
#[cfg(test)]
pub(super) const RELEASED: &[(&str, u32)] = &[];
