//! Takes over what the cloud has: reads it, and says what the state is to be told.

use super::{Engine, EngineError, UpdateOptions};
use crate::apply::whole;
use crate::output::Expression;
use crate::plan::{
    Desired, Import, LeftOut, Operation, OperationKind, Plan, PlanError, Preparation, Refusal, StepGraph,
    Telling, asked, import_provider,
};
use crate::provider::{ProviderError, Target};
use crate::state::StateView;
use futures::StreamExt;

impl Engine {
    /// What the state is to be told of what a plan takes over and the state does not have yet. With nothing to tell, all is
    /// there that may be; the rest stands against the plan, in its refusals.
    ///
    /// # Errors
    /// Everything that cannot be taken over.
    pub(super) async fn import(
        &self,
        plan: &mut Plan,
        (desired, options): (&Desired, &UpdateOptions),
        view: &StateView,
    ) -> Result<Preparation, EngineError> {
        let (preparation, refusals) = self.taken(plan, desired, options, view).await?;
        plan.refusals.extend(refusals);
        Ok(preparation)
    }

    async fn taken(
        &self,
        plan: &Plan,
        desired: &Desired,
        options: &UpdateOptions,
        view: &StateView,
    ) -> Result<(Preparation, Vec<Refusal>), EngineError> {
        let mut refusals = Vec::new();
        let mut open = Vec::new();
        let mut invalid = Vec::new();
        for import in asked(plan, desired, &options.import)? {
            if import.is_done(view) {
                refusals.extend(import.replaced());
            } else if let Err(found) = import.fits(view, import_provider(&import, &self.providers)?.as_ref())
            {
                invalid.push(found);
            } else if let Some(refusal) = import.refusal(view, options.ignore_protect) {
                refusals.push(refusal);
            } else {
                open.push(import);
            }
        }
        // What uses others that are taken over, too, is known better once they are.
        if open.iter().any(|import| !import.operation.inputs.has_unknown()) {
            open.retain(|import| !import.operation.inputs.has_unknown());
        }
        let reads: Vec<_> = open.iter().map(|import| self.read_import(import)).collect();
        let reads: Vec<_> = futures::stream::iter(reads).buffered(self.parallel).collect().await;
        let mut preparation = Preparation::default();
        let mut known = view.clone();
        for (import, read) in open.iter().zip(reads) {
            let provider = import_provider(import, &self.providers)?;
            let told = match read {
                Ok(read) => import.told(read, provider.as_ref(), (&known, self.clock.now())),
                Err(error) => Err(import.invalid(unreadable(import, &error))),
            };
            // Two that are to be the same one are found by the state that knows the first.
            match import.fits(&known, provider.as_ref()).and(told) {
                Ok(told) => preparation.add(&mut known, told)?,
                Err(found) => invalid.push(found),
            }
        }
        if !invalid.is_empty() {
            return Err(PlanError::Invalid(invalid).into());
        }
        Ok((preparation, refusals))
    }

    async fn read_import(&self, import: &Import<'_>) -> Result<Option<crate::Value>, ProviderError> {
        let operation = import.operation;
        let Some(provider) = self.providers.get(&operation.provider) else { return Ok(None) };
        let target = Target { kind: &operation.kind, id: import.id, inputs: &operation.inputs };
        let limit = operation.lifecycle.timeouts.read;
        self.limits().ask(limit, provider.read(target)).await.and_then(whole)
    }
}

fn unreadable(import: &Import<'_>, error: &ProviderError) -> String {
    let hint = error.hint.as_deref().unwrap_or("correct the id, or run again when it can be read");
    format!(
        "is to be imported, and `{}` cannot be read: {}: {error}\n  way out: {hint}",
        import.id, error.code
    )
}

/// Says of what goes for an import why it goes.
pub(super) fn explain(operations: &mut [Operation], preparation: &Preparation) {
    let imported = preparation.told.iter().filter_map(|told| match &told.what {
        Telling::Imported { id } => Some((&told.urn, id)),
        _ => None,
    });
    for (urn, id) in imported {
        let old = |one: &&mut Operation| {
            one.urn == *urn
                && one.action == OperationKind::Delete
                && one.old.as_ref().is_some_and(|old| old.replaced)
        };
        for operation in operations.iter_mut().filter(old) {
            operation.reason = Some(format!("`{id}` is taken over in its place"));
        }
    }
}

/// A plan of which only what the state is told is carried out.
pub(super) fn only_imports(plan: Plan, options: &UpdateOptions, view: &StateView) -> Plan {
    let is_asked = |refusal: &Refusal| options.import.iter().any(|request| request.urn == refusal.urn);
    let kept = |(name, value): (&String, &crate::Value)| (name.clone(), Expression::from(value.clone()));
    Plan {
        operations: Vec::new(),
        steps: StepGraph::default(),
        warnings: Vec::new(),
        proposals: Vec::new(),
        refusals: plan.refusals.into_iter().filter(is_asked).collect(),
        left_out: LeftOut::default(),
        outputs: Default::default(),
        output_expressions: Some(view.outputs().iter().map(kept).collect()),
        contract: view.contract(),
        ..plan
    }
}
