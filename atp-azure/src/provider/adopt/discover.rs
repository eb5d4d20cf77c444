//! Everything that is in a resource group, or in a resource.
//!
//! Azure lists the resources of a group, and neither what lies in them nor what is attached to them. So whatever is found
//! is read, and asked for its children: those that its body shows, those that its child types list, and those that have
//! one name only. Locks and role assignments are listed for the whole scope at once.

use super::super::errors::Hidden;
use super::super::kind::API_VERSION;
use super::super::{AzureProvider, lists};
use super::extensions::{OF_RESOURCES, OF_SCOPES};
use super::made;
use super::namespaces::Versions;
use crate::arm::ArmError;
use crate::descriptor::{Parent, TypeDescriptor};
use crate::provider::address::{fits, type_of};
use atp_iac::provider::{Found, Provider, ProviderError, ProviderErrorKind, Target};
use atp_iac::value::{Map, Value};
use azure_core::http::Method;
use futures::StreamExt;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How many requests run at a time.
const PARALLEL: usize = 8;
/// How long all pages of a list may take.
const LIST: Duration = Duration::from_secs(5 * 60);
/// More pages than this have no end.
const PAGES: usize = 1000;
/// The api-version of the list of resources.
const RESOURCES: &str = "2021-04-01";
const GROUP: &str = "Microsoft.Resources/resourceGroups";

/// Something that may be there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    kind: String,
    id: String,
}

/// A place where candidates are looked for.
enum Place {
    /// A list of a type; an item may be of another one.
    List { path: String, api_version: &'static str, kind: Option<&'static str> },
    /// The only instance that there can be.
    Only(Candidate),
}

impl AzureProvider {
    /// Everything in a resource group, which is given by its id or its name, or in the resource with an id.
    pub(in super::super) async fn discover_scope(&self, scope: &str) -> Result<Vec<Found>, ProviderError> {
        let root = self.root(scope)?;
        let mut versions = BTreeMap::new();
        let mut found = self.read_all(vec![root.clone()], &mut versions).await?;
        if found.is_empty() {
            let message = format!("there is no {} `{}`", root.kind, root.id);
            return Err(ProviderError::new(ProviderErrorKind::Refused, "NotFound", message)
                .with_hint("give the name or the id of a resource group, or the id of a resource"));
        }
        let mut seen = BTreeSet::from([root.id.to_ascii_lowercase()]);
        let mut places = self.of_scope(&root.id);
        if root.kind == GROUP {
            let path = format!("{}/resources", root.id);
            places.push(Place::List { path, api_version: RESOURCES, kind: None });
        }
        places.extend(self.places(&found[0]));
        while !places.is_empty() {
            let mut candidates = self.candidates(places).await?;
            candidates.extend(found.iter().flat_map(|found| self.shown(found)));
            candidates.retain(|candidate| {
                self.lies_in(&candidate.id, &root.id)
                    && !made::is_made(&candidate.kind, &candidate.id)
                    && seen.insert(candidate.id.to_ascii_lowercase())
            });
            let new = self.read_all(candidates, &mut versions).await?;
            places = new.iter().flat_map(|found| self.places(found)).collect();
            found.extend(new);
        }
        self.forget_silent(&mut found);
        // A path sorts behind what it begins with.
        found.sort_by_cached_key(|found| found.id.to_ascii_lowercase());
        Ok(found)
    }

    /// Reads an object of any type; `None` when it is not there, or belongs to another one.
    pub(in super::super) async fn find_object(
        &self,
        kind: &str,
        id: &str,
    ) -> Result<Option<Value>, ProviderError> {
        let candidate = Candidate { kind: kind.to_owned(), id: id.to_owned() };
        let mut found = self.read_all(vec![candidate], &mut BTreeMap::new()).await?;
        Ok(found.pop().and_then(|found| found.outputs))
    }

    fn root(&self, scope: &str) -> Result<Candidate, ProviderError> {
        let scope = scope.trim_end_matches('/');
        let id = match scope.starts_with('/') {
            true => scope.to_owned(),
            false => format!("/subscriptions/{}/resourceGroups/{scope}", self.subscription),
        };
        let kind = match fits(Parent::ResourceGroup, &id) {
            true => Some(GROUP.to_owned()),
            false => type_of(&id),
        };
        let kind = kind.filter(|_| !scope.is_empty()).ok_or_else(|| {
            let message = format!("`{scope}` is neither a resource group nor the id of a resource");
            ProviderError::new(ProviderErrorKind::Refused, "UnknownScope", message).with_hint(
                "give a name such as `rg-app`, or an id such as `/subscriptions/../resourceGroups/rg-app`",
            )
        })?;
        Ok(Candidate { kind: self.canonical(kind), id })
    }

