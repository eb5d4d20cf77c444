//! The library's front door: plans and carries out one stack of one environment and region.
//!
//! The command line is a client of this module, and so is every tool that embeds the engine.

mod claims;
mod discover;
mod discreet;
mod error;
mod history;
mod import;
mod keys;
mod look;
mod migrate;
mod opening;
mod reading;
mod rollback;
mod saved;
mod state;
mod taint;
mod update;

pub use discover::{DiscoverOptions, Discovered, Discovery, DiscoveryNote};
pub use error::EngineError;
pub use history::History;
pub use reading::{Drifted, Finding, Reading, RefreshOptions};
pub use saved::{How, Moved, PlanFileError, PlanOrigin, Saved, SavedBase, SavedPlan};
pub use state::{Changed, Merged, Merging, Repaired};
pub use update::{Decision, Kind, Preview, Update, UpdateOptions};

use crate::StackName;
use crate::apply::{Limits, Recovered, ask, recover, refresh};
use crate::config::ConfigTree;
use crate::output::Expression;
use crate::plan::{
    Answers, Desired, Drift, Plan, PlanError, Planner, Preparation, Selection, accepted, aliased, declined,
    proposals, regrouped,
};
use crate::ports::{Clock, Random, SystemClock, SystemRandom};
use crate::program::{
    Context, PrimaryRegions, Program, ProgramError, Reference, Setup, StackOutputs, stack_for,
};
use crate::provider::Provider;
use crate::secrets::{Fingerprints, KeyProvider, KnownSecrets};
use crate::state::{Holder, Record, RecoveryFiles, Retention, Snapshot, StateStore, StateView, read_state};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use discreet::Discreet;
use history::Records;
use import::{explain, only_imports};
use rollback::Aim;
use saved::Seen;

/// Plans and carries out. It holds no state of a stack: every call reads it anew.
#[derive(Clone)]
pub struct Engine {
    providers: BTreeMap<String, Arc<dyn Provider>>,
    store: Arc<dyn StateStore>,
    keys: Arc<dyn KeyProvider>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    who: Holder,
    parallel: usize,
    timeout: Duration,
    lock_wait: Duration,
    on_wait: Arc<OnWait>,
    retention: Retention,
    recovery: Option<Arc<dyn RecoveryFiles>>,
    records: Records,
    /// What is masked in all that clouds say.
    known: Arc<KnownSecrets>,
}

/// What stacks will give that are only planned yet.
pub type Planned = BTreeMap<StackName, StackOutputs>;

/// Hears of the holder of a lock that is waited for.
type OnWait = dyn Fn(Option<&Holder>) + Send + Sync;

/// A stack to work on: its name, its program and its configuration.
#[derive(Clone)]
pub struct Deployment {
    name: StackName,
    config: ConfigTree,
    contract: u64,
    references: Vec<Reference>,
    primary_regions: PrimaryRegions,
    run: Run,
    /// What is wanted in the place of what the program says.
    aim: Option<Arc<Aim>>,
}

/// A program whose type is forgotten: records resources and returns the outputs of the stack.
type Run = Arc<dyn Fn(&mut Context) -> Result<BTreeMap<String, Expression>, ProgramError> + Send + Sync>;

impl Deployment {
    /// A stack of an environment and a region.
    ///
    /// # Errors
    /// When a name has another character than letters, digits, `-` and `_`.
    pub fn new(
        environment: &str,
        region: &str,
        program: Program,
        config: ConfigTree,
    ) -> Result<Self, ProgramError> {
        Ok(Deployment {
            name: StackName::new(environment, region, program.name)?,
            config,
            contract: program.contract,
            references: program.references.to_vec(),
            primary_regions: PrimaryRegions::new(),
            run: Arc::new(program.run),
            aim: None,
        })
    }

    /// A stack whose program is a closure, for tools that make their resources from data.
    pub fn of_function(
        name: StackName,
        run: impl Fn(&mut Context) -> Result<BTreeMap<String, Expression>, ProgramError> + Send + Sync + 'static,
    ) -> Self {
        Deployment {
            name,
            config: ConfigTree::empty(),
            contract: 0,
            references: Vec::new(),
            primary_regions: PrimaryRegions::new(),
            run: Arc::new(run),
            aim: None,
        }
    }

    /// With the primary region of each environment, which references to there need:
    /// [`Project::primary_regions`](crate::project::Project::primary_regions).
    pub fn with_primary_regions(mut self, primary_regions: PrimaryRegions) -> Self {
        self.primary_regions = primary_regions;
        self
    }

