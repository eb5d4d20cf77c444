//! Several stacks at once: which refers to which, one preview of all, and updates in the order of their references.
//!
//! It is a client of the [`engine`](crate::engine), which knows one stack at a time; the command line is one of its own
//! clients, and so is every tool that embeds it.
//!
//! Invariant: a stack is updated when every stack that it refers to is done, and destroyed when every stack that refers
//! to it is gone.
//! Invariant: what is carried out is within what the preview showed. A stack whose plan has moved is refused.
//! Absent: a lock over several stacks. Each is locked while it is updated, and no longer.

mod affected;
mod graph;
mod instances;
mod preview;
mod status;
#[cfg(test)]
mod tests;
mod update;

pub use affected::{Changes, Owner, owner};
pub use graph::{Graph, GraphError, references};
pub use instances::{Instance, instances};
pub use preview::{Forecast, PreviewError, Trouble};
pub use status::{Status, updated};
pub use update::{Ended, Limits, Obstacle, Outcome, Told};

use crate::StackName;
use crate::engine::{Deployment, Engine};
use crate::ports::Clock;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The stacks to work on, among those that there are.
#[derive(Clone)]
pub struct Estate {
    graph: Graph,
    members: BTreeMap<StackName, Member>,
    clock: Arc<dyn Clock>,
}

/// A stack to work on, and the engine with the cloud that it is deployed to.
#[derive(Clone)]
pub struct Member {
    /// The stack.
    pub deployment: Deployment,
    /// Its engine.
    pub engine: Engine,
}

impl Estate {
    /// Of all stacks that there are, those to work on. A member that the graph does not have is left out.
    pub fn new(graph: Graph, members: Vec<Member>, clock: Arc<dyn Clock>) -> Self {
        let members = members.into_iter().map(|member| (member.deployment.name().clone(), member));
        Estate { graph, members: members.collect(), clock }
    }

    /// The stacks to work on, each after those that it refers to.
    pub fn stacks(&self) -> impl DoubleEndedIterator<Item = &StackName> {
        self.graph.order().iter().filter(|name| self.members.contains_key(*name))
    }
}

impl std::fmt::Debug for Estate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Estate").field("stacks", &self.stacks().collect::<Vec<_>>()).finish_non_exhaustive()
    }
}
