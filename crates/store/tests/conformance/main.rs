//! Every public function of the store, on every database: one file a subject, whose tests take a [`Db`] and know
//! nothing of which one it is. A new subject is a module here and a line in the list below.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should end there")]

mod bells;
mod leases;
mod programme;
mod sessions;
mod users;

#[path = "../kit/mod.rs"]
mod kit;

/// Runs each test on a fresh database of each kind.
macro_rules! on_every_database {
    ($($subject:ident: $($test:ident),+ $(,)?);+ $(;)?) => {
        mod sqlite {
            $(mod $subject {
                $(#[tokio::test]
                async fn $test() {
                    let folder = tempfile::tempdir().unwrap();
                    let db = crate::kit::sqlite(folder.path()).await;
                    crate::$subject::$test(&db).await;
                })+
            })+
        }

        mod postgres {
            $(mod $subject {
                $(#[tokio::test]
                async fn $test() {
                    let database = crate::kit::postgres();
                    let db = crate::kit::open(&database).await;
                    crate::$subject::$test(&db).await;
                })+
            })+
        }
    };
}

on_every_database! {
    leases: a_word_is_replaced_by_who_knows_it_and_nobody_else;
    programme: a_cinema_is_added_changed_and_deleted, a_screen_gets_versions_of_its_layout,
        a_screen_is_changed_and_deleted, a_movie_is_added_changed_and_deleted,
        a_show_is_added_changed_called_off_and_deleted, tickets_are_live_until_their_deadline_and_history_for_ever,
        two_shows_that_need_one_screen_are_found, shows_to_come_are_read_soonest_first;
    users: a_user_is_stored_and_found, a_name_is_given_once, pages_follow_each_other, changes_are_kept,
        a_hash_is_replaced_only_if_it_is_the_one_expected, a_login_counts_only_for_the_password_that_was_checked;
    sessions: a_refresh_token_is_taken_once, an_expired_session_takes_nothing, a_revoked_session_takes_nothing,
        all_sessions_of_one_user_end, revocations_are_read_page_by_page, a_purge_takes_a_slice_of_the_expired,
        a_browser_s_session_is_found_by_its_proof_and_prolonged;
}
