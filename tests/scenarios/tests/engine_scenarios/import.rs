//! Taking over what is there.
