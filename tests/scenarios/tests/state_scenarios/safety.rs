//! What is written, when, and what stands against losing it.
