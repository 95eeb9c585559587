//! Benchmarks: `cargo bench -p houselights-benches`. Figures and how they were made stand in docs/PERFORMANCE.md.
