//! A resource that goes from one stack to another.
//!
//! Invariant: it is in the one state before it leaves the other. Cut off between, it is in both: the same command again
//! ends it.

use super::change::{Changed, present, refused, settled};
use super::undo::Other;
use super::{Engine, EngineError};
use crate::state::{Closed, Record, ResourceState, StateSession, StateView, keep_backup};
use crate::{StackName, Urn};

/// What the states are told.
struct Transfer {
    added: Vec<Record>,
    removed: Vec<Record>,
    messages: Vec<String>,
}

impl Engine {
    /// Moves a resource to the state of another stack, under both locks.
    ///
    /// # Errors
    /// When there is no such resource, a call for it is open, its name is taken there, or a stack is locked.
    pub async fn move_to_stack(
        &self,
        from: &StackName,
        urn: &Urn,
        to: &StackName,
    ) -> Result<Changed, EngineError> {
        if from == to {
            return refused(format!("{urn} is in {to} already"));
        }
        // Whoever wants both locks takes them in one order.
        let mut sessions = Vec::new();
        let mut names = [from, to];
        names.sort();
        for name in names {
            match self.open_for(name, "state move").await {
                Ok(session) => sessions.push(session),
                Err(error) => {
                    for session in &sessions {
                        // The first error is the one to report.
                        let _ = self.close(session).await;
                    }
                    return Err(error);
                }
            }
        }
        let [first, second] = sessions.as_slice() else { return refused("a stack is missing".to_owned()) };
        let (source, target) = if first.stack() == from { (first, second) } else { (second, first) };
        let told = self.transfer(source, target, urn).await;
        let (messages, arrived) = match self.finish(target, told).await {
            Ok(done) => done,
            Err(error) => {
                let _ = self.close(source).await;
                return Err(error);
            }
        };
        let ((), left) = self.finish(source, Ok(())).await?;
        self.remember_both(from, to, messages, (left, arrived)).await
    }

    async fn transfer(
        &self,
        source: &StateSession,
        target: &StateSession,
        urn: &Urn,
    ) -> Result<Vec<String>, EngineError> {
        let Transfer { added, removed, messages } = planned(&source.view(), &target.view(), urn)?;
        target.record_all(added).await?;
        if target.version().is_none()
            && let Some(stored) = self.store.read(target.stack()).await?
        {
            // The empty state of a new stack, so that there is something to go back to.
            keep_backup(self.store.as_ref(), target.stack(), &stored.content).await?;
        }
        source.record_all(removed).await?;
        Ok(messages)
    }

    async fn remember_both(
        &self,
        from: &StackName,
        to: &StackName,
        messages: Vec<String>,
        (left, arrived): (Closed, Closed),
    ) -> Result<Changed, EngineError> {
        let serial = |closed: &Closed| closed.version.as_ref().map(|version| version.serial);
        let mut changed = Changed { messages, serial: serial(&left), warnings: left.warnings.clone() };
        changed.warnings.extend(arrived.warnings.iter().cloned());
        let (Some(left), Some(arrived)) = (serial(&left), serial(&arrived)) else { return Ok(changed) };
        let of_source = self.command(from, "state move (left)", left).await;
        let of_target = self.command(to, "state move (arrived)", arrived).await;
        let (of_source, of_target) = match (of_source, of_target) {
            (Ok(of_source), Ok(of_target)) => (of_source, of_target),
            (Err(error), _) | (_, Err(error)) => {
                changed.warnings.extend(self.remember(from, Err(error)).await);
                return Ok(changed);
            }
        };
        let other = |name: &StackName, (before, after): (u64, u64)| {
            let StackName { environment, region, stack } = name.clone();
            Other { environment, region, stack, before, after }
        };
        let (source_span, target_span) = (of_source.span(), of_target.span());
        let of_source = of_source.with(other(to, target_span));
        let of_target = of_target.with(other(from, source_span));
        changed.warnings.extend(self.remember(from, Ok(of_source)).await);
        changed.warnings.extend(self.remember(to, Ok(of_target)).await);
        Ok(changed)
    }
}

fn planned(source: &StateView, target: &StateView, urn: &Urn) -> Result<Transfer, EngineError> {
    settled(source, urn)?;
    let object = present(source, urn)?;
    let new = urn.in_stack(target.stack());
    settled(target, &new)?;
    let mut messages = vec![format!("{urn} is {new} now; the programs of both stacks have to say so")];
    match target.get(&new) {
        Some(there) if there.id.eq_ignore_ascii_case(&object.id) => {
            messages.push("it was there already: an earlier move was cut off".to_owned());
        }
        Some(there) => return refused(format!("{new} is taken, by {}", there.id)),
        None => {}
    }
    let objects = || source.resources().filter(|one| one.urn == *urn);
    let added = objects().map(|one| arriving(one, target, &new, &mut messages)).collect();
    let mut removed: Vec<Record> = objects()
        .map(|one| Record::Removed { step: None, urn: one.urn.clone(), id: one.id.clone() })
        .collect();
    for one in source.resources().filter(|one| one.urn != *urn && one.dependencies.contains(urn)) {
        messages.push(format!(
            "{} refers to it: in the program, through a reference to the other stack",
            one.urn.name()
        ));
        let mut one = one.clone();
        one.dependencies.retain(|other| other != urn);
        one.lifecycle.deleted_with = one.lifecycle.deleted_with.take().filter(|other| other != urn);
        // What leaves is still there when this is said.
        removed.insert(0, Record::Saved { step: None, resource: one });
    }
    for (name, value) in source.outputs() {
        if value.to_json_exposed().is_ok_and(|json| json.to_string().contains(&object.id)) {
            messages.push(format!("the output `{name}` of {} says its id", source.stack()));
        }
    }
    Ok(Transfer { added, removed, messages })
}

/// The object as the other stack has it: with what it depends on there.
fn arriving(one: &ResourceState, target: &StateView, new: &Urn, messages: &mut Vec<String>) -> Record {
    let mut arriving = ResourceState { urn: new.clone(), ..one.clone() };
    let there = |urn: &Urn| Some(urn.in_stack(target.stack())).filter(|urn| target.get(urn).is_some());
    arriving.dependencies = one.dependencies.iter().filter_map(there).collect();
    arriving.lifecycle.deleted_with = one.lifecycle.deleted_with.as_ref().and_then(there);
    for urn in one.dependencies.iter().filter(|urn| there(urn).is_none()) {
        messages.push(format!("it depended on {}, which {} does not have", urn.name(), target.stack()));
    }
    Record::Saved { step: None, resource: arriving }
}