    /// With another configuration.
    pub fn with_config(mut self, config: ConfigTree) -> Self {
        self.config = config;
        self
    }

    /// Which stack of which environment and region.
    pub fn name(&self) -> &StackName {
        &self.name
    }

    /// The update whose state is wanted, where it is that.
    fn goes_back_to(&self) -> Option<u64> {
        self.aim.as_ref().map(|aim| aim.to)
    }
}

impl std::fmt::Debug for Deployment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deployment").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Engine {
    /// An engine that keeps states in `store`, wraps their keys with `keys`, and is run by `who`.
    pub fn new(store: Arc<dyn StateStore>, keys: Arc<dyn KeyProvider>, who: Holder) -> Self {
        Engine {
            providers: BTreeMap::new(),
            store,
            keys,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            who,
            parallel: 10,
            timeout: Duration::from_secs(60 * 60),
            lock_wait: Duration::from_secs(30),
            on_wait: Arc::new(|_| {}),
            retention: Retention::default(),
            recovery: None,
            records: Records::default(),
            known: Arc::default(),
        }
    }

    /// With a provider; one of the same name is replaced.
    pub fn with_provider(mut self, provider: Arc<dyn Provider>) -> Self {
        let provider = Discreet::new(provider, self.known.clone());
        self.providers.insert(provider.name().to_owned(), Arc::new(provider));
        self
    }

    /// With another clock and another source of randomness, for tests and simulations.
    pub fn with_ports(mut self, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        self.clock = clock;
        self.random = random;
        self
    }

    /// How many calls run at a time; 10 unless told.
    pub fn with_parallel(mut self, parallel: usize) -> Self {
        self.parallel = parallel.max(1);
        self
    }

    /// How long one call may take; an hour unless told.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long to wait for the lock of a stack; 30 seconds unless told.
    pub fn with_lock_wait(mut self, wait: Duration) -> Self {
        self.lock_wait = wait;
        self
    }

    /// Where what was recorded goes when the store does not take it any more. Without it, that is lost to the state, and
    /// only what the cloud says of it is left.
    pub fn with_recovery(mut self, files: Arc<dyn RecoveryFiles>) -> Self {
        self.recovery = Some(files);
        self
    }

    /// How many snapshots of a stack are kept as they were; the newest 100 unless told.
    pub fn with_retention(mut self, retention: Retention) -> Self {
        self.retention = retention;
        self
    }

    /// Who hears of the holder of a lock that is waited for.
    pub fn with_on_wait(mut self, on_wait: impl Fn(Option<&Holder>) + Send + Sync + 'static) -> Self {
        self.on_wait = Arc::new(on_wait);
        self
    }

    /// What an update would do. Takes no lock and writes nothing.
    ///
    /// # Errors
    /// When the program, the configuration or the state is wrong, or the cloud has to be read and cannot be.
    pub async fn preview(
        &self,
        deployment: &Deployment,
        kind: Kind,
        options: &UpdateOptions,
    ) -> Result<Preview, EngineError> {
        self.preview_after(deployment, kind, options, &Planned::new()).await
    }

    /// What an update would do after others were carried out that are only planned yet: what the program refers to is
    /// taken from `planned` where it is there, and from the states otherwise. Takes no lock and writes nothing.
    ///
    /// [`Plan::outputs_after`] says what a plan will leave. What is unknown of it stays unknown here. The update itself
    /// is planned anew when its turn comes; [`Plan::departures`] says where that plan does more than this one.
    ///
    /// # Errors
    /// As [`Engine::preview`].
    pub async fn preview_after(
        &self,
        deployment: &Deployment,
        kind: Kind,
        options: &UpdateOptions,
        planned: &Planned,
    ) -> Result<Preview, EngineError> {
        let (view, fingerprints) =
            match read_state(self.store.as_ref(), &deployment.name, self.keys.as_ref()).await? {
                Some(read) => (read.view, Some(read.fingerprints)),
                None => (StateView::new(Snapshot::empty(deployment.name.clone(), ""))?, None),
            };
        let wanted = Wanted { deployment, kind, options, planned, inspect: None };
        let made = self.plan(&wanted, view, fingerprints.as_ref(), &mut Vec::new()).await?;
        Ok(Preview { plan: made.plan, recovered: made.recovered })
    }

    /// The outputs of a deployed stack; `None` when it is not deployed.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub async fn outputs(&self, name: &StackName) -> Result<Option<StackOutputs>, EngineError> {
        // A stack that was destroyed, or whose first run failed, has no outputs to give.
        let deployed = self.state(name).await?.filter(|view| !view.outputs().is_empty() || !view.is_empty());
        Ok(deployed.map(|view| StackOutputs { contract: view.contract(), values: view.outputs().clone() }))
    }

    /// The state of a stack; `None` when it was never deployed. Takes no lock.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub async fn state(&self, name: &StackName) -> Result<Option<StateView>, EngineError> {
        let read = read_state(self.store.as_ref(), name, self.keys.as_ref()).await?;
        Ok(read.map(|read| read.view))
    }

    /// Runs the program of a stack, and returns what it declares.
    ///
    /// # Errors
    /// What the program returns; stacks that it refers to and that are not deployed.
    pub async fn declare(&self, deployment: &Deployment) -> Result<Desired, EngineError> {
        self.declare_after(deployment, &Planned::new()).await
    }

    async fn declare_after(
        &self,
        deployment: &Deployment,
        planned: &Planned,
    ) -> Result<Desired, EngineError> {
        if let Some(aim) = &deployment.aim {
            return Ok(aim.desired.clone());
        }
        let Deployment { name, config, primary_regions, .. } = deployment;
        let mut references = BTreeMap::new();
        for reference in &deployment.references {
            let Some(other) = reference.target(name, primary_regions)? else { continue };
            let outputs = match planned.get(&other) {
                Some(outputs) => Some(outputs.clone()),
                None => self.outputs(&other).await?,
            };
            let Some(outputs) = outputs else { continue };
            if outputs.contract != reference.contract {
                return Err(stale_contract(name, &other).into());
            }
            references.insert(other, outputs);
        }
        let (config, primary_regions) = (config.clone(), primary_regions.clone());
        let setup = Setup { config, references, primary_regions };
        let mut cx = Context::new(deployment.name.clone(), setup);
        let outputs = (deployment.run)(&mut cx)?;
        let delete_hooks = cx.take_delete_hooks();
        let registrations = cx.into_registrations();
        Ok(Desired { registrations, outputs, contract: deployment.contract, delete_hooks })
    }

    /// Recovers, reads the cloud if asked to, runs the program, asks its queries, and plans. The records are facts, which
    /// the state should be told whether the plan is carried out or not.
    async fn plan(
        &self,
        wanted: &Wanted<'_>,
        mut view: StateView,
        fingerprints: Option<&Fingerprints>,
        records: &mut Vec<Record>,
    ) -> Result<Made, EngineError> {
        let Wanted { deployment, kind, options, planned, inspect } = *wanted;
        self.learn(&view);
        let mut seen = Seen::default();
        if let Some(fingerprints) = inspect {
            seen.know(&view, fingerprints);
        }
        // On the heap: it is seldom more than a look at an empty list, and a large future.
        let recovery = Box::pin(recover(&view, &self.providers, self.limits())).await?;
        keep(&mut view, records, recovery.records)?;
        let mut drift = Drift::new();
        if options.refresh {
            let selected = match kind {
                Kind::Destroy if !options.run_program => options.selection.of_state(&view)?,
                Kind::Up | Kind::Destroy => options.selection.of_state_so_far(&view)?,
            };
            let refreshed = refresh(&view, &self.providers, self.parallel, self.limits(), &selected).await?;
            keep(&mut view, records, refreshed.records)?;
            drift = refreshed.drift;
        }
        let desired = match kind {
            Kind::Up => Some(self.declare_after(deployment, planned).await?),
            Kind::Destroy if options.run_program => Some(self.declare_after(deployment, planned).await?),
            Kind::Destroy => None,
        };
        if let (Some(fingerprints), Some(desired)) = (inspect, &desired) {
            seen.declare(desired, &deployment.config, fingerprints);
        }
        let mut preparation = Preparation::default();
        let mut notices = Vec::new();
        if let Some(desired) = &desired {
            let aliased =
                aliased(&desired.registrations, &view, &deployment.name).map_err(PlanError::Invalid)?;
            preparation.add(&mut view, aliased.preparation)?;
            notices = aliased.notices;
        }
        let plan = loop {
            let planner = Planner {
                stack: &deployment.name,
                providers: &self.providers,
                state: &view,
                drift: &drift,
                fingerprints,
                answers: &Answers::new(),
                ignore_protect: options.ignore_protect,
                selection: &options.selection,
                replace: &options.replace,
            };
            let Some(desired) = desired.as_ref().filter(|_| kind == Kind::Up) else {
                let plan = planner.plan_destroy(desired.as_ref())?;
                // What the program calls otherwise goes under its new name, since that is what its hooks are under.
                break Plan { preparation, notices, ..plan };
            };
            let mut plan = self.plan_answered(&planner, desired).await?;
            // Each time makes something managed that was not, or takes one away of what is to move, so this ends.
            let imported = Box::pin(self.import(&mut plan, (desired, options), &view)).await?;
            if !imported.is_empty() {
                // What was found changed is the object whose place is taken.
                imported.told.iter().for_each(|told| drop(drift.remove(&told.urn)));
                preparation.add(&mut view, imported)?;
                continue;
            }
            let regrouped = match options.selection.is_all() {
                true => regrouped(&plan, &view, &self.providers),
                // What was not selected goes over, too: nothing happens to it, and its parent must not take it along.
                false => {
                    let whole = Planner { selection: &Selection::default(), ..planner };
                    let whole = Box::pin(self.plan_answered(&whole, desired)).await;
                    whole.map_or_else(
                        |_| Preparation::default(),
                        |whole| regrouped(&whole, &view, &self.providers),
                    )
                }
            };
            if !regrouped.is_empty() {
                preparation.add(&mut view, regrouped)?;
                continue;
            }
            explain(&mut plan.operations, &preparation);
            if options.only_import {
                break only_imports(Plan { preparation, notices, ..plan }, options, &view);
            }
            let proposals = proposals(&plan, desired, &view, &self.providers);
            if proposals.is_empty() || !options.accept_moves {
                let mut refusals = plan.refusals;
                refusals.extend(declined(&proposals, &plan.operations));
                break Plan { preparation, notices, proposals, refusals, ..plan };
            }
            preparation.add(&mut view, accepted(proposals))?;
        };
        let mut plan = plan;
        if let Some(aim) = &deployment.aim {
            aim.judge(&mut plan, &self.providers);
        }
        if let Some(fingerprints) = inspect {
            seen.read(&view, &drift, fingerprints);
            seen.answer(&plan.answers, fingerprints);
        }
        Ok(Made { plan, recovered: recovery.found, seen })
    }

    /// Plans, asks the queries that the plan says can be asked, and plans again with the answers, until all are.
    async fn plan_answered(&self, planner: &Planner<'_>, desired: &Desired) -> Result<Plan, EngineError> {
        if !desired.registrations.iter().any(|registration| registration.is_query) {
            return Ok(planner.plan(desired)?);
        }
        let mut answers = Answers::new();
        loop {
            let plan = Planner { answers: &answers, ..*planner }.plan(desired)?;
            if plan.unanswered.is_empty() {
                return Ok(plan);
            }
            answers.extend(ask(&plan.unanswered, &self.providers, self.parallel, self.limits()).await?);
        }
    }

    /// Remembers the secrets of a state, which a cloud may repeat wherever it is asked.
    fn learn(&self, view: &StateView) {
        self.known.learn(view.resources().flat_map(|resource| [&resource.inputs, &resource.outputs]));
    }

    fn limits(&self) -> Limits<'_> {
        Limits { clock: self.clock.as_ref(), timeout: self.timeout }
    }

    /// The providers, for people: what each one is connected to.
    pub fn describe(&self) -> Vec<String> {
        self.providers.values().map(|provider| provider.describe()).collect()
    }
}

/// What is to be planned.
struct Wanted<'a> {
    deployment: &'a Deployment,
    kind: Kind,
    options: &'a UpdateOptions,
    planned: &'a Planned,
    /// Makes digests of all that the plan is made from, if they are wanted.
    inspect: Option<&'a Fingerprints>,
}

/// A plan that was made.
struct Made {
    plan: Plan,
    recovered: Vec<Recovered>,
    /// Empty unless it was asked for.
    seen: Seen,
}

fn keep(view: &mut StateView, kept: &mut Vec<Record>, records: Vec<Record>) -> Result<(), EngineError> {
    for record in &records {
        view.apply(record)?;
    }
    kept.extend(records);
    Ok(())
}

fn stale_contract(reader: &StackName, other: &StackName) -> ProgramError {
    ProgramError::Reference {
        message: format!(
            "the stack `{}` was compiled against other outputs of `{}` than those that are deployed in {}/{}",
            reader.stack, other.stack, other.environment, other.region
        ),
        hint: format!("run `up` on {} with the present code, then try again", stack_for(reader, other)),
    }
}
