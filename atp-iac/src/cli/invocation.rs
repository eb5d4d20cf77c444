//! What a command of a binary's own works with.

use super::arguments::Options;
use super::confirm::confirm;
use super::failure::Failure;
use super::interruptible::{interruptible, stop};
use super::ports::{Answer, Press, Terminal};
use super::reporter::Reporter;
use super::target::Target;
use super::workspace::Workspace;
use crate::apply::Interrupt;
use crate::cloud::Cloud;
use crate::config::{COMMON, ConfigTree};
use crate::ports::Clock;
use crate::program::Program;
use crate::project::Project;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// One call of an [`ExtraCommand`](super::ExtraCommand): the project, the global options, and the streams.
pub struct Invocation<'i> {
    workspace: &'i Workspace<'i>,
    // Without the types in it, an invocation can be lent for a shorter time.
    console: &'i dyn Console,
    interrupt: Interrupt,
    working: AtomicBool,
}

/// Where a command prints and asks.
pub(super) trait Console: Send + Sync {
    fn data(&self, text: &str);
    fn note(&self, text: &str);
    fn confirm(&self, options: &Options, question: &str, what: &str) -> Result<(), Failure>;
    fn stop(&self, interrupt: &Interrupt, count: u32) -> Press;
}

/// The streams of a run.
pub(super) struct Streams<'r, 'p> {
    pub reporter: &'r Mutex<Reporter<'p>>,
    pub terminal: Terminal,
    pub ask: Mutex<&'r mut (dyn FnMut() -> Answer + Send)>,
}

impl<'p> Streams<'_, 'p> {
    fn reporter(&self) -> MutexGuard<'_, Reporter<'p>> {
        self.reporter.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Console for Streams<'_, '_> {
    fn data(&self, text: &str) {
        self.reporter().data(text);
    }

    fn note(&self, text: &str) {
        self.reporter().note(text);
    }

    fn confirm(&self, options: &Options, question: &str, what: &str) -> Result<(), Failure> {
        let mut ask = self.ask.lock().unwrap_or_else(PoisonError::into_inner);
        confirm(&mut self.reporter(), options, self.terminal, &mut **ask, (question, what))
    }

    fn stop(&self, interrupt: &Interrupt, count: u32) -> Press {
        stop(&mut self.reporter(), interrupt, count)
    }
}

impl<'i> Invocation<'i> {
    pub(super) fn new(workspace: &'i Workspace<'i>, console: &'i dyn Console) -> Self {
        Invocation { workspace, console, interrupt: Interrupt::default(), working: AtomicBool::new(false) }
    }

    /// Runs a command, and listens to Ctrl-C meanwhile.
    pub(super) async fn run(
        &self,
        command: impl Future<Output = Result<u8, Failure>>,
        mut presses: watch::Receiver<u32>,
    ) -> Result<u8, Failure> {
        let on_press = |count| match self.working.load(Ordering::Relaxed) {
            false => Press::Leave,
            true => self.console.stop(&self.interrupt, count),
        };
        interruptible(&mut presses, command, on_press).await
    }

    /// The stacks of this binary.
    pub fn programs(&self) -> &'static [Program] {
        self.workspace.application.programs
    }

    /// The project.
    pub fn project(&self) -> &Project {
        &self.workspace.project
    }

    /// The cloud that `--cloud` or the project names.
    pub fn cloud(&self) -> Cloud {
        self.workspace.cloud
    }

    /// The environment that `--environment` names, or the only one.
    ///
    /// # Errors
    /// When there are several and none is named, or there is no such one.
    pub fn environment(&self) -> Result<&str, Failure> {
        self.workspace.environment()
    }

    /// The region that `--region` names, or the primary one of the environment.
    ///
    /// # Errors
    /// When the environment does not have it.
    pub fn region(&self, environment: &str) -> Result<String, Failure> {
        self.workspace.region(environment)
    }

    /// The stack that `--stack` names, if it is given or the binary is for one only.
    pub fn stack(&self) -> Option<&str> {
        match self.workspace.options.stack.as_slice() {
            [one] => Some(one),
            _ => self.workspace.fixed.program,
        }
    }

    /// A stack of any environment and region: its configuration, and an engine for it.
    ///
    /// # Errors
    /// When there is no such environment, region or stack.
    pub fn target(&self, environment: &str, region: &str, stack: &str) -> Result<Target<'_>, Failure> {
        self.workspace.target_of(environment, region, self.workspace.program(stack)?)
    }

    /// What `common` says in the configuration of an environment and region, for values that no stack knows. Encrypted ones
    /// stay closed.
    ///
    /// # Errors
    /// When there is no such environment or region; everything that is wrong with the files.
    pub fn common(&self, environment: &str, region: &str) -> Result<ConfigTree, Failure> {
        let stacks: Vec<&str> = self.programs().iter().map(|program| program.name).collect();
        let Workspace { project, files, .. } = self.workspace;
        Ok(project.load_config(*files, environment, region, COMMON, &stacks)?)
    }

    /// Whether `--yes` was given.
    pub fn yes(&self) -> bool {
        self.workspace.options.yes
    }

    /// Whether `--json` was given: data are then events, one on a line, and notes are not printed.
    pub fn json(&self) -> bool {
        self.workspace.options.json
    }

    /// Whether `--refresh` was given.
    pub fn refresh(&self) -> bool {
        self.workspace.options.refresh
    }

    /// Whether `--verbose` was given.
    pub fn verbose(&self) -> bool {
        self.workspace.options.verbose
    }

    /// The time.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.workspace.clock
    }

    /// Prints data, as it is.
    pub fn data(&self, text: &str) {
        self.console.data(text);
    }

    /// Prints a line for people.
    pub fn note(&self, text: &str) {
        self.console.note(text);
    }

    /// Goes on if the user says yes to a question such as `Fail over?`, or said `--yes`. `what` says the same as in
    /// "nobody can be asked whether to fail over".
    ///
    /// # Errors
    /// When the answer is not yes, or nobody can be asked.
    pub fn confirm(&self, question: &str, what: &str) -> Result<(), Failure> {
        self.console.confirm(self.workspace.options, question, what)
    }

    /// What Ctrl-C raises from now on, for work that must not be cut off in the middle. Before this is asked for, Ctrl-C
    /// ends the command.
    pub fn interrupt(&self) -> &Interrupt {
        self.working.store(true, Ordering::Relaxed);
        &self.interrupt
    }
}

impl std::fmt::Debug for Invocation<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Invocation").field("project", &self.workspace.project).finish_non_exhaustive()
    }
}
