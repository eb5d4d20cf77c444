//! What is known of each ARM type, as data.
//!
//! The generator writes one [`TypeDescriptor`] per type; provider, diff, simulator and documentation all read it, so
//! that no fact about a type is written twice. Everything here is `'static` and built at compile time.
//!
//! Paths of properties are dotted and start at the body: `properties.sku.name`, `properties.rules[].name`.

use crate::typed::TypedResource;

/// One ARM type at one api-version.
#[derive(Debug)]
pub struct TypeDescriptor {
    /// Namespace and type, such as `Microsoft.Network/virtualNetworks/subnets`.
    pub name: &'static str,
    /// The api-version that every request about this type carries.
    pub api_version: &'static str,
    /// What an instance lives in.
    pub parent: Parent,
    /// Rules for the last segment of the id.
    pub names: NameRules,
    /// Shape of the body of PUT, without `id`, `name`, `type`.
    pub body: &'static Shape,
    /// PUT, which every type has.
    pub put: Method,
    /// PATCH, where the type has it.
    pub patch: Option<Method>,
    /// DELETE, where the type has it.
    pub delete: Option<Method>,
    /// Path templates of the list calls, such as `/subscriptions/{subscriptionId}/resourceGroups`.
    pub lists: &'static [&'static str],
    /// The POST actions.
    pub actions: &'static [Action],
    /// Paths whose change needs a new resource.
    pub create_only: &'static [&'static str],
    /// Property paths that may hold an id, each with the type that it names.
    pub references: &'static [(&'static str, &'static str)],
    /// What the service is expected to fill in where a body is silent: path, and the value as JSON. Hints from the
    /// swagger of 2021 and from what terraform-provider-azurerm documents; nothing is sent or compared because of them.
    pub defaults: &'static [(&'static str, &'static str)],
    /// How its typed resource is written in Rust, where there is one.
    pub typed: Option<&'static TypedResource>,
}

/// A POST on an instance, such as `listKeys`.
#[derive(Debug)]
pub struct Action {
    /// The last segment of its URL.
    pub name: &'static str,
    /// Shape of the body that it takes. `None` when it takes none, or when its shape is not described.
    pub input: Option<&'static Shape>,
    /// Shape of its answer. Described for actions that give out secrets; `None` for the others.
    pub output: Option<&'static Shape>,
    /// Present when the service may answer before the work is done.
    pub long_running: Option<LongRunning>,
}

/// What an instance of a type lives in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parent {
    /// `/subscriptions/{s}/resourceGroups/{name}`: the resource group itself.
    Subscription,
    /// `{group}/providers/{namespace}/{type}/{name}`.
    ResourceGroup,
    /// `{parent}/{last segment of the type}/{name}`; the value is the type of the parent.
    Resource(&'static str),
    /// `{any scope}/providers/{namespace}/{type}/{name}`: an extension of another resource, group or subscription.
    Scope,
}

/// Rules for the name of an instance.
#[derive(Debug, Clone, Copy)]
pub struct NameRules {
    /// Fewest characters.
    pub min: usize,
    /// Most characters.
    pub max: usize,
    /// Anchored regular expression without look-around, if one is known. Empty when none is.
    pub pattern: &'static str,
    /// Whether `-` may stand inside the name.
    pub hyphens: bool,
    /// Whether upper case letters may be used.
    pub upper: bool,
    /// Where no two instances may have the same name.
    pub unique: Unique,
    /// The only name that the service accepts, such as `default`.
    pub fixed: Option<&'static str>,
}

/// Where no two instances may have the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unique {
    /// In all of Azure: the name is part of a host name.
    Global,
    /// In the tenant.
    Tenant,
    /// In the subscription.
    Subscription,
    /// In the resource group.
    ResourceGroup,
    /// In the parent resource or scope.
    Parent,
}

/// One HTTP method of a type.
#[derive(Debug, Clone, Copy)]
pub struct Method {
    /// Status codes that clients accept.
    pub codes: &'static [u16],
    /// Present when the service may answer before the work is done.
    pub long_running: Option<LongRunning>,
}

/// How a long-running operation is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LongRunning {
    /// Whether the answer carries `Azure-AsyncOperation`.
    pub azure_async_operation: bool,
    /// Whether the answer carries `Location`.
    pub location: bool,
    /// Where the final result is read.
    pub final_state: FinalState,
}

/// Where the result of a finished long-running operation is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinalState {
    /// GET on the URL of the resource.
    Resource,
    /// GET on the `Location` URL.
    Location,
}

