//! Plans, saved and not, against what is there by now.