    /// The name of a type as its descriptor writes it.
    fn canonical(&self, kind: String) -> String {
        self.catalog.find(&kind).map_or(kind, |descriptor| descriptor.name.to_owned())
    }

    /// Reads candidates; those that are not there, or belong to another resource, are left out.
    async fn read_all(
        &self,
        candidates: Vec<Candidate>,
        versions: &mut BTreeMap<String, Versions>,
    ) -> Result<Vec<Found>, ProviderError> {
        for candidate in &candidates {
            let namespace = candidate.kind.split('/').next().unwrap_or_default().to_ascii_lowercase();
            if self.catalog.find(&candidate.kind).is_none() && !versions.contains_key(&namespace) {
                let known = self.versions(&namespace).await?;
                versions.insert(namespace, known);
            }
        }
        let versions = &*versions;
        let reads: Vec<_> =
            candidates.into_iter().map(|candidate| self.read_candidate(candidate, versions)).collect();
        let read: Vec<Result<Option<Found>, ProviderError>> =
            futures::stream::iter(reads).buffered(PARALLEL).collect().await;
        read.into_iter().filter_map(Result::transpose).collect()
    }

    async fn read_candidate(
        &self,
        candidate: Candidate,
        versions: &BTreeMap<String, Versions>,
    ) -> Result<Option<Found>, ProviderError> {
        let Candidate { kind, id } = candidate;
        let mut inputs = Map::new();
        if self.catalog.find(&kind).is_none() {
            let name = kind.to_ascii_lowercase();
            let namespace = name.split('/').next().unwrap_or_default();
            let Some(version) = versions.get(namespace).and_then(|types| types.get(&name)) else {
                let message = format!("`{id}` cannot be read: no api-version of `{kind}` is known");
                return Err(ProviderError::new(ProviderErrorKind::Refused, "UnknownType", message)
                    .with_hint("import the resources one by one, and declare this one as a `RawResource`"));
            };
            inputs.insert(API_VERSION.to_owned(), version.as_str().into());
        }
        let inputs = Value::Map(inputs);
        let Some(mut outputs) = self.read(Target { kind: &kind, id: &id, inputs: &inputs }).await? else {
            return Ok(None);
        };
        if let (Value::Map(outputs), Value::Map(inputs)) = (&mut outputs, inputs) {
            outputs.extend(inputs);
        }
        let found = (!made::belongs_to_another(&kind, &outputs)).then_some(outputs);
        Ok(found.map(|outputs| Found { kind, id, outputs: Some(outputs) }))
    }

