//! Asks whether to go on.

use super::arguments::Options;
use super::failure::Failure;
use super::ports::{Answer, Terminal};
use super::reporter::Reporter;

/// Whether the user wants it; `--yes` says so without a question.
///
/// # Errors
/// When the answer is not yes, or nobody can be asked. `what` completes the sentence "nobody can be asked whether to ..".
pub(super) fn confirm(
    reporter: &mut Reporter<'_>,
    options: &Options,
    terminal: Terminal,
    ask: &mut (dyn FnMut() -> Answer + Send),
    (question, what): (&str, &str),
) -> Result<(), Failure> {
    if options.yes {
        return Ok(());
    }
    if options.json || !terminal.input || !terminal.error {
        return Err(Failure::refused(
            format!("nobody can be asked whether to {what}"),
            "look at the plan, then run again with `--yes`",
        ));
    }
    reporter.question(&format!("{question} [y/N]"));
    match ask() {
        Answer::Line(line) if matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes") => Ok(()),
        Answer::Line(_) => Err(not_yes()),
        Answer::End => {
            reporter.end_line();
            Err(not_yes())
        }
        Answer::Interrupted => {
            reporter.end_line();
            Err(Failure::Interrupted)
        }
    }
}

fn not_yes() -> Failure {
    Failure::refused("the answer was not yes: nothing was done", "answer `y`, or run with `--yes`")
}
