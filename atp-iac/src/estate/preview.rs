//! What an update of several stacks would do.

use super::{Estate, Member};
use crate::StackName;
use crate::engine::{EngineError, Kind, Planned, Preview, UpdateOptions};
use crate::plan::{Counts, Pattern, Plan};

/// One plan for each stack, in the order in which they are to be carried out.
#[derive(Debug)]
pub struct Forecast {
    /// What is wanted of all of them.
    pub kind: Kind,
    /// The previews.
    pub stacks: Vec<(StackName, Preview)>,
}

impl Forecast {
    /// How many operations of each kind, over all stacks.
    pub fn counts(&self) -> Counts {
        let mut total = Counts::default();
        for operation in self.plans().flat_map(|plan| &plan.operations) {
            total.add(operation.action);
        }
        total
    }

    /// How many stacks would change.
    pub fn changed(&self) -> usize {
        self.plans().filter(|plan| plan.has_changes()).count()
    }

    /// How many resources stand against it. It may be carried out only where there is none.
    pub fn refusals(&self) -> usize {
        self.plans().map(|plan| plan.refusals.len()).sum()
    }

    /// A pattern of a selection that means nothing in any of the stacks.
    pub fn unmatched(&self) -> Option<&Pattern> {
        let mut plans = self.plans();
        let first = plans.next()?;
        let nowhere =
            |pattern: &&Pattern| plans.clone().all(|plan| plan.left_out.unmatched.contains(pattern));
        first.left_out.unmatched.iter().find(nowhere)
    }

    /// The plans, in order.
    pub fn plans(&self) -> impl Iterator<Item = &Plan> + Clone {
        self.stacks.iter().map(|(_, preview)| &preview.plan)
    }
}

/// Why there is no preview of all stacks: everything that was found.
#[derive(Debug)]
pub struct PreviewError(pub Vec<(StackName, Trouble)>);

/// Why there is no preview of one stack.
#[derive(Debug)]
pub enum Trouble {
    /// The engine cannot plan it.
    Engine(EngineError),
    /// It refers to a stack that cannot be planned.
    After(StackName),
    /// It would be destroyed, and these stacks that stay refer to it.
    Referred(Vec<StackName>),
}

impl Trouble {
    /// Whether the engine refused, rather than failed.
    pub fn is_refused(&self) -> bool {
        match self {
            Trouble::Engine(error) => error.is_refused(),
            Trouble::Referred(_) => true,
            Trouble::After(_) => false,
        }
    }
}

impl Estate {
    /// What an update of all stacks would do. A stack sees the outputs that those before it are planned to have. Takes no
    /// lock and writes nothing.
    ///
    /// # Errors
    /// Every stack that cannot be planned, and those that refer to one.
    pub async fn preview(&self, kind: Kind, options: &UpdateOptions) -> Result<Forecast, PreviewError> {
        let mut forecast = Forecast { kind, stacks: Vec::new() };
        let mut troubles = Vec::new();
        let mut planned = Planned::new();
        let order: Vec<&StackName> = match kind {
            Kind::Up => self.stacks().collect(),
            Kind::Destroy => self.stacks().rev().collect(),
        };
        for name in order {
            let Some(member) = self.members.get(name) else { continue };
            match self.preview_one(name, member, kind, options, &planned, &troubles).await {
                Ok(preview) => {
                    planned.insert(name.clone(), preview.plan.outputs_after());
                    forecast.stacks.push((name.clone(), preview));
                }
                Err(trouble) => troubles.push((name.clone(), trouble)),
            }
        }
        if troubles.is_empty() { Ok(forecast) } else { Err(PreviewError(troubles)) }
    }

    async fn preview_one(
        &self,
        name: &StackName,
        member: &Member,
        kind: Kind,
        options: &UpdateOptions,
        planned: &Planned,
        troubles: &[(StackName, Trouble)],
    ) -> Result<Preview, Trouble> {
        match kind {
            Kind::Up => {
                let is_in_trouble = |other: &&StackName| troubles.iter().any(|(name, _)| name == *other);
                if let Some(other) = self.graph.references(name).find(is_in_trouble) {
                    return Err(Trouble::After(other.clone()));
                }
            }
            Kind::Destroy => {
                let referrers = self.referrers(name).await.map_err(Trouble::Engine)?;
                if !referrers.is_empty() {
                    return Err(Trouble::Referred(referrers));
                }
            }
        }
        let preview = member.engine.preview_after(&member.deployment, kind, options, planned).await;
        preview.map_err(Trouble::Engine)
    }

    /// The deployed stacks that refer to a deployed member and are no members themselves.
    ///
    /// # Errors
    /// When a state cannot be read.
    pub async fn referrers(&self, name: &StackName) -> Result<Vec<StackName>, EngineError> {
        let mut found = Vec::new();
        let Some(Member { engine, .. }) = self.members.get(name) else { return Ok(found) };
        if engine.outputs(name).await?.is_none() {
            return Ok(found);
        }
        for other in self.graph.dependents(name).filter(|other| !self.members.contains_key(*other)) {
            if engine.outputs(other).await?.is_some() {
                found.push(other.clone());
            }
        }
        Ok(found)
    }
}
