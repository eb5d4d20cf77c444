//! Creating, updating, and leaving alone.
