//! Tests across crates: the binary under faults (`fault/`), under hard inputs (`hard/`), the shape of the workspace.

pub mod harness;