    /// The lists of what is attached to a scope.
    fn of_scope(&self, id: &str) -> Vec<Place> {
        let known = OF_SCOPES.iter().filter_map(|kind| self.catalog.find(kind));
        let list = |kind: &'static TypeDescriptor| Place::List {
            path: format!("{id}/providers/{}", kind.name),
            api_version: kind.api_version,
            kind: Some(kind.name),
        };
        known.map(list).collect()
    }

    /// Where children and extensions of a resource are looked for.
    fn places(&self, found: &Found) -> Vec<Place> {
        let children = self.catalog.children(&found.kind).filter_map(|child| {
            let parent = self.catalog.find(&found.kind)?;
            if made::is_always_made(child.name) || self.catalog.shows(parent, child) {
                return None;
            }
            let path = format!("{}/{}", found.id, child.leaf());
            place(child, path, || child.id(&found.id, child.names.fixed.unwrap_or_default()))
        });
        let is_child = found.kind.matches('/').count() > 1;
        let is_asked = |of: &Option<&str>| match of {
            Some(kind) => kind.eq_ignore_ascii_case(&found.kind),
            None => !is_child && found.kind != GROUP && !is_extension(&found.id),
        };
        let extensions = OF_RESOURCES.iter().filter(|(_, of)| is_asked(of)).filter_map(|(kind, _)| {
            let extension = self.catalog.find(kind)?;
            let path = format!("{}/providers/{}", found.id, extension.name);
            match extension.names.fixed {
                Some(name) => {
                    let id = extension.id(&found.id, name);
                    Some(Place::Only(Candidate { kind: extension.name.to_owned(), id }))
                }
                None => {
                    Some(Place::List { path, api_version: extension.api_version, kind: Some(extension.name) })
                }
            }
        });
        children.chain(extensions).collect()
    }

    /// The parts of a resource that its body shows, and that are resources of their own here.
    fn shown(&self, found: &Found) -> Vec<Candidate> {
        let descriptor = self.catalog.find(&found.kind);
        let outputs = found.outputs.as_ref();
        let parts = outputs.map(|outputs| self.nested(&found.kind, &found.id, outputs)).unwrap_or_default();
        let is_apart = |kind: &str| {
            let lists = self.nested_lists(descriptor).iter();
            self.catalog
                .find(kind)
                .is_some_and(|child| lists.clone().any(|list| list.is_apart() && list.holds(child)))
        };
        let parts = parts.into_iter().filter(|part| is_apart(&part.kind));
        parts.map(|part| Candidate { kind: part.kind, id: part.id }).collect()
    }

    async fn candidates(&self, places: Vec<Place>) -> Result<Vec<Candidate>, ProviderError> {
        let looks: Vec<_> = places.into_iter().map(|place| self.look(place)).collect();
        let found: Vec<Result<Vec<Candidate>, ProviderError>> =
            futures::stream::iter(looks).buffered(PARALLEL).collect().await;
        Ok(found.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    async fn look(&self, place: Place) -> Result<Vec<Candidate>, ProviderError> {
        let (path, api_version, kind) = match place {
            Place::Only(candidate) => return Ok(vec![candidate]),
            Place::List { path, api_version, kind } => (path, api_version, kind),
        };
        let items = match self.items(&path, api_version).await {
            Ok(items) => items,
            Err(error) if error.is_absent() => return Ok(Vec::new()),
            Err(error) => {
                let error = Hidden::default().error(error);
                // Some resources do not take a kind of child or extension, and refuse to list it.
                let is_refused = error.kind == ProviderErrorKind::Refused && kind.is_some();
                return if is_refused { Ok(Vec::new()) } else { Err(error) };
            }
        };
        let candidates = items.iter().filter_map(|item| {
            let id = item.get("id")?.as_str()?.to_owned();
            let kind = match kind {
                Some(kind) => kind.to_owned(),
                None => {
                    item.get("type").and_then(Json::as_str).map(str::to_owned).or_else(|| type_of(&id))?
                }
            };
            Some(Candidate { kind: self.canonical(kind), id })
        });
        Ok(candidates.collect())
    }

    /// The items of all pages of a list.
    async fn items(&self, path: &str, api_version: &str) -> Result<Vec<Json>, ArmError> {
        let malformed = |what: &str| ArmError::Malformed { what: format!("the list {path} {what}") };
        let deadline = self.client.deadline(LIST);
        let mut items = Vec::new();
        let mut call = self.client.call(Method::Get, path, api_version);
        for _ in 0..PAGES {
            let answer = self.client.send(&call, deadline).await?;
            let page = answer.body.get("value").and_then(Json::as_array);
            items.extend(page.ok_or_else(|| malformed("has no `value`"))?.iter().cloned());
            match answer.body.get("nextLink").and_then(Json::as_str).filter(|link| !link.is_empty()) {
                Some(link) => call = self.client.follow_url(link)?,
                None => return Ok(items),
            }
        }
        Err(malformed("has no end"))
    }

    /// Leaves out settings that are always there and say nothing, unless something else lies in them.
    fn forget_silent(&self, found: &mut Vec<Found>) {
        let ids: Vec<String> = found.iter().map(|found| found.id.clone()).collect();
        found.retain(|found| {
            let nothing = Value::map();
            let outputs = found.outputs.as_ref().unwrap_or(&nothing);
            let is_single = self.kind(&found.kind, outputs).is_some_and(|kind| kind.is_single());
            let says = self.inputs_of(&found.kind, &found.id, outputs);
            let is_silent = says.is_none_or(|says| says.as_map().is_some_and(|map| map.len() <= 2));
            !(is_single && is_silent) || ids.iter().any(|id| self.lies_in(id, &found.id))
        });
    }
}

/// Where instances of a child type are looked for: in the list of its parent, or under the only name that they can have.
fn place(child: &'static TypeDescriptor, path: String, only: impl Fn() -> String) -> Option<Place> {
    if lists::has_list(child, &path) {
        return Some(Place::List { path, api_version: child.api_version, kind: Some(child.name) });
    }
    let only = || Place::Only(Candidate { kind: child.name.to_owned(), id: only() });
    child.names.fixed.map(|_| only())
}

/// Whether the resource with an id is attached to another one.
fn is_extension(id: &str) -> bool {
    id.to_ascii_lowercase().matches("/providers/").count() > 1
}
