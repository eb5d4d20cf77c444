//! Replacements that failed or were cut off.
