//! What is there and is not managed by the program: existing resources, and what actions say of them.

use crate::provider::{API_VERSION, SECRETS};
use crate::{RawHandle, Scope};
use atp_iac::codec::{Codec, Structure};
use atp_iac::output::{Input, InputList, IntoInput, Output, Secret};
use atp_iac::program::Query;
use atp_iac::resource::{Declared, HasUrn, Resource, ResourceId, ResourceType};
use atp_iac::urn::Urn;
use atp_iac::value::{Data, Value};
use serde_json::Value as Json;
use std::borrow::Cow;
use std::fmt;

/// A resource of type `T` that is there already and is not managed here, for [`Context::read`](atp_iac::Context::read).
/// Reading it gives the handle that a `T` of the program has.
///
/// ```
/// # use atp_azure::{Existing, key_vault::Vault};
/// let vault = Existing::<Vault>::by_name("/subscriptions/s/resourceGroups/shared", "kv-shared");
/// ```
pub struct Existing<T> {
    id: Input<ResourceId<T>>,
    parent: Input<Scope>,
    name: Input<String>,
}

impl<T> Existing<T> {
    /// By its id.
    pub fn by_id(id: impl IntoInput<ResourceId<T>>) -> Self {
        Existing { id: id.into_input(), ..Existing::default() }
    }

    /// By its name, and the id of what it lives in: a resource group, a parent resource, or what it extends.
    pub fn by_name(parent: impl IntoInput<Scope>, name: impl IntoInput<String>) -> Self {
        Existing { parent: parent.into_input(), name: name.into_input(), ..Existing::default() }
    }

    /// By its name in the subscription that the provider works in: a resource group.
    pub fn in_subscription(name: impl IntoInput<String>) -> Self {
        Existing { name: name.into_input(), ..Existing::default() }
    }
}

// Derives would ask for `T: Default` and so on.
impl<T> Default for Existing<T> {
    fn default() -> Self {
        Existing { id: Input::Unset, parent: Input::Unset, name: Input::Unset }
    }
}
impl<T> Clone for Existing<T> {
    fn clone(&self) -> Self {
        Existing { id: self.id.clone(), parent: self.parent.clone(), name: self.name.clone() }
    }
}
impl<T> fmt::Debug for Existing<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Existing { id, parent, name } = self;
        f.debug_struct("Existing").field("id", id).field("parent", parent).field("name", name).finish()
    }
}

impl<T: ResourceType> Structure for Existing<T> {
    fn visit(&mut self, codec: &mut Codec<'_>) {
        codec.property("id", &mut self.id);
        codec.property("parent", &mut self.parent);
        codec.property("name", &mut self.name);
    }
}

impl<T: Resource> Query for Existing<T> {
    const PROVIDER: &'static str = T::PROVIDER;
    type Handle = T::Handle;
    fn kind(&self) -> Cow<'static, str> {
        format!("{}/read", T::TYPE).into()
    }
    fn handle(declared: Declared) -> T::Handle {
        T::handle(declared)
    }
}

/// A resource of any type that is there already; made by [`RawResource::existing`](crate::RawResource::existing).
#[derive(Clone, Debug, Default)]
pub struct RawExisting {
    kind: String,
    api_version: Input<String>,
    id: Input<Scope>,
    secrets: InputList<String>,
}

impl RawExisting {
    pub(crate) fn new(kind: String, api_version: String, id: Input<Scope>) -> Self {
        RawExisting { kind, api_version: Input::Value(api_version), id, secrets: InputList::Unset }
    }

    /// Paths of what the service says that must not be shown.
    pub fn secret_outputs<P: Into<String>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        self.secrets = InputList::Items(paths.into_iter().map(|path| Input::Value(path.into())).collect());
        self
    }
}

impl Structure for RawExisting {
    fn visit(&mut self, codec: &mut Codec<'_>) {
        codec.property("id", &mut self.id);
        codec.property(API_VERSION, &mut self.api_version);
        codec.property(SECRETS, &mut self.secrets);
    }
}

impl Query for RawExisting {
    const PROVIDER: &'static str = "azure";
    type Handle = RawHandle;
    fn kind(&self) -> Cow<'static, str> {
        format!("{}/read", self.kind).into()
    }
    fn handle(declared: Declared) -> RawHandle {
        RawHandle::new(declared)
    }
}

/// An action that tells something of a resource, such as `listKeys`: all that it says is secret.
///
/// ```
/// # use atp_azure::{Action, storage::StorageAccountHandle};
/// # fn keys(account: &StorageAccountHandle) -> Action {
/// Action::of(account.id(), "listKeys")
/// # }
/// ```
///
/// A query is asked on every plan, so only actions that change nothing can be: their names begin with `list`, `get` or
/// `check`.
#[derive(Clone, Debug, Default)]
pub struct Action {
    kind: Cow<'static, str>,
    name: String,
    api_version: Input<String>,
    id: Input<Scope>,
    body: Input<Value>,
}

impl Action {
    /// An action of a resource whose type this library knows.
    pub fn of<T: ResourceType>(id: impl IntoInput<ResourceId<T>>, name: impl Into<String>) -> Self {
        let id = id.into_input().into_input();
        Action { kind: T::TYPE.into(), name: name.into(), id, ..Action::default() }
    }

    /// An action of a resource of any type.
    pub fn raw(
        kind: impl Into<String>,
        api_version: impl Into<String>,
        id: impl IntoInput<Scope>,
        name: impl Into<String>,
    ) -> Self {
        Action {
            kind: Cow::Owned(kind.into()),
            name: name.into(),
            api_version: Input::Value(api_version.into()),
            id: id.into_input(),
            body: Input::Unset,
        }
    }

    /// What is sent along; nothing unless told.
    pub fn body(mut self, body: Json) -> Self {
        self.body = Input::Value(Value::from(body));
        self
    }
}

impl Structure for Action {
    fn visit(&mut self, codec: &mut Codec<'_>) {
        codec.property("id", &mut self.id);
        codec.property("body", &mut self.body);
        codec.property(API_VERSION, &mut self.api_version);
    }
}

impl Query for Action {
    const PROVIDER: &'static str = "azure";
    type Handle = ActionHandle;
    fn kind(&self) -> Cow<'static, str> {
        format!("{}/{}/action", self.kind, self.name).into()
    }
    fn handle(declared: Declared) -> ActionHandle {
        ActionHandle { declared }
    }
}

/// What an [`Action`] says.
#[derive(Clone, Debug)]
pub struct ActionHandle {
    declared: Declared,
}

impl ActionHandle {
    /// The part of the answer at a path of keys and positions separated by `/`, such as `keys/0/value`.
    pub fn output<T: Data>(&self, path: &str) -> Output<Secret<T>> {
        self.declared.output::<T>(path).secret()
    }
}

impl HasUrn for ActionHandle {
    fn urn(&self) -> &Urn {
        self.declared.urn()
    }
}
