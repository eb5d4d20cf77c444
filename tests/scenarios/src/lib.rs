//! The harness of scenarios: a cloud in memory, a store, an engine between them, and programs made of data.

pub mod awkward;
mod forward;
pub mod held;
pub mod mortal;
mod plain;
mod selecting;

pub use plain::Plain;
pub use selecting::{patterns, selecting, targets, targets_and_dependents, without};

use crate::awkward::AwkwardCloud;
use atp_iac::apply::{Event, Interrupt, Report};
use atp_iac::engine::{Decision, Deployment, Engine, EngineError, Kind, Update, UpdateOptions};
use atp_iac::output::Expression;
use atp_iac::plan::{OperationKind, Plan};
use atp_iac::ports::{ManualClock, SeededRandom};
use atp_iac::program::{Location, ProgramError};
use atp_iac::provider::{Provider, ProviderError, ProviderErrorKind};
use atp_iac::resource::Alias;
use atp_iac::secrets::LocalKeyFile;
use atp_iac::state::{Holder, MemoryStore, ResourceState, StateStore, StateView};
use atp_iac::testing::{CallKind, MemoryCloud};
use atp_iac::{Component, Context, Options, Output, StackName, Urn, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One declared resource of a test program: a name, properties, and the resources whose ids it takes.
#[derive(Clone, Debug, Default)]
pub struct Item {
    /// Name in the program.
    pub name: String,
    /// Name in the cloud; the name in the program unless told.
    pub cloud_name: Option<String>,
    /// Properties.
    pub properties: BTreeMap<String, Value>,
    /// Properties that are the `id` of another resource of the program.
    pub links: BTreeMap<String, String>,
    /// Properties that are the `id` of another resource, as a query about that one says it.
    pub asks: BTreeMap<String, String>,
    /// Resources that it waits for without using them.
    pub waits_for: Vec<String>,
    /// What else is said of it.
    pub options: Options,
    /// Whether the second cloud of the world has it.
    pub elsewhere: bool,
    /// Its type; `T` unless told.
    pub kind: Option<String>,
    /// What is in it, if it is a component.
    pub children: Vec<Item>,
}

/// A resource of a test program.
pub fn item(name: &str) -> Item {
    Item { name: name.to_owned(), ..Item::default() }
}

/// A component of a test program.
pub fn component(name: &str, children: impl IntoIterator<Item = Item>) -> Item {
    Item { children: children.into_iter().collect(), ..item(name) }
}

impl Item {
    /// Of another type.
    pub fn of_type(mut self, kind: &str) -> Self {
        self.kind = Some(kind.to_owned());
        self
    }

    /// With another name before.
    pub fn once(self, alias: impl Into<Alias>) -> Self {
        self.options(|options| options.alias(alias))
    }

    /// With a property.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.properties.insert(key.to_owned(), value.into());
        self
    }

    /// With a property that is the id of another resource.
    pub fn link(mut self, key: &str, other: &str) -> Self {
        self.links.insert(key.to_owned(), other.to_owned());
        self
    }

    /// With a property that is the id of another resource, as a query about that one says it.
    pub fn ask(mut self, key: &str, other: &str) -> Self {
        self.asks.insert(key.to_owned(), other.to_owned());
        self
    }

    /// With another name in the cloud.
    pub fn named(mut self, name: &str) -> Self {
        self.cloud_name = Some(name.to_owned());
        self
    }

    /// That waits for another one.
    pub fn after(mut self, other: &str) -> Self {
        self.waits_for.push(other.to_owned());
        self
    }

    /// In the second cloud of the world.
    pub fn elsewhere(mut self) -> Self {
        self.elsewhere = true;
        self
    }

    /// With more options; other resources are named by [`urn`].
    pub fn options(mut self, more: impl FnOnce(Options) -> Options) -> Self {
        self.options = more(self.options);
        self
    }

    /// That stays when it is not managed any more.
    pub fn retained(self, reason: &str) -> Self {
        self.options(|options| options.retain_on_delete(reason))
    }

    /// Protected.
    pub fn protected(self) -> Self {
        self.options(|options| options.protect(true))
    }
}

/// The URN of a test resource.
pub fn urn(name: &str) -> Urn {
    match Urn::new(&stack_name(), &["T"], &[name]) {
        Ok(urn) => urn,
        Err(error) => unreachable!("{error}"),
    }
}

/// The stack of all engine tests.
pub fn stack_name() -> StackName {
    match StackName::new("test", "north", "app") {
        Ok(name) => name,
        Err(error) => unreachable!("{error}"),
    }
}

