//! The cold path: portable queries, one file a subject.
