//! Tests across crates: the HTTP API as clients see it (`api/`), the binary under faults (`fault/`), the shape of the workspace.
