//! Options that change what a plan is about, and what is done with it.

use super::failure::Failure;
use crate::engine::{Kind, UpdateOptions};
use crate::plan::{Pattern, Plan, Selection};

#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "What is meant, and what may happen")]
pub(super) struct Modifiers {
    /// Only these resources: a name such as `vault`, a pattern such as `vault/**`, or a URN; may be repeated.
    #[arg(long, value_name = "PATTERN", global = true)]
    pub target: Vec<Pattern>,
    /// With `--target`: also whatever depends on them.
    #[arg(long, global = true)]
    pub target_dependents: bool,
    /// Not these resources, and not what depends on them; may be repeated.
    #[arg(long, value_name = "PATTERN", global = true)]
    pub exclude: Vec<Pattern>,
    /// Replaces these resources though nothing forces it; may be repeated.
    #[arg(long, value_name = "PATTERN", global = true)]
    pub replace: Vec<Pattern>,
    /// What seems to be the same under another name, as the plan says, is: it is moved instead of deleted and created.
    #[arg(long, global = true)]
    pub accept_moves: bool,
    /// Whether what does not depend on a failure goes on after it; without it, `true`.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", global = true)]
    pub continue_on_error: Option<bool>,
    /// `destroy` and `refresh` run the program, too: for hooks around what is deleted, and for the outputs of the stack.
    #[arg(long, global = true)]
    pub run_program: bool,
    /// Refuses to go on, with the exit code 3, when there are changes.
    #[arg(long, global = true)]
    pub expect_no_changes: bool,
    /// With `--yes`: `up` may delete what holds data.
    #[arg(long, global = true)]
    pub allow_delete: bool,
    /// With `--yes`: `up` may replace what holds data.
    #[arg(long, global = true)]
    pub allow_replace: bool,
}

impl Modifiers {
    /// How to plan, for one stack or for several.
    pub fn apply(&self, options: UpdateOptions, several_stacks: bool) -> UpdateOptions {
        let selection = Selection {
            targets: self.target.clone(),
            target_dependents: self.target_dependents,
            excludes: self.exclude.clone(),
            several_stacks,
        };
        UpdateOptions {
            selection,
            replace: self.replace.clone(),
            accept_moves: self.accept_moves,
            run_program: self.run_program,
            stop_on_failure: self.continue_on_error == Some(false),
            ..options
        }
    }

    /// Whether the options fit each other and the command.
    ///
    /// # Errors
    /// Where one of them would have no effect, or could mean several things.
    pub fn check(&self, kind: Kind, several_stacks: bool) -> Result<(), Failure> {
        if self.target_dependents && self.target.is_empty() {
            return Err(Failure::usage(
                "`--target-dependents` is about targets, and there are none",
                "name them by `--target`",
            ));
        }
        if kind == Kind::Destroy && !self.replace.is_empty() {
            return Err(Failure::usage("a destroy replaces nothing", "leave `--replace` out"));
        }
        if kind == Kind::Destroy && self.accept_moves {
            return Err(Failure::usage("a destroy moves nothing", "leave `--accept-moves` out"));
        }
        if kind == Kind::Up && self.run_program {
            return Err(Failure::usage("this command always runs the program", "leave `--run-program` out"));
        }
        let mut named = self.target.iter().chain(&self.exclude).chain(&self.replace);
        match named.find(|pattern| several_stacks && !pattern.is_of_urns()) {
            Some(name) => Err(Failure::usage(
                format!("`{name}` can mean a resource in each of several stacks"),
                format!(
                    "write a pattern of URNs, such as `urn:atp:*:*:*::**::{name}`, or work on one `--stack`"
                ),
            )),
            None => Ok(()),
        }
    }

    /// What stands against carrying out these plans, besides what the plans say themselves.
    ///
    /// # Errors
    /// Changes that none were expected; data that would be lost though nobody was asked.
    pub fn accept<'p>(
        &self,
        plans: impl Iterator<Item = &'p Plan> + Clone,
        kind: Kind,
        unattended: bool,
    ) -> Result<(), Failure> {
        self.expect(plans.clone())?;
        if kind == Kind::Destroy || !unattended {
            return Ok(());
        }
        let losses = plans.flat_map(Plan::data_losses);
        let refused: Vec<_> = losses
            .filter(|loss| if loss.action.replaces() { !self.allow_replace } else { !self.allow_delete })
            .collect();
        let (Some(first), replaced) =
            (refused.first(), refused.iter().filter(|loss| loss.action.replaces()).count())
        else {
            return Ok(());
        };
        let names: Vec<String> = refused
            .iter()
            .map(|loss| {
                format!(
                    "`{}` ({})",
                    loss.urn.name(),
                    if loss.action.replaces() { "replace" } else { "delete" }
                )
            })
            .collect();
        let flags = match (replaced, refused.len() - replaced) {
            (_, 0) => "`--allow-replace`",
            (0, _) => "`--allow-delete`",
            _ => "`--allow-delete --allow-replace`",
        };
        let what = if refused.len() == 1 {
            first.urn.name().to_owned()
        } else {
            format!("{} resources", refused.len())
        };
        Err(Failure::refused(
            format!("data of {what} would be lost, and nobody is asked: {}", names.join(", ")),
            format!("say that it may: {flags}; or run without `--yes`, and answer"),
        ))
    }

    /// # Errors
    /// Changes that none were expected.
    pub fn expect<'p>(&self, mut plans: impl Iterator<Item = &'p Plan>) -> Result<(), Failure> {
        match self.expect_no_changes && plans.any(Plan::has_changes) {
            true => Err(Failure::refused(
                "there are changes, and none were expected",
                "it is told above what they are; leave `--expect-no-changes` out to have them",
            )),
            false => Ok(()),
        }
    }
}
