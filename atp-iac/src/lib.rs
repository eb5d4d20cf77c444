//! Infrastructure as ordinary Rust programs: the engine, the typed DSL and the command line.
