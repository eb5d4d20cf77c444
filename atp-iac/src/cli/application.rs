//! What a binary hands to the command line.

use super::{ExtraCommand, ambient, arguments, execute, ports::Ports};
use crate::cloud::Clouds;
use crate::program::Program;
use crate::provider::Provider;
use crate::state::Backend;
use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

/// A command line for some stacks and some clouds.
#[derive(Clone)]
pub struct Application {
    pub(super) programs: &'static [Program],
    pub(super) clouds: Arc<dyn Clouds>,
    pub(super) extra: Vec<Arc<dyn ExtraCommand>>,
    pub(super) providers: Vec<Arc<dyn Provider>>,
    pub(super) backends: Vec<Arc<dyn Backend>>,
}

/// What a binary is made for, such as one environment and one stack. The rest is told by options.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fixed<'a> {
    /// The environment.
    pub environment: Option<&'a str>,
    /// The stack.
    pub program: Option<&'a str>,
}

impl Application {
    /// A command line for these stacks, deployed to these clouds.
    pub fn new(programs: &'static [Program], clouds: Arc<dyn Clouds>) -> Self {
        Application { programs, clouds, extra: Vec::new(), providers: Vec::new(), backends: Vec::new() }
    }

    /// With a command more. Its name must not be that of another: no command runs then.
    pub fn with_command(mut self, command: Arc<dyn ExtraCommand>) -> Self {
        self.extra.push(command);
        self
    }

    /// With a provider beside those of the cloud, whichever cloud that is: for resources that are in no cloud, or in
    /// one of your own. It takes the place of one of the same name.
    pub fn with_provider(mut self, provider: Arc<dyn Provider>) -> Self {
        self.providers.push(provider);
        self
    }

    /// With stores to keep states in, beside the folder of the project: for `--backend` and for `backend:` in `atp.yaml`.
    pub fn with_backend(mut self, backend: Arc<dyn Backend>) -> Self {
        self.backends.push(backend);
        self
    }

    /// All that can be typed, for documents and for completions.
    pub fn definition(&self) -> clap::Command {
        arguments::definition(&self.extra)
    }

    /// Runs this process: reads its arguments, and gives the code that it should exit with. See [`exit`](super::exit).
    pub fn run(&self, environment: Option<&str>, program: Option<&str>) -> ExitCode {
        ambient::run(self, Fixed { environment, program })
    }

    /// Runs one command line, the name of the binary first, with streams and everything else given from outside.
    /// Returns the exit code.
    pub async fn execute(
        &self,
        fixed: Fixed<'_>,
        arguments: impl IntoIterator<Item = OsString>,
        ports: Ports<'_>,
    ) -> u8 {
        execute::execute(self, fixed, arguments.into_iter().collect(), ports).await
    }
}

impl std::fmt::Debug for Application {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Application").field("programs", &self.programs).finish_non_exhaustive()
    }
}
