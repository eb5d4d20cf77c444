//! What is asked of the provider together with the engine: from nothing to nothing, and back from being killed.

use super::bench::{Bench, NO_REPLACEMENT, Verdict, call_failed, ensure, failed};
use super::report::Outcome;
use super::watched::{Cut, Watched};
use crate::engine::{Deployment, Engine, Kind, Update, UpdateOptions};
use crate::output::Expression;
use crate::ports::SystemClock;
use crate::program::Location;
use crate::provider::{Provider, Target};
use crate::resource::Declared;
use crate::state::{MemoryStore, ResourceState};
use crate::testing::{CallKind, carry_out, engine};
use crate::value::Value;
use crate::{Options, ProgramError, StackName};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

impl Bench<'_> {
    pub(super) async fn up(&self) -> Verdict {
        let world = World::new(&self.provider, self.timeout)?;
        world.up(self, &self.sample.inputs).await?;
        world.nothing_to_do(self, &self.sample.inputs, false).await?;
        world.is_whole(self).await
    }

    pub(super) async fn refreshed(&self) -> Verdict {
        let world = World::new(&self.provider, self.timeout)?;
        world.up(self, &self.sample.inputs).await?;
        world.nothing_to_do(self, &self.sample.inputs, true).await
    }

    pub(super) async fn destroyed(&self) -> Verdict {
        let world = World::new(&self.provider, self.timeout)?;
        world.up(self, &self.sample.inputs).await?;
        let objects = world.objects().await?;
        world.destroy(self).await?;
        for object in objects.iter().filter(|object| !self.provider.lives_in_state(&object.kind)) {
            let target = Target { kind: &object.kind, id: &object.id, inputs: &object.inputs };
            let found = self.provider.read(target).await.map_err(call_failed("reading it"))?;
            ensure(found.is_none(), || format!("the `{}` is still there", object.kind))?;
        }
        ensure(world.objects().await?.is_empty(), || "the state still has it".to_owned())
    }

    pub(super) async fn replaced(&self) -> Verdict {
        let sample = self.sample;
        let inputs = sample.replaced.as_ref().ok_or(NO_REPLACEMENT)?;
        let world = World::new(&self.provider, self.timeout)?;
        world.up(self, &sample.inputs).await?;
        let (before, creates) = (world.objects().await?, self.provider.creates());
        world.up(self, inputs).await?;
        ensure(self.provider.creates() == creates + 1, || "no other object was created".to_owned())?;
        let after = world.objects().await?;
        let of = |objects: &[ResourceState]| objects.last().map(|o| (o.id.clone(), o.outputs.clone()));
        ensure(of(&before) != of(&after), || "it is the same object as before".to_owned())?;
        world.nothing_to_do(self, inputs, true).await?;
        world.is_whole(self).await
    }

    /// Kills the process at each call of each kind of run, before and after the call has its effect, and goes on.
    pub(super) async fn cut_off(&self) -> Verdict {
        let sample = self.sample;
        for cut in [Cut::Before, Cut::After] {
            self.cut_create(cut).await?;
            if let Some(changed) = &sample.changed {
                self.cut_run(CallKind::Update, cut, changed).await?;
            }
            if let Some(replaced) = &sample.replaced {
                self.cut_run(CallKind::Create, cut, replaced).await?;
                self.cut_run(CallKind::Delete, cut, replaced).await?;
            }
            self.cut_destroy(cut).await?;
        }
        Ok(())
    }

    async fn cut_create(&self, cut: Cut) -> Verdict {
        // What is around it has been there before: its calls are not those to cut off.
        if cut == Cut::After && self.cannot_be_looked_up(&self.sample.inputs) {
            return Ok(());
        }
        let world = World::new(&self.provider, self.timeout)?;
        world.surround(self).await?;
        self.resume(&world, CallKind::Create, cut, &self.sample.inputs).await
    }

    async fn cut_run(&self, call: CallKind, cut: Cut, inputs: &Value) -> Verdict {
        if call == CallKind::Create && cut == Cut::After && self.cannot_be_looked_up(inputs) {
            return Ok(());
        }
        let world = World::new(&self.provider, self.timeout)?;
        world.up(self, &self.sample.inputs).await?;
        self.resume(&world, call, cut, inputs).await
    }

    async fn cut_destroy(&self, cut: Cut) -> Verdict {
        let world = World::new(&self.provider, self.timeout)?;
        world.up(self, &self.sample.inputs).await?;
        self.provider.cut_next(CallKind::Delete, cut);
        world.run(self, &self.sample.inputs, Kind::Destroy).await.map_err(during(CallKind::Delete, cut))?;
        world.destroy(self).await.map_err(after(CallKind::Delete, cut))?;
        ensure(self.provider.live().is_empty(), || "something is left after a destroy".to_owned())
    }

    async fn resume(&self, world: &World, call: CallKind, cut: Cut, inputs: &Value) -> Verdict {
        self.provider.cut_next(call, cut);
        world.run(self, inputs, Kind::Up).await.map_err(during(call, cut))?;
        ensure(self.provider.was_cut(), || format!("the run made no {call:?} that could be cut off"))?;
        let resumed = async {
            world.up(self, inputs).await?;
            world.nothing_to_do(self, inputs, true).await?;
            world.is_whole(self).await
        };
        resumed.await.map_err(after(call, cut))?;
        world.destroy(self).await
    }

    /// The engine tells the user to look: there is nothing that a provider could do about it.
    fn cannot_be_looked_up(&self, inputs: &Value) -> bool {
        !self.lives_in_state() && self.provider.id(&self.sample.kind, inputs).is_none()
    }
}

