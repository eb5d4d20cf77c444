//! Ids that name resources of any type, and what generated types share.

use atp_iac::codec::{Codec, Structure};
use atp_iac::output::{Expression, Input, IntoInput, Output};
use atp_iac::resource::{ResourceId, ResourceType};
use atp_iac::value::{Data, Decoder, Kind, Value};
use std::collections::BTreeMap;
use std::fmt;

/// The id of anything that Azure Resource Manager knows: a resource of any type, a resource group, a subscription or
/// a management group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope(String);

impl Scope {
    /// From an id.
    pub fn new(id: impl Into<String>) -> Self {
        Scope(id.into())
    }

    /// A whole subscription.
    pub fn subscription(subscription_id: &str) -> Self {
        Scope(format!("/subscriptions/{subscription_id}"))
    }

    /// A management group.
    pub fn management_group(name: &str) -> Self {
        Scope(format!("/providers/Microsoft.Management/managementGroups/{name}"))
    }

    /// The whole tenant.
    pub fn tenant() -> Self {
        Scope("/".to_owned())
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<T> From<ResourceId<T>> for Scope {
    fn from(id: ResourceId<T>) -> Self {
        Scope(id.as_str().to_owned())
    }
}

impl Data for Scope {
    const KIND: Kind = Kind::String;
    fn encode(&self) -> Expression {
        Expression::Value(Value::String(self.0.clone()))
    }
    fn decode(value: &Value, decoder: &mut Decoder) -> Option<Self> {
        let text = String::decode(value, decoder)?;
        if text.starts_with('/') {
            return Some(Scope(text));
        }
        decoder.mismatch("an id, which starts with `/`", "another text");
        None
    }
}

/// A reference to another resource, as lists of references and less common properties have it: `{ "id": .. }`.
#[derive(Clone, Default)]
pub struct SubResource {
    /// The id.
    pub id: Input<Scope>,
}

impl SubResource {
    /// To the resource with this id.
    pub fn new(id: impl IntoInput<Scope>) -> Self {
        SubResource { id: id.into_input() }
    }
}

impl Structure for SubResource {
    fn visit(&mut self, codec: &mut Codec<'_>) {
        codec.property("id", &mut self.id);
    }
}

impl fmt::Debug for SubResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug("SubResource", self, f)
    }
}

/// Ids of every type can be given where any id can.
macro_rules! any_id {
    ($($id:ty => |$value:ident| $scope:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: ResourceType> IntoInput<Scope> for $id {
            fn into_input(self) -> Input<Scope> {
                let $value = self;
                $scope
            }
        }
        #[diagnostic::do_not_recommend]
        impl<T: ResourceType> IntoInput<SubResource> for $id {
            fn into_input(self) -> Input<SubResource> {
                Input::Value(SubResource::new(self))
            }
        }
    )*};
}
any_id! {
    ResourceId<T> => |id| Input::Value(id.into());
    &ResourceId<T> => |id| Input::Value(id.clone().into());
    Output<ResourceId<T>> => |id| Input::Output(id.map(Scope::from));
    &Output<ResourceId<T>> => |id| Input::Output(id.map(Scope::from));
}

#[diagnostic::do_not_recommend]
impl<T: ResourceType> IntoInput<Scope> for Input<ResourceId<T>> {
    fn into_input(self) -> Input<Scope> {
        match self {
            Input::Unset => Input::Unset,
            Input::Value(id) => Input::Value(id.into()),
            Input::Output(id) => Input::Output(id.map(Scope::from)),
        }
    }
}

#[diagnostic::do_not_recommend]
impl IntoInput<Scope> for &str {
    fn into_input(self) -> Input<Scope> {
        Input::Value(Scope::new(self))
    }
}

#[diagnostic::do_not_recommend]
impl IntoInput<SubResource> for &str {
    fn into_input(self) -> Input<SubResource> {
        Input::Value(SubResource::new(self))
    }
}

/// For properties such as `identity.userAssignedIdentities`, which are a map from the ids of identities to nothing.
pub fn user_assigned<T: ResourceType>(identity: &Output<ResourceId<T>>) -> Output<BTreeMap<String, Value>> {
    identity.map(|id| BTreeMap::from([(id.as_str().to_owned(), Value::map())]))
}

/// Shows a structure as it would be written, with secrets masked.
pub(crate) fn debug<T: Data>(name: &str, data: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{name} ")?;
    fmt::Debug::fmt(&data.encode(), f)
}

/// A structure with the property that tells which of several it is.
#[allow(dead_code, reason = "some features have no unions")]
pub(crate) fn tagged<T: Structure>(value: &T, tag: &str, text: &str) -> Expression {
    let mut expression = value.encode();
    if let Expression::Map(map) = &mut expression {
        map.insert(tag.to_owned(), Expression::Value(text.into()));
    }
    expression
}

/// Reads one of the known texts. Azure does not keep the case of them.
#[allow(dead_code, reason = "some features have no closed set")]
pub(crate) fn decode_closed<T: Copy>(
    value: &Value,
    decoder: &mut Decoder,
    known: &[(T, &'static str)],
) -> Option<T> {
    let text = String::decode(value, decoder)?;
    let found = known.iter().find(|(_, known)| known.eq_ignore_ascii_case(&text));
    if found.is_none() {
        let texts: Vec<String> = known.iter().map(|(_, known)| format!("`{known}`")).collect();
        decoder.mismatch(format!("one of {}", texts.join(", ")), "another text");
    }
    found.map(|(variant, _)| *variant)
}
