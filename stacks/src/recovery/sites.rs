//! The two regions of an environment: what is deployed there, and what has a side in each.

use atp_iac::cli::{Failure, Invocation, Target};
use atp_iac::provider::{Action, Provider, ProviderError, Target as Object};
use atp_iac::state::{ResourceState, StateView};
use atp_iac::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How long one action may take.
const PATIENCE: Duration = Duration::from_secs(60 * 60);
/// Who manages what changes sides.
const AZURE: &str = "azure";

/// One region, with the states of its stacks that are deployed.
pub(super) struct Region {
    pub name: String,
    pub stacks: BTreeMap<&'static str, StateView>,
}

impl Region {
    async fn read(invocation: &Invocation<'_>, environment: &str, name: &str) -> Result<Self, Failure> {
        let mut stacks = BTreeMap::new();
        for program in invocation.programs() {
            let target = invocation.target(environment, name, program.name)?;
            let state = target.engine().state(target.name()).await?;
            let there = state.filter(|view| !view.is_empty() || !view.outputs().is_empty());
            stacks.extend(there.map(|view| (program.name, view)));
        }
        Ok(Region { name: name.to_owned(), stacks })
    }

    /// The resources of a type, with the stacks that declare them.
    pub fn of_type<'r>(&'r self, kind: &'r str) -> impl Iterator<Item = (&'static str, &'r ResourceState)> {
        self.stacks.iter().flat_map(move |(stack, view)| {
            let fits = |resource: &&ResourceState| resource.kind.eq_ignore_ascii_case(kind);
            view.resources().filter(fits).map(|resource| (*stack, resource))
        })
    }

    fn has(&self, kind: &str, id: &str) -> bool {
        self.of_type(kind).any(|(_, resource)| resource.id.eq_ignore_ascii_case(id))
    }
}

/// A type whose resources have a side in each region.
pub(super) struct Paired {
    pub kind: &'static str,
    /// The type of what a side is in.
    pub home: &'static str,
    /// Reads the id of the other home from what the program said.
    pub partner: fn(&Value) -> Option<&str>,
}

/// Something with a side in each region.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub name: String,
    /// The id of the side that is to stand by.
    pub from: String,
    /// The id of the side that is to lead.
    pub to: String,
    /// What the program said of it.
    pub inputs: Value,
}

/// Both regions, and the cloud that they are in.
pub(super) struct Sites<'i> {
    pub invocation: &'i Invocation<'i>,
    pub environment: String,
    /// The region that is left.
    pub from: Region,
    /// The region that takes over.
    pub to: Region,
    cloud: Arc<dyn Provider>,
}

impl<'i> Sites<'i> {
    /// Reads the states of both regions.
    ///
    /// # Errors
    /// When one of them cannot be read, or the cloud cannot be used as it is set up.
    pub async fn read(
        invocation: &'i Invocation<'i>,
        environment: &str,
        from: &str,
        to: &str,
    ) -> Result<Self, Failure> {
        let first = invocation.programs().first().map_or("", |program| program.name);
        let target = invocation.target(environment, to, first)?;
        let providers = target.providers(&target.config()?)?;
        let cloud = providers.into_iter().find(|provider| provider.name() == AZURE);
        let cloud = cloud.ok_or_else(|| Failure::failed("this program has no Azure to switch regions in"))?;
        let (from, to) = (
            Region::read(invocation, environment, from).await?,
            Region::read(invocation, environment, to).await?,
        );
        Ok(Sites { invocation, environment: environment.to_owned(), from, to, cloud })
    }

    /// A stack of one of the regions.
    pub fn target(&self, region: &str, stack: &str) -> Result<Target<'i>, Failure> {
        self.invocation.target(&self.environment, region, stack)
    }

    pub fn regions(&self) -> [&Region; 2] {
        [&self.from, &self.to]
    }

    /// What is paired, from the states of both regions. One that is known on both sides is there once.
    ///
    /// # Errors
    /// When the sides of one are not in the two regions.
    pub fn pairs(&self, paired: &Paired) -> Result<Vec<Pair>, Failure> {
        let mut pairs: BTreeMap<String, Pair> = BTreeMap::new();
        let resources = self.regions().into_iter().flat_map(|region| region.of_type(paired.kind));
        for (_, resource) in resources {
            let (home, leaf, name) = split(&resource.id);
            let other = (paired.partner)(&resource.inputs).unwrap_or_default();
            let sides = [(home, other), (other, home)];
            let found = sides
                .into_iter()
                .find(|(from, to)| self.from.has(paired.home, from) && self.to.has(paired.home, to));
            let Some((from, to)) = found else {
                return Err(Failure::failed(format!(
                    "`{name}` is between {home} and {other}, which are not the two regions {} and {}",
                    self.from.name, self.to.name
                )));
            };
            let side = |home: &str| format!("{home}/{leaf}/{name}");
            let pair = Pair {
                name: name.to_owned(),
                from: side(from),
                to: side(to),
                inputs: resource.inputs.clone(),
            };
            pairs.entry(name.to_ascii_lowercase()).or_insert(pair);
        }
        Ok(pairs.into_values().collect())
    }

    /// What the cloud says of a resource; `None` when it is not there.
    pub async fn get(&self, kind: &str, id: &str) -> Result<Option<Value>, ProviderError> {
        self.cloud.read(Object { kind, id, inputs: &Value::map() }).await
    }

    /// Performs an action and waits for its end.
    pub async fn perform(&self, kind: &str, id: &str, name: &str) -> Result<(), ProviderError> {
        let action = Action { kind, id, name, body: None, timeout: PATIENCE };
        self.cloud.perform(action).await.map(drop)
    }

    /// Writes a resource, whether it is there or not.
    pub async fn put(&self, kind: &str, id: &str, inputs: &Value) -> Result<(), ProviderError> {
        let request = atp_iac::provider::Request { kind, inputs, timeout: PATIENCE };
        let nothing = Value::map();
        let old = atp_iac::provider::Existing { id, inputs: &nothing, outputs: &nothing };
        self.cloud.update(request, &old).await.map(drop)
    }

    pub async fn delete(&self, kind: &str, id: &str) -> Result<(), ProviderError> {
        self.cloud.delete(Object { kind, id, inputs: &Value::map() }, PATIENCE).await
    }
}

/// What a resource is in, the last part of its type, and its name.
pub(super) fn split(id: &str) -> (&str, &str, &str) {
    let mut parts = id.rsplitn(3, '/');
    let (name, leaf) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    (parts.next().unwrap_or_default(), leaf, name)
}

/// A text among the properties of what the cloud said.
pub(super) fn property<'v>(said: &'v Value, name: &str) -> Option<&'v str> {
    said.get("properties")?.get(name)?.as_str()
}

/// An error of the cloud, with what was tried.
pub(super) fn refused(what: impl Into<String>, error: ProviderError) -> Failure {
    let hint = error.hint.clone();
    let failure = Failure::failed(what).with_cause(error);
    match hint {
        Some(hint) => failure.with_hint(hint),
        None => failure,
    }
}
