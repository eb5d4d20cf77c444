//! Errors.

use super::look::{Colour, Look, hang};
use crate::cli::failure::Failure;
use std::fmt::Write as _;

/// An error with its causes and the way out.
pub(in crate::cli) fn failure(failure: &Failure, look: Look) -> String {
    let mut text = String::new();
    let mut messages = failure.messages().into_iter();
    let sign = look.paint(Colour::Red, "error:");
    let first = messages.next().unwrap_or_default();
    let _ = writeln!(text, "{sign} {}", aligned(&first));
    for cause in messages {
        let _ = writeln!(text, "  because: {}", hang(&cause, "    "));
    }
    if let Some(hint) = failure.hint() {
        let _ = writeln!(text, "  way out: {}", hang(&hint, "    "));
    }
    text
}

/// Lines that are not further in already are brought under the first.
fn aligned(message: &str) -> String {
    let lines: Vec<String> = hang(message, "")
        .lines()
        .enumerate()
        .map(|(index, line)| match index > 0 && !line.starts_with(' ') {
            true => format!("       {line}"),
            false => line.to_owned(),
        })
        .collect();
    lines.join("\n")
}
