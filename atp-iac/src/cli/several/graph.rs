//! `graph --stacks`.

use super::Session;
use super::selection::Selection;
use crate::StackName;
use crate::cli::failure::{Failure, exit};

pub(super) fn graph(session: &Session<'_, '_>) -> Result<u8, Failure> {
    let Selection { graph, stacks } = Selection::find(session)?;
    let layer = |name: &StackName| session.workspace.program(&name.stack).map_or("", |program| program.layer);
    session.reporter().header_of_several(&stacks, session.workspace.cloud, &[]);
    session.reporter().stack_graph(&graph, &stacks, &layer);
    Ok(exit::DONE)
}
