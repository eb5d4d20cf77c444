//! The same resources in Terraform, or in OpenTofu: `terraform_data`, which is in the program itself. It downloads no
//! provider and calls nothing, so that what is measured is the engine.

mod configuration;
mod state;

use super::measure::{Measured, measure};
use super::phase::Phase;
use super::shape::Shape;
use anyhow::{Context, ensure};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A program that runs configurations of Terraform.
pub struct Terraform {
    program: &'static str,
    /// Its name and version.
    pub version: String,
}

/// A configuration of so many resources, in a folder.
pub struct Workspace<'t> {
    terraform: &'t Terraform,
    folder: PathBuf,
    shape: Shape,
    n: u32,
    parallel: usize,
}

impl Terraform {
    /// The first of `terraform` and `tofu` that can be started.
    pub fn find() -> Option<Terraform> {
        ["terraform", "tofu"].into_iter().find_map(|program| {
            let output = Command::new(program).arg("version").stderr(Stdio::null()).output().ok()?;
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let version = text.lines().find(|line| line.contains(" v"))?.to_owned();
            Some(Terraform { program, version })
        })
    }

    /// A workspace without a state.
    ///
    /// # Errors
    /// When its files cannot be written, or it cannot be initialised.
    pub fn workspace(
        &self,
        folder: &Path,
        shape: Shape,
        n: u32,
        parallel: usize,
    ) -> anyhow::Result<Workspace<'_>> {
        let workspace = Workspace { terraform: self, folder: folder.to_owned(), shape, n, parallel };
        std::fs::write(workspace.settings(), "")?;
        workspace.configure(false)?;
        let output = workspace.command(&["init", "-input=false", "-no-color"]).output();
        let output = output.with_context(|| self.program)?;
        ensure!(output.status.success(), "init: {}", String::from_utf8_lossy(&output.stderr));
        Ok(workspace)
    }
}

impl Workspace<'_> {
    /// Runs a phase, with a limit in seconds.
    ///
    /// # Errors
    /// When it fails, or does not do what it should.
    pub fn run(&self, phase: Phase, limit: u64) -> anyhow::Result<Measured> {
        self.configure(phase.is_changed())?;
        let parallel = format!("-parallelism={}", self.parallel);
        let (arguments, exit): (&[&str], i32) = match phase {
            // With this option, 2 is the exit code of a plan that has changes.
            Phase::PlanEmpty | Phase::PlanOneChanged => (&["plan", "-detailed-exitcode"], 2),
            Phase::PlanNoop => (&["plan", "-detailed-exitcode"], 0),
            Phase::Apply | Phase::ApplyOneChanged => (&["apply", "-auto-approve"], 0),
            Phase::Destroy => (&["destroy", "-auto-approve"], 0),
        };
        let mut command = self.command(arguments);
        command.args(["-no-color", "-input=false", &parallel]);
        let measured = measure(&command, limit)?;
        let as_expected = measured.exit.is_none_or(|found| found == exit);
        ensure!(as_expected, "{} {} ended with {:?}", self.terraform.program, phase.name(), measured.exit);
        Ok(measured)
    }

    /// Puts the state in place that an apply would have left, had it come to its end. Says whether it did: not where the
    /// state is too large.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn prepare_state(&self) -> anyhow::Result<bool> {
        let Some(state) = state::after_apply(self.shape, self.n)? else { return Ok(false) };
        let lock = self.folder.join(".terraform.tfstate.lock.info");
        if lock.exists() {
            std::fs::remove_file(lock)?;
        }
        std::fs::write(self.state_file(), state)?;
        Ok(true)
    }

    /// Bytes of the state.
    ///
    /// # Errors
    /// When there is none.
    pub fn state_bytes(&self) -> anyhow::Result<u64> {
        Ok(std::fs::metadata(self.state_file())?.len())
    }

    fn configure(&self, changed: bool) -> anyhow::Result<()> {
        let text = configuration::configuration(self.shape, self.n, changed);
        Ok(std::fs::write(self.folder.join("main.tf"), text)?)
    }

    fn state_file(&self) -> PathBuf {
        self.folder.join("terraform.tfstate")
    }

    fn settings(&self) -> PathBuf {
        self.folder.join("settings.tfrc")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.terraform.program);
        command.args(arguments).current_dir(&self.folder);
        command.env("TF_CLI_CONFIG_FILE", self.settings()).env("TF_IN_AUTOMATION", "1");
        command.env("CHECKPOINT_DISABLE", "1");
        command
    }
}
