//! For tests: some types, by hand, and a provider of them.

use super::{AzureProvider, AzureSettings};
use crate::arm::script::{Script, VirtualTime};
use crate::descriptor::{
    FinalState, Flags, LongRunning, Method, NameRules, Object, Parent, Property, Shape, Text, TypeDescriptor,
    Unique,
};
use std::sync::Arc;

pub(crate) const PARENT: &str = "/subscriptions/s/resourceGroups/g";
pub(crate) const NETWORK_ID: &str =
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/net";

const fn property(name: &'static str, shape: &'static Shape, flags: Flags) -> Property {
    Property { name, shape, flags }
}

const fn object(properties: &'static [Property]) -> Object {
    Object { properties, additional: None, variants: None }
}

static TEXT: Shape = Shape::String(&Text { min: 0, max: usize::MAX, pattern: "", values: &[], open: false });
static TIER: Shape =
    Shape::String(&Text { min: 0, max: usize::MAX, pattern: "", values: &["Hot", "Cool"], open: false });
static TEXTS: Shape = Shape::List { item: &TEXT, min: 0, max: usize::MAX };
static TAGS: Shape = Shape::Map(&TEXT);
static REFERENCE: Shape = Shape::Object(&object(&[property("id", &TEXT, Flags::NONE)]));
static ADDRESS_SPACE: Shape = Shape::Object(&object(&[property("addressPrefixes", &TEXTS, Flags::NONE)]));
static SUBNET_PROPERTIES: Shape = Shape::Object(&object(&[
    property("addressPrefix", &TEXT, Flags::NONE),
    property("provisioningState", &TEXT, Flags::READ_ONLY),
]));
static SUBNET_ITEM: Shape = Shape::Object(&object(&[
    property("id", &TEXT, Flags::READ_ONLY),
    property("name", &TEXT, Flags::NONE),
    property("properties", &SUBNET_PROPERTIES, Flags::NONE),
]));
static SUBNETS: Shape = Shape::List { item: &SUBNET_ITEM, min: 0, max: usize::MAX };
static NETWORK_PROPERTIES: Shape = Shape::Object(&object(&[
    property("addressSpace", &ADDRESS_SPACE, Flags::NONE),
    property("ddosProtectionPlan", &REFERENCE, Flags::NONE),
    property("flowTimeoutInMinutes", &Shape::Integer { min: Some(4), max: Some(30) }, Flags::NONE),
    property("subnets", &SUBNETS, Flags::NONE),
    property("provisioningState", &TEXT, Flags::READ_ONLY),
]));
static NETWORK_BODY: Shape = Shape::Object(&object(&[
    property("location", &TEXT, Flags::REQUIRED),
    property("properties", &NETWORK_PROPERTIES, Flags::NONE),
    property("tags", &TAGS, Flags::NONE),
]));
static SUBNET_BODY: Shape =
    Shape::Object(&object(&[property("properties", &SUBNET_PROPERTIES, Flags::NONE)]));
static GROUP_BODY: Shape = Shape::Object(&object(&[property("location", &TEXT, Flags::REQUIRED)]));
static ACCOUNT_PROPERTIES: Shape = Shape::Object(&object(&[
    property("accessTier", &TIER, Flags::NONE),
    property("connection", &TEXT, Flags::SECRET),
    property("adminPassword", &TEXT, Flags { write_only: true, secret: true, ..Flags::NONE }),
    property("primaryKey", &TEXT, Flags { read_only: true, secret: true, ..Flags::NONE }),
    property("provisioningState", &TEXT, Flags::READ_ONLY),
]));
static ACCOUNT_BODY: Shape = Shape::Object(&object(&[
    property("kind", &TEXT, Flags::REQUIRED),
    property("location", &TEXT, Flags::NONE),
    property("properties", &ACCOUNT_PROPERTIES, Flags::NONE),
    property("tags", &TAGS, Flags::NONE),
]));

const ASYNC: LongRunning =
    LongRunning { azure_async_operation: true, location: true, final_state: FinalState::Resource };
const METHOD: Method = Method { codes: &[200, 201, 202, 204], long_running: Some(ASYNC) };
const ANY_NAME: NameRules = NameRules {
    min: 1,
    max: 80,
    pattern: "",
    hyphens: true,
    upper: true,
    unique: Unique::ResourceGroup,
    fixed: None,
};

const fn descriptor(name: &'static str, parent: Parent, body: &'static Shape) -> TypeDescriptor {
    TypeDescriptor {
        name,
        api_version: "2024-01-01",
        parent,
        names: ANY_NAME,
        body,
        put: METHOD,
        patch: None,
        delete: Some(METHOD),
        lists: &[],
        actions: &[],
        create_only: &["kind"],
        references: &[],
        defaults: &[],
        typed: None,
    }
}

pub(crate) static GROUP: TypeDescriptor =
    descriptor("Microsoft.Resources/resourceGroups", Parent::Subscription, &GROUP_BODY);
pub(crate) static NETWORK: TypeDescriptor = TypeDescriptor {
    lists: &[
        "/subscriptions/{subscriptionId}/providers/Microsoft.Network/virtualNetworks",
        "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Network/virtualNetworks",
    ],
    ..descriptor("Microsoft.Network/virtualNetworks", Parent::ResourceGroup, &NETWORK_BODY)
};
pub(crate) static SUBNET: TypeDescriptor = TypeDescriptor {
    lists: &[
        "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Network/virtualNetworks/{virtualNetworkName}/subnets",
    ],
    ..descriptor(
        "Microsoft.Network/virtualNetworks/subnets",
        Parent::Resource("Microsoft.Network/virtualNetworks"),
        &SUBNET_BODY,
    )
};
pub(crate) static ZONE: TypeDescriptor = TypeDescriptor {
    lists: &[
        "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Network/dnsZones",
    ],
    ..descriptor("Microsoft.Network/dnsZones", Parent::ResourceGroup, &Shape::Any)
};
pub(crate) static VAULT: TypeDescriptor =
    descriptor("Microsoft.KeyVault/vaults", Parent::ResourceGroup, &Shape::Any);
pub(crate) static ACCOUNT: TypeDescriptor = TypeDescriptor {
    names: NameRules { min: 3, max: 24, hyphens: false, upper: false, pattern: "^[a-z0-9]+$", ..ANY_NAME },
    references: &[("properties.subnetId", "Microsoft.Network/virtualNetworks/subnets")],
    ..descriptor("Microsoft.Storage/storageAccounts", Parent::ResourceGroup, &ACCOUNT_BODY)
};

pub(crate) static DESCRIPTORS: &[&TypeDescriptor] = &[&GROUP, &NETWORK, &SUBNET, &ZONE, &VAULT, &ACCOUNT];

/// A provider of these types, whose requests a script answers.
pub(crate) fn provider(script: &Script, time: &VirtualTime) -> AzureProvider {
    let settings = AzureSettings { sleep: Arc::new(time.clone()), ..AzureSettings::new(DESCRIPTORS, "s") };
    AzureProvider::with_transport(settings, script.transport())
}

/// The shape at a pattern.
pub(crate) fn shape_at(body: &'static Shape, pattern: &str) -> Option<&'static Shape> {
    super::shape::find(body, pattern).map(|found| found.shape)
}
