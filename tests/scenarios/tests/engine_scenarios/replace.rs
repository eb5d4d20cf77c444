//! Replacing: which, in which order, and what goes along.
