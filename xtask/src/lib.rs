//! Tasks of this repository: generate, bench.