/// A cloud, a store, and an engine between them.
pub struct World {
    /// The cloud.
    pub cloud: MemoryCloud,
    /// A second cloud, under the name `other`.
    pub other: MemoryCloud,
    /// The store.
    pub store: Arc<dyn StateStore>,
    /// The time of the engine.
    pub clock: Arc<ManualClock>,
    /// Where the key of secrets is.
    keys: Arc<tempfile::TempDir>,
    /// The engine.
    pub engine: Engine,
}

impl Default for World {
    fn default() -> Self {
        World::new(MemoryCloud::new("test").replacing("fixed"))
    }
}

impl World {
    /// A new world with a cloud.
    pub fn new(cloud: MemoryCloud) -> Self {
        World::with_store(cloud, Arc::new(MemoryStore::new(Arc::new(ManualClock::default()))))
    }

    /// A new world with a cloud and a store.
    pub fn with_store(cloud: MemoryCloud, store: Arc<dyn StateStore>) -> Self {
        let keys = match tempfile::tempdir() {
            Ok(keys) => keys,
            Err(error) => unreachable!("no temporary folder: {error}"),
        };
        World::of(cloud, MemoryCloud::new("other"), store, Arc::new(keys))
    }

    fn of(
        cloud: MemoryCloud,
        other: MemoryCloud,
        store: Arc<dyn StateStore>,
        keys: Arc<tempfile::TempDir>,
    ) -> Self {
        let clock = Arc::new(ManualClock::default());
        let random = Arc::new(SeededRandom::new(7));
        let key_file = LocalKeyFile::new(keys.path().join("secret.key"), random.clone());
        let holder = Holder {
            who: "tester".into(),
            host: "localhost".into(),
            process: 1,
            operation: "test".into(),
            since: time::OffsetDateTime::UNIX_EPOCH,
        };
        let engine = Engine::new(store.clone(), Arc::new(key_file), holder)
            .with_provider(Arc::new(cloud.clone()))
            .with_provider(Arc::new(other.clone()))
            .with_ports(clock.clone(), random)
            .with_lock_wait(std::time::Duration::ZERO);
        World { cloud, other, store, keys, clock, engine }
    }

    /// Another process on the same clouds, with its own way to the store and to the first cloud.
    pub fn again(&self, store: Arc<dyn StateStore>, provider: impl Provider + 'static) -> Self {
        World::of(self.cloud.clone(), self.other.clone(), store, self.keys.clone()).with_provider(provider)
    }

    /// Who has the key of secrets.
    pub fn keys(&self) -> LocalKeyFile {
        LocalKeyFile::new(self.keys.path().join("secret.key"), Arc::new(SeededRandom::new(7)))
    }

    /// A new world whose provider misbehaves where it is told to.
    pub fn awkward() -> (Self, AwkwardCloud) {
        let world = World::default();
        let awkward = AwkwardCloud::new(world.cloud.clone(), world.clock.clone());
        (world.with_provider(awkward.clone()), awkward)
    }

    /// With another provider in the place of the cloud.
    pub fn with_provider(mut self, provider: impl Provider + 'static) -> Self {
        self.engine = self.engine.with_provider(Arc::new(provider));
        self
    }

    /// Brings the cloud to any stack.
    pub async fn deploy(&self, what: &Deployment) -> Result<Update, EngineError> {
        self.run(what, Kind::Up, UpdateOptions::default()).await
    }

    /// The plan for any stack.
    pub async fn plan(&self, what: &Deployment) -> Result<Plan, EngineError> {
        self.engine.preview(what, Kind::Up, &UpdateOptions::default()).await.map(|p| p.plan)
    }

    /// The plan for a program.
    pub async fn preview(&self, items: &[Item]) -> Result<Plan, EngineError> {
        self.engine.preview(&program(items), Kind::Up, &UpdateOptions::default()).await.map(|p| p.plan)
    }

    /// Brings the cloud to a program.
    pub async fn up(&self, items: &[Item]) -> Result<Update, EngineError> {
        self.run(&program(items), Kind::Up, UpdateOptions::default()).await
    }

    /// Reads the cloud first, then brings it to a program.
    pub async fn up_refreshed(&self, items: &[Item]) -> Result<Update, EngineError> {
        self.run(&program(items), Kind::Up, UpdateOptions { refresh: true, ..UpdateOptions::default() }).await
    }

