//! How what is taken over differs from the program.

use super::look::Look;
use super::tree::tree;
use crate::plan::Operation;

/// What an `up` would do to it; nothing where the cloud has it as the program says.
pub(in crate::cli) fn differences(differences: &[Operation], look: Look<'_>) -> String {
    match differences {
        [] => String::new(),
        differences => format!(
            "\notherwise than the program says, and changed by the next `up`:\n{}",
            tree(differences, look)
        ),
    }
}
