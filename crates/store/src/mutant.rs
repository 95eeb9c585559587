//! Faults that are built in on purpose, to see whether `cargo xtask fault --mutants` notices: with the feature
//! `fault-injection`, the one that `HOUSELIGHTS_MUTANT` names. Without the feature there is none, and nothing of it is
//! in the binary.

/// What is done wrong. Each stands in one file, where [`active`] is asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mutant {
    /// Everybody is answered before the commit, which does not come.
    AnswersFirst,
    /// A seat is claimed without a look at whether it is taken.
    ClaimsBlindly,
    /// SQLite: as `ClaimsBlindly`, and the claim is moved on from whatever it is: what the key was, where there is one.
    MovesBlindly,
    /// SQLite: a retry is carried out again, whatever was answered to its key.
    ForgetsKeys,
    /// PostgreSQL: seats are locked one by one, by some from the first to the last and by others from the last to the
    /// first.
    LocksUnsorted,
    /// A hold's deadline counts on when it has been paid.
    ExpiresPaid,
    /// PostgreSQL: a commit whose answer was lost is taken for one that was not made.
    DoubtsCommits,
    /// Whoever gives one seat of an order back frees the claims of all its seats.
    FreesOrder,
    /// PostgreSQL, a sale of one statement: a seat that is claimed is sold all the same, and stays whose it is, as if
    /// the statement said ON CONFLICT DO NOTHING.
    SellsTaken,
    /// PostgreSQL, a sale of one statement: answered when it is sent, whatever comes of it.
    SellsUnheard,
    /// PostgreSQL, a sale of one statement: holds the programme's count whatever it is by now.
    SellsByOldRules,
}

#[cfg(not(feature = "fault-injection"))]
pub(crate) const fn active(_: Mutant) -> bool {
    false
}

#[cfg(feature = "fault-injection")]
pub(crate) fn active(mutant: Mutant) -> bool {
    named() == Some(mutant)
}

/// Whether something is wrong with sales of one statement: then no lane is wary of them.
#[cfg(not(feature = "fault-injection"))]
pub(crate) const fn is_of_sales() -> bool {
    false
}

#[cfg(feature = "fault-injection")]
pub(crate) fn is_of_sales() -> bool {
    matches!(named(), Some(Mutant::SellsTaken | Mutant::SellsUnheard | Mutant::SellsByOldRules))
}

/// Whether something else is wrong: then such sales are left out, so that every sale meets it.
#[cfg(not(feature = "fault-injection"))]
pub(crate) const fn is_elsewhere() -> bool {
    false
}

#[cfg(feature = "fault-injection")]
pub(crate) fn is_elsewhere() -> bool {
    named().is_some() && !is_of_sales()
}

#[cfg(feature = "fault-injection")]
fn named() -> Option<Mutant> {
    use std::sync::LazyLock;

    static NAMED: LazyLock<Option<Mutant>> =
        LazyLock::new(|| match std::env::var("HOUSELIGHTS_MUTANT").ok()?.as_str() {
            "answers-first" => Some(Mutant::AnswersFirst),
            "claims-blindly" => Some(Mutant::ClaimsBlindly),
            "moves-blindly" => Some(Mutant::MovesBlindly),
            "forgets-keys" => Some(Mutant::ForgetsKeys),
            "locks-unsorted" => Some(Mutant::LocksUnsorted),
            "expires-paid" => Some(Mutant::ExpiresPaid),
            "doubts-commits" => Some(Mutant::DoubtsCommits),
            "frees-order" => Some(Mutant::FreesOrder),
            "sells-taken" => Some(Mutant::SellsTaken),
            "sells-unheard" => Some(Mutant::SellsUnheard),
            "sells-by-old-rules" => Some(Mutant::SellsByOldRules),
            _ => None,
        });
    *NAMED
}

#[cfg(all(feature = "fault-injection", not(debug_assertions)))]
compile_error!("`fault-injection` loses bookings on purpose: it is for debug builds under test only");