/// The shape of one value in a body.
#[derive(Debug)]
pub enum Shape {
    /// Anything.
    Any,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer {
        /// Smallest value.
        min: Option<i64>,
        /// Largest value.
        max: Option<i64>,
    },
    /// A number that may have a fraction.
    Number,
    /// Text.
    String(&'static Text),
    /// A list.
    List {
        /// Shape of each item.
        item: &'static Shape,
        /// Fewest items.
        min: usize,
        /// Most items.
        max: usize,
    },
    /// A map from any key to one shape.
    Map(&'static Shape),
    /// An object with known properties.
    Object(&'static Object),
}

/// Rules for a text.
#[derive(Debug)]
pub struct Text {
    /// Fewest characters.
    pub min: usize,
    /// Most characters; `usize::MAX` when there is no limit.
    pub max: usize,
    /// Regular expression; empty when there is none.
    pub pattern: &'static str,
    /// The known values; empty when any text is allowed.
    pub values: &'static [&'static str],
    /// Whether the service accepts values besides [`values`](Self::values).
    pub open: bool,
}

/// Rules for an object.
#[derive(Debug)]
pub struct Object {
    /// Its properties, by name.
    pub properties: &'static [Property],
    /// Shape of properties that are not listed, when they are allowed.
    pub additional: Option<&'static Shape>,
    /// For a discriminated union: the property that selects the variant, and the variants' own objects. Where there are
    /// additional properties as well, the service knows more variants than these.
    pub variants: Option<(&'static str, &'static [(&'static str, &'static Object)])>,
}

/// One property of an object.
#[derive(Debug)]
pub struct Property {
    /// The name on the wire.
    pub name: &'static str,
    /// The shape of the value.
    pub shape: &'static Shape,
    /// What else is known of it.
    pub flags: Flags,
}

/// What is known of a property besides its shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags {
    /// The service refuses a body without it.
    pub required: bool,
    /// Only the service sets it; it is ignored in requests.
    pub read_only: bool,
    /// The service never returns it.
    pub write_only: bool,
    /// The value must not be shown.
    pub secret: bool,
}

impl Flags {
    /// No flag.
    pub const NONE: Flags = Flags { required: false, read_only: false, write_only: false, secret: false };
    /// Required.
    pub const REQUIRED: Flags = Flags { required: true, ..Flags::NONE };
    /// Set by the service only.
    pub const READ_ONLY: Flags = Flags { read_only: true, ..Flags::NONE };
    /// Never returned.
    pub const WRITE_ONLY: Flags = Flags { write_only: true, ..Flags::NONE };
    /// Not to be shown.
    pub const SECRET: Flags = Flags { secret: true, ..Flags::NONE };
}

impl TypeDescriptor {
    /// The action with a name, in any case.
    pub fn action(&self, name: &str) -> Option<&'static Action> {
        self.actions.iter().find(|action| action.name.eq_ignore_ascii_case(name))
    }

    /// The namespace: `Microsoft.Network` of `Microsoft.Network/virtualNetworks/subnets`.
    pub fn namespace(&self) -> &'static str {
        self.name.split('/').next().unwrap_or(self.name)
    }

    /// The last segment of the type: `subnets` of `Microsoft.Network/virtualNetworks/subnets`.
    pub fn leaf(&self) -> &'static str {
        self.name.rsplit('/').next().unwrap_or(self.name)
    }

    /// The id of the instance `name` in `parent`, where `parent` is the id of a subscription, resource group, resource
    /// or other scope, as [`TypeDescriptor::parent`] says.
    pub fn id(&self, parent: &str, name: &str) -> String {
        let parent = parent.trim_end_matches('/');
        match self.parent {
            Parent::Subscription => format!("{parent}/resourceGroups/{name}"),
            Parent::Resource(_) => format!("{parent}/{}/{name}", self.leaf()),
            Parent::ResourceGroup | Parent::Scope => format!("{parent}/providers/{}/{name}", self.name),
        }
    }

    /// Whether instances live in those of another type.
    pub fn lives_in(&self, kind: &str) -> bool {
        matches!(self.parent, Parent::Resource(parent) if parent.eq_ignore_ascii_case(kind))
    }

    /// Whether the body has a `location`, and so an instance a region.
    pub fn has_location(&self) -> bool {
        matches!(self.body, Shape::Object(object) if object.properties.iter().any(|p| p.name == "location" && !p.flags.read_only))
    }
}
