//! How a stack stands.

use crate::StackName;
use crate::engine::{Engine, EngineError};
use crate::program::Program;
use crate::state::{Holder, LastUpdate, StateView};
use time::OffsetDateTime;

/// How a stack stands.
#[derive(Debug, Clone)]
pub struct Status {
    /// Which.
    pub stack: StackName,
    /// Whether there is anything of it.
    deployed: bool,
    /// How many resources it has.
    pub resources: usize,
    /// How many calls of an earlier run have no result: the next run looks up what became of them.
    pub open: usize,
    /// The last update that changed something.
    pub last: Option<LastUpdate>,
    /// The contract of its outputs, as it is deployed; `None` where it never was as a whole.
    pub contract: Option<u64>,
    /// Whether the program of today has another contract than the deployed one.
    pub is_outdated: bool,
    /// The stacks that refer to it, and were compiled against another contract than the deployed one.
    pub outdated_for: Vec<&'static str>,
    /// Who holds its lock.
    pub holder: Option<Holder>,
    /// How many of its resources were changed outside; `None` where nobody looked.
    pub drifted: Option<usize>,
}

/// When a stack was updated last, or, where its state does not say that, when something of it was changed.
pub fn updated(view: &StateView) -> Option<OffsetDateTime> {
    let changed = || view.resources().map(|resource| resource.modified).max();
    view.last_update().map(|update| update.at).or_else(changed)
}

impl Status {
    /// Whether there is anything of it.
    pub fn is_deployed(&self) -> bool {
        self.deployed
    }

    /// Reads how a stack stands. With `drift`, reads the cloud, for which the engine has to have it.
    ///
    /// # Errors
    /// When the state, the lock or the cloud cannot be read.
    pub async fn read(
        engine: &Engine,
        stack: &StackName,
        programs: &[Program],
        drift: bool,
    ) -> Result<Self, EngineError> {
        let view = engine.state(stack).await?;
        let there = view.as_ref().filter(|view| !view.is_empty() || !view.outputs().is_empty());
        let contract = there.map(|view| view.contract()).filter(|contract| *contract != 0);
        let program = programs.iter().find(|program| program.name == stack.stack);
        let differs = |compiled: u64| contract.is_some_and(|deployed| deployed != compiled);
        let reads_another = |program: &&Program| {
            let mut references = program.references.iter();
            references.any(|reference| reference.stack == stack.stack && differs(reference.contract))
        };
        Ok(Status {
            stack: stack.clone(),
            deployed: there.is_some(),
            resources: there.map_or(0, |view| view.resources().len()),
            open: there.map_or(0, |view| view.pending().count()),
            last: view.as_ref().and_then(StateView::last_update).cloned(),
            contract,
            is_outdated: program.is_some_and(|program| differs(program.contract)),
            outdated_for: programs.iter().filter(reads_another).map(|program| program.name).collect(),
            holder: engine.holder_of(stack).await?,
            drifted: if drift && there.is_some() { Some(engine.drifted(stack).await?) } else { None },
        })
    }
}