fn during(call: CallKind, cut: Cut) -> impl Fn(Outcome) -> Outcome {
    said(move |why| format!("the run whose {call:?} was cut off {cut:?} its effect: {why}"))
}

fn after(call: CallKind, cut: Cut) -> impl Fn(Outcome) -> Outcome {
    said(move |why| format!("the run after the one whose {call:?} was cut off {cut:?} its effect: {why}"))
}

fn said(say: impl Fn(String) -> String) -> impl Fn(Outcome) -> Outcome {
    move |outcome| match outcome {
        Outcome::Failed(why) => Outcome::Failed(say(why)),
        outcome => outcome,
    }
}

/// An engine with a state of its own.
struct World {
    engine: Engine,
    stack: StackName,
}

impl World {
    fn new(provider: &Arc<Watched>, timeout: Duration) -> Result<Self, Outcome> {
        let clock = Arc::new(SystemClock);
        let engine =
            engine(Arc::new(MemoryStore::new(clock))).with_provider(provider.clone()).with_timeout(timeout);
        let stack = StackName::new("test", "here", "conformance").map_err(engine_failed)?;
        Ok(World { engine, stack })
    }

    async fn run(&self, bench: &Bench<'_>, inputs: &Value, kind: Kind) -> Result<Update, Outcome> {
        self.carry_out(self.deployment(bench, Some(inputs)), kind).await
    }

    /// Makes what the object needs around it.
    async fn surround(&self, bench: &Bench<'_>) -> Verdict {
        let update = self.carry_out(self.deployment(bench, None), Kind::Up).await?;
        complete(&update)
    }

    async fn up(&self, bench: &Bench<'_>, inputs: &Value) -> Verdict {
        complete(&self.run(bench, inputs, Kind::Up).await?)
    }

    async fn destroy(&self, bench: &Bench<'_>) -> Verdict {
        complete(&self.run(bench, &bench.sample.inputs, Kind::Destroy).await?)
    }

    async fn nothing_to_do(&self, bench: &Bench<'_>, inputs: &Value, refresh: bool) -> Verdict {
        let options = UpdateOptions { refresh, ..UpdateOptions::default() };
        let deployment = self.deployment(bench, Some(inputs));
        let preview = self.engine.preview(&deployment, Kind::Up, &options).await.map_err(engine_failed)?;
        let operations = preview.plan.operations.iter();
        let first = operations.map(|o| (o.action, o.changes.first())).find(|(action, _)| action.writes());
        match first {
            None => Ok(()),
            Some((action, change)) => {
                let path = change.map(|change| format!(", for `{}`", change.path)).unwrap_or_default();
                Err(failed(format!("the next plan is not empty: {action:?}{path}")))
            }
        }
    }

    /// One object for each of the resources, and no other.
    async fn is_whole(&self, bench: &Bench<'_>) -> Verdict {
        let objects = self.objects().await?;
        let declared = bench.sample.surroundings.len() + 1;
        ensure(objects.len() == declared, || {
            format!("the state has {} objects of {declared} resources", objects.len())
        })?;
        let live = bench.provider.live();
        let outside = objects.iter().filter(|object| !bench.provider.lives_in_state(&object.kind)).count();
        ensure(live.len() == outside, || {
            format!("{} objects are there of the {outside} that the state has", live.len())
        })
    }

    async fn objects(&self) -> Result<Vec<ResourceState>, Outcome> {
        let state = self.engine.state(&self.stack).await.map_err(engine_failed)?;
        Ok(state.map(|state| state.resources().cloned().collect()).unwrap_or_default())
    }

    async fn carry_out(&self, deployment: Deployment, kind: Kind) -> Result<Update, Outcome> {
        let update = carry_out(&self.engine, &deployment, kind, &UpdateOptions::default()).await;
        update.map_err(engine_failed)
    }

    /// A program of what is around the object, each after the other, and of the object if it has inputs.
    fn deployment(&self, bench: &Bench<'_>, inputs: Option<&Value>) -> Deployment {
        let mut resources = bench.sample.surroundings.clone();
        resources.extend(inputs.map(|inputs| (bench.sample.kind.clone(), inputs.clone())));
        let provider = bench.provider.name().to_owned();
        Deployment::of_function(self.stack.clone(), move |cx| {
            let mut last: Option<Declared> = None;
            for (index, (kind, inputs)) in resources.iter().enumerate() {
                let options = last.iter().fold(Options::new(), |options, last| options.depends_on(last));
                let location = Location { file: "sample", line: index as u32 + 1 };
                let (name, inputs) = (format!("resource-{index}"), Expression::Value(inputs.clone()));
                last = Some(cx.register(kind, &provider, &name, inputs, options, location)?);
            }
            Ok::<_, ProgramError>(BTreeMap::new())
        })
    }
}

fn engine_failed(error: impl Display) -> Outcome {
    failed(format!("the engine says: {error}"))
}

/// That everything was done.
fn complete(update: &Update) -> Verdict {
    let failure = update.report.as_ref().and_then(|report| report.failures.first());
    if let Some(failure) = failure {
        return Err(failed(format!("{:?} failed: {}", failure.work, failure.cause)));
    }
    let is_complete = update.report.as_ref().is_some_and(|report| report.is_complete());
    ensure(is_complete, || "the run was not completed".to_owned())
}
