//! Steps of releases to come, made up. Tests of the store know of them, and so does a program that is built with
//! `fault-injection` and told so: `cargo xtask upgrade` puts nodes of such a program beside today's.

use super::steps::Step;

/// Adds to every table that is written while seats are sold, as a step does that works with the version before.
pub(crate) const EXPANDS: Step = Step {
    name: "V2__expands",
    works_with: 1,
    both: "ALTER TABLE claims ADD COLUMN colour TEXT NOT NULL DEFAULT 'red';
           ALTER TABLE orders ADD COLUMN note TEXT;
           ALTER TABLE bookings ADD COLUMN gift BIGINT NOT NULL DEFAULT 0;
           ALTER TABLE ledger ADD COLUMN reason TEXT;
           ALTER TABLE idempotency ADD COLUMN node TEXT;
           ALTER TABLE shows ADD COLUMN rating BIGINT NOT NULL DEFAULT 0;
           CREATE TABLE gifts (id {id}, booking_id BIGINT NOT NULL);
           CREATE INDEX orders_by_show ON orders (show_id);",
    sqlite: "ALTER TABLE user_bookings ADD COLUMN seen BIGINT NOT NULL DEFAULT 0;",
    postgres: "ALTER TABLE lanes ADD COLUMN node TEXT;",
};

/// Takes something away that only the first version used.
pub(crate) const CONTRACTS: Step =
    Step { name: "V3__contracts", works_with: 2, both: "DROP INDEX shows_by_movie;", sqlite: "", postgres: "" };

/// Today's steps, and as many of those to come as `HOUSELIGHTS_STEPS_TO_COME` names: `expands` one, `contracts` both.
#[cfg(feature = "fault-injection")]
pub(super) fn known() -> &'static [Step] {
    use std::sync::LazyLock;

    static KNOWN: LazyLock<Vec<Step>> = LazyLock::new(|| {
        let more: &[Step] = match std::env::var("HOUSELIGHTS_STEPS_TO_COME").as_deref() {
            Ok("expands") => &[EXPANDS],
            Ok("contracts") => &[EXPANDS, CONTRACTS],
            _ => &[],
        };
        [super::STEPS, more].concat()
    });
    &KNOWN
}
