//! What a crash left open.