    /// Brings the cloud to a program, and asks to stop when so many steps have ended.
    pub async fn interrupted(&self, items: &[Item], after: usize) -> Result<Update, EngineError> {
        let interrupt = Interrupt::default();
        let mut ended = 0;
        let mut observe = |event: Event<'_>| {
            ended += usize::from(matches!(event, Event::Finished { .. } | Event::Failed(_)));
            if ended == after && !interrupt.is_raised() {
                interrupt.raise();
            }
        };
        let mut decide = |_: &Plan, _: &[_]| Decision::Apply;
        let options = UpdateOptions::default();
        self.engine.update(&program(items), Kind::Up, &options, &mut decide, &mut observe, &interrupt).await
    }

    /// The plan for any stack, as a file.
    pub async fn save(&self, what: &Deployment, options: UpdateOptions) -> Result<Vec<u8>, EngineError> {
        self.engine.save_plan(what, Kind::Up, &options).await.map(|(_, bytes)| bytes)
    }

    /// The plan for a program, as a file.
    pub async fn saved(&self, items: &[Item]) -> Vec<u8> {
        match self.save(&program(items), UpdateOptions::default()).await {
            Ok(bytes) => bytes,
            Err(error) => unreachable!("no plan: {error}"),
        }
    }

    /// Carries out a plan that was saved, and nothing else.
    pub async fn carry_out(&self, what: &Deployment, saved: &[u8]) -> Result<Update, EngineError> {
        let plan = self.engine.open_plan("the.plan", saved).await?;
        let mut decide = |_: &Plan, _: &[_]| Decision::Apply;
        let mut observe = |_: Event<'_>| {};
        let interrupt = Interrupt::default();
        self.engine.update_with_plan(what, &plan, &mut decide, &mut observe, &interrupt).await
    }

    /// Carries out a plan that was saved for a program, and nothing else.
    pub async fn up_saved(&self, items: &[Item], saved: &[u8]) -> Result<Update, EngineError> {
        self.carry_out(&program(items), saved).await
    }

    /// Deletes everything.
    pub async fn destroy(&self) -> Result<Update, EngineError> {
        self.run(&program(&[]), Kind::Destroy, UpdateOptions::default()).await
    }

    /// Plans an update under the lock, and declines it.
    pub async fn decline(&self, what: &Deployment) -> Result<Update, EngineError> {
        let mut observe = |_: Event<'_>| {};
        let mut decide = |_: &Plan, _: &[_]| Decision::Decline;
        let options = UpdateOptions::default();
        self.engine.update(what, Kind::Up, &options, &mut decide, &mut observe, &Interrupt::default()).await
    }

    /// Runs any update.
    pub async fn run(
        &self,
        what: &Deployment,
        kind: Kind,
        options: UpdateOptions,
    ) -> Result<Update, EngineError> {
        let mut observe = |_: Event<'_>| {};
        let mut decide = |_: &Plan, _: &[_]| Decision::Apply;
        self.engine.update(what, kind, &options, &mut decide, &mut observe, &Interrupt::default()).await
    }

    /// What the state has of the stack.
    pub async fn state(&self) -> StateView {
        match self.engine.state(&stack_name()).await {
            Ok(Some(state)) => state,
            other => unreachable!("no state: {other:?}"),
        }
    }

    /// The present object of a resource in the state.
    pub async fn resource(&self, name: &str) -> Option<ResourceState> {
        self.state().await.get(&urn(name)).cloned()
    }

    /// The calls that changed the cloud: `+name`, `~name`, `-name`.
    pub fn writes(&self) -> Vec<String> {
        let symbol = |kind| match kind {
            CallKind::Create => Some('+'),
            CallKind::Update => Some('~'),
            CallKind::Delete => Some('-'),
            CallKind::Read | CallKind::Query => None,
        };
        let calls = self.cloud.calls();
        let writes =
            calls.iter().filter_map(|call| Some((symbol(call.kind)?, call.id.trim_start_matches("T/"))));
        writes.map(|(symbol, name)| format!("{symbol}{name}")).collect()
    }

    /// The ids in the cloud, in order.
    pub fn ids(&self) -> Vec<String> {
        self.cloud.objects().into_keys().collect()
    }
}

/// A program of these resources, in this order. Its output `first` is the id of the first one.
pub fn program(items: &[Item]) -> Deployment {
    let items = items.to_vec();
    Deployment::of_function(stack_name(), move |cx| {
        for (index, item) in items.iter().enumerate() {
            declare(cx, item, index as u32 + 1)?;
        }
        let first = items.iter().find(|item| item.children.is_empty() && item.kind.is_none());
        let first = first.map(|item| Output::<Value>::of_resource(&urn(&item.name), "id"));
        Ok(first.map(|output| ("first".to_owned(), output.into())).into_iter().collect())
    })
}

/// A program of these resources, in this order. The id of each is an output under its name.
pub fn program_that_tells(items: &[Item]) -> Deployment {
    let items = items.to_vec();
    Deployment::of_function(stack_name(), move |cx| {
        for (index, item) in items.iter().enumerate() {
            declare(cx, item, index as u32 + 1)?;
        }
        let id = |item: &Item| Output::<Value>::of_resource(&urn(&item.name), "id");
        Ok(items.iter().map(|item| (item.name.clone(), id(item).into())).collect())
    })
}

