use std::time::Duration;

use super::*;

#[test]
fn what_was_saved_and_cannot_be_read_is_never_called_not_done() {
    let away = Problem::new(Code::DatabaseAway, "").retry_after(Duration::from_secs(2)).with_fault("reset");
    let told = away.after_change("Show 7");
    assert_eq!((told.code(), told.status()), (Code::OutcomeUnknown, StatusCode::SERVICE_UNAVAILABLE));
    assert!(told.detail.starts_with("Show 7 was saved"), "{}", told.detail);
    assert_eq!((told.retry_after, told.fault.as_deref()), (Some(2), Some("reset")));
}
