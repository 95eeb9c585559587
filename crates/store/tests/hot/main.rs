//! The hot path's promises, on every database there is. A promise is a function over an open database; `on_each!`
//! runs it on each.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop at any fault")]
#![expect(clippy::panic, reason = "helpers of tests stop at any fault")]

mod claim_tail;
mod fixture;
mod idempotency;
mod model;
mod nodes;
mod promises;
mod proxy;
mod short;
mod standbys;
mod user_index;

#[path = "../kit/mod.rs"]
mod kit;

macro_rules! on_each {
    ($($module:ident :: $promise:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $promise() {
                let folder = tempfile::tempdir().unwrap();
                let db = crate::kit::sqlite(folder.path()).await;
                crate::$module::$promise(crate::fixture::House::on(db).await).await;
            })+
        }

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $promise() {
                let database = crate::kit::postgres();
                let db = crate::kit::open(&database).await;
                crate::$module::$promise(crate::fixture::House::on(db).await).await;
            })+
        }
    };
}

on_each! {
    promises::a_seat_is_sold_once,
    promises::several_seats_are_sold_all_or_none_and_every_seat_in_the_way_is_named,
    promises::a_hold_is_taken_over_on_its_very_microsecond_and_not_before,
    promises::a_cancelled_seat_is_free_at_once_and_only_its_owner_or_staff_may_cancel,
    promises::a_confirmed_hold_never_lapses,
    promises::an_order_lives_until_its_last_seat_is_given_back,
    promises::a_show_that_changed_since_the_quote_is_refused,
    promises::a_refusal_writes_nothing,
    promises::one_command_that_fails_does_not_take_the_batch_with_it,
    promises::a_tampered_ledger_is_found,
    idempotency::the_first_answer_is_replayed_for_a_day,
    idempotency::a_key_belongs_to_its_caller_and_route_and_to_one_request,
    user_index::a_user_sees_bookings_newest_first,
}