/// What the cloud says when it does not want to.
pub fn refused() -> ProviderError {
    ProviderError::new(ProviderErrorKind::Refused, "Planted", "refused by the test")
}

/// The children of a component, and its line.
struct Children(Vec<Item>, u32);

impl Component for Children {
    type Outputs = ();
    fn build(self, cx: &mut Context) -> Result<(), ProgramError> {
        self.0.iter().try_for_each(|item| declare(cx, item, self.1))
    }
}

fn declare(cx: &mut Context, item: &Item, line: u32) -> Result<(), ProgramError> {
    let location = Location { file: "program.rs", line };
    let options = item.options.clone().depends_on_all(item.waits_for.iter().map(|other| urn(other)));
    if !item.children.is_empty() {
        let children = Children(item.children.clone(), line);
        return cx.build_component("C", &item.name, children, options, location);
    }
    let mut inputs: BTreeMap<String, Expression> =
        item.properties.iter().map(|(key, value)| (key.clone(), value.clone().into())).collect();
    let name = item.cloud_name.as_deref().unwrap_or(&item.name);
    inputs.insert("name".into(), Value::from(name).into());
    for (key, other) in &item.links {
        inputs.insert(key.clone(), Output::<Value>::of_resource(&urn(other), "id").into());
    }
    for (key, other) in &item.asks {
        let id = Output::<Value>::of_resource(&urn(other), "id").into();
        let (name, asked) = (format!("{}-{key}", item.name), BTreeMap::from([("id".to_owned(), id)]));
        let (asked, options) = (Expression::Map(asked), Options::new());
        let query = cx.register_query("T/read", "test", &name, asked, options, location)?;
        inputs.insert(key.clone(), query.output::<Value>("id").into());
    }
    let provider = if item.elsewhere { "other" } else { "test" };
    let kind = item.kind.as_deref().unwrap_or("T");
    cx.register(kind, provider, &item.name, Expression::Map(inputs), options, location)?;
    Ok(())
}

/// What a plan does, as `+ name`, `~ name`, `- name`, `+/- name`, `-/+ name`; what stays is left out.
pub fn actions(plan: &Plan) -> Vec<String> {
    plan.operations
        .iter()
        .filter_map(|operation| {
            let symbol = match operation.action {
                OperationKind::Same => return None,
                OperationKind::Create => "+",
                OperationKind::Update => "~",
                OperationKind::Delete => "-",
                OperationKind::Retain => "o",
                OperationKind::Replace => "+/-",
                OperationKind::ReplaceDeleteFirst => "-/+",
                OperationKind::Read => "<",
            };
            Some(format!("{symbol} {}", operation.urn.name()))
        })
        .collect()
}

/// The report of an update that was carried out.
pub fn report(update: &Update) -> &Report {
    match &update.report {
        Some(report) => report,
        None => unreachable!("the update was declined"),
    }
}

/// A program of a resource of some size, and of one that takes its `endpoint`, which only the cloud knows.
pub fn program_with_reader(size: i64) -> Deployment {
    Deployment::of_function(stack_name(), move |cx| {
        let location = Location { file: "program.rs", line: 1 };
        let inputs = Value::from([("name", "a".into()), ("size", size.into())]);
        let server = cx.register("T", "test", "a", inputs.into(), Options::new(), location)?;
        let inputs = BTreeMap::from([
            ("name".to_owned(), Value::from("b").into()),
            ("server".to_owned(), server.output::<String>("endpoint").into()),
        ]);
        cx.register("T", "test", "b", Expression::Map(inputs), Options::new(), location)?;
        Ok(BTreeMap::new())
    })
}

/// A program of a resource, and of one whose `server` is an output of the first, whatever that is.
pub fn program_with_value(output: &'static str) -> Deployment {
    Deployment::of_function(stack_name(), move |cx| {
        let location = Location { file: "program.rs", line: 1 };
        let inputs = Value::from([("name", Value::from("a"))]);
        let server = cx.register("T", "test", "a", inputs.into(), Options::new(), location)?;
        let inputs = BTreeMap::from([
            ("name".to_owned(), Value::from("b").into()),
            ("server".to_owned(), server.output::<Value>(output).into()),
        ]);
        cx.register("T", "test", "b", Expression::Map(inputs), Options::new(), location)?;
        Ok(BTreeMap::new())
    })
}

/// A program of one resource whose output `endpoint` only the cloud knows.
pub fn program_with_endpoint() -> Deployment {
    Deployment::of_function(stack_name(), |cx| {
        let inputs = Expression::from(Value::from([("name", "a".into())]));
        let location = Location { file: "program.rs", line: 1 };
        let declared = cx.register("T", "test", "a", inputs, Options::new(), location)?;
        Ok(BTreeMap::from([("endpoint".to_owned(), declared.output::<String>("endpoint").into())]))
    })
}
