//! What the cloud remembers of a deployment besides what GET shows.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::tokens::Claims;

/// What the cloud remembers of a deployment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub template: Value,
    /// The values of all parameters.
    pub parameters: Map<String, Value>,
    /// Whether what the template lacks is deleted from the group.
    pub complete: bool,
    /// The operation that runs it.
    pub operation: String,
    /// When it started, in milliseconds since 1970.
    pub started: i64,
    pub steps: Vec<Step>,
    /// Who asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<Claims>,
}

/// One resource of a template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Step {
    pub id: String,
    pub type_name: String,
    /// The name as the template has it: `parent/child`.
    pub name: String,
    /// The symbolic name, or the name of the loop that the resource is from; may be empty.
    pub symbol: String,
    pub api_version: String,
    /// The resource in the template, with its expressions.
    pub resource: Value,
    /// The loops that it is from, with the number of the turn.
    pub copies: Vec<(String, i64)>,
    /// The steps that have to be done before.
    pub depends: Vec<usize>,
    pub state: StepState,
    /// The operation that creates it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// When it started or, while it waits, when it may be tried again.
    pub started: i64,
    pub ended: i64,
    /// Status code of the answer.
    pub status: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum StepState {
    /// Its condition is false.
    Skipped,
    /// It is there already, and only named.
    Existing,
    Waiting,
    Running,
    Succeeded,
    Failed,
}

impl StepState {
    /// Whether those that depend on it may begin.
    pub fn is_done(self) -> bool {
        matches!(self, StepState::Skipped | StepState::Existing | StepState::Succeeded)
    }
}

impl Step {
    /// Whether a text in `dependsOn` or `reference` means this resource.
    pub fn is_called(&self, text: &str) -> bool {
        let last = self.name.rsplit('/').next().unwrap_or_default();
        let typed = || format!("{}/{}", self.type_name, self.name);
        self.id.eq_ignore_ascii_case(text)
            || self.symbol.eq_ignore_ascii_case(text) && !text.is_empty()
            || self.name.eq_ignore_ascii_case(text)
            || last.eq_ignore_ascii_case(text)
            || typed().eq_ignore_ascii_case(text)
    }
}
