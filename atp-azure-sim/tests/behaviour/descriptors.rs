//! Small descriptors: enough of each kind of type, and no more.

use atp_azure::descriptor::{
    Action, FinalState, Flags, LongRunning, Method, NameRules, Object, Parent, Property, Shape, Text,
    TypeDescriptor, Unique,
};

const TEXT: Shape = Shape::String(&Text { min: 0, max: usize::MAX, pattern: "", values: &[], open: false });
const STRINGS: Shape = Shape::List { item: &TEXT, min: 0, max: usize::MAX };
const TAGS: Property = optional("tags", &Shape::Map(&TEXT));
const STATE: Property = read_only("provisioningState", &TEXT);

const fn optional(name: &'static str, shape: &'static Shape) -> Property {
    Property { name, shape, flags: Flags::NONE }
}

const fn required(name: &'static str, shape: &'static Shape) -> Property {
    Property { name, shape, flags: Flags::REQUIRED }
}

const fn read_only(name: &'static str, shape: &'static Shape) -> Property {
    Property { name, shape, flags: Flags::READ_ONLY }
}

const fn object(properties: &'static [Property]) -> Object {
    Object { properties, additional: None, variants: None }
}

const fn choice(values: &'static [&'static str]) -> Text {
    Text { min: 0, max: usize::MAX, pattern: "", values, open: false }
}

const NAMES: NameRules = NameRules {
    min: 1,
    max: 90,
    pattern: "",
    hyphens: true,
    upper: true,
    unique: Unique::ResourceGroup,
    fixed: None,
};

const fn at_once(codes: &'static [u16]) -> Method {
    Method { codes, long_running: None }
}

const NETWORK_PUT: Method = Method {
    codes: &[200, 201],
    long_running: Some(LongRunning {
        azure_async_operation: true,
        location: false,
        final_state: FinalState::Resource,
    }),
};

const BY_LOCATION: LongRunning =
    LongRunning { azure_async_operation: false, location: true, final_state: FinalState::Location };

const NETWORK_DELETE: Method = Method { codes: &[200, 202, 204], long_running: Some(BY_LOCATION) };

pub const GROUP: TypeDescriptor = TypeDescriptor {
    name: "Microsoft.Resources/resourceGroups",
    api_version: "2025-04-01",
    parent: Parent::Subscription,
    names: NameRules { pattern: r"^[-\w\._\(\)]+$", unique: Unique::Subscription, ..NAMES },
    body: &Shape::Object(&object(&[
        required("location", &TEXT),
        TAGS,
        optional("managedBy", &TEXT),
        optional("properties", &Shape::Object(&object(&[STATE]))),
    ])),
    put: at_once(&[200, 201]),
    patch: Some(at_once(&[200])),
    delete: Some(Method { codes: &[200, 202], long_running: Some(BY_LOCATION) }),
    lists: &["/subscriptions/{subscriptionId}/resourcegroups"],
    actions: &[],
    create_only: &["location"],
    references: &[],
    defaults: &[],
    typed: None,
};

const SUBNET_PROPERTIES: Shape = Shape::Object(&object(&[
    STATE,
    optional("addressPrefix", &TEXT),
    optional(
        "networkSecurityGroup",
        &Shape::Object(&Object {
            properties: &[optional("id", &TEXT)],
            additional: Some(&Shape::Any),
            variants: None,
        }),
    ),
]));

pub const NETWORK: TypeDescriptor = TypeDescriptor {
    name: "Microsoft.Network/virtualNetworks",
    api_version: "2025-09-01",
    parent: Parent::ResourceGroup,
    names: NAMES,
    body: &Shape::Object(&object(&[
        optional("location", &TEXT),
        TAGS,
        read_only("etag", &TEXT),
        optional(
            "properties",
            &Shape::Object(&object(&[
                STATE,
                read_only("resourceGuid", &TEXT),
                optional("addressSpace", &Shape::Object(&object(&[optional("addressPrefixes", &STRINGS)]))),
                optional("dhcpOptions", &Shape::Object(&object(&[optional("dnsServers", &STRINGS)]))),
                optional("flowTimeoutInMinutes", &Shape::Integer { min: Some(4), max: Some(30) }),
                optional(
                    "subnets",
                    &Shape::List {
                        item: &Shape::Object(&object(&[
                            optional("name", &TEXT),
                            optional("id", &TEXT),
                            optional("properties", &SUBNET_PROPERTIES),
                        ])),
                        min: 0,
                        max: 3000,
                    },
                ),
            ])),
        ),
    ])),
    put: NETWORK_PUT,
    patch: Some(at_once(&[200])),
    delete: Some(NETWORK_DELETE),
    lists: &[],
    actions: &[],
    create_only: &["location"],
    references: &[],
    defaults: &[],
    typed: None,
};

pub const SUBNET: TypeDescriptor = TypeDescriptor {
    name: "Microsoft.Network/virtualNetworks/subnets",
    parent: Parent::Resource("Microsoft.Network/virtualNetworks"),
    names: NameRules { unique: Unique::Parent, ..NAMES },
    body: &Shape::Object(&object(&[read_only("etag", &TEXT), optional("properties", &SUBNET_PROPERTIES)])),
    patch: None,
    create_only: &[],
    ..NETWORK
};

pub const SECURITY_GROUP: TypeDescriptor = TypeDescriptor {
    name: "Microsoft.Network/networkSecurityGroups",
    body: &Shape::Object(&object(&[
        optional("location", &TEXT),
        TAGS,
        optional("properties", &Shape::Object(&object(&[STATE]))),
    ])),
    ..NETWORK
};

pub const VAULT: TypeDescriptor = TypeDescriptor {
    name: "Microsoft.KeyVault/vaults",
    api_version: "2024-11-01",
    parent: Parent::ResourceGroup,
    names: NameRules { min: 3, max: 24, pattern: "^[a-zA-Z0-9-]{3,24}$", unique: Unique::Global, ..NAMES },
    body: &Shape::Object(&object(&[
        required("location", &TEXT),
        TAGS,
        read_only("systemData", &Shape::Any),
        required(
            "properties",
            &Shape::Object(&object(&[
                read_only("vaultUri", &TEXT),
                required(
                    "tenantId",
                    &Shape::String(&Text {
                        min: 36,
                        max: 36,
                        pattern: "^[0-9a-fA-F-]+$",
                        values: &[],
                        open: false,
                    }),
                ),
                required(
                    "sku",
                    &Shape::Object(&object(&[required(
                        "name",
                        &Shape::String(&choice(&["standard", "premium"])),
                    )])),
                ),
                optional("enableSoftDelete", &Shape::Boolean),
                Property { name: "createMode", shape: &TEXT, flags: Flags::WRITE_ONLY },
            ])),
        ),
    ])),
    put: at_once(&[200, 201]),
    patch: Some(at_once(&[200, 201])),
    delete: Some(at_once(&[200, 204])),
    lists: &[],
    actions: &[],
    create_only: &["location", "properties.tenantId"],
    references: &[],
    defaults: &[],
    typed: None,
};

static KEYS: Shape = Shape::Object(&Object {
    properties: &[Property {
        name: "keys",
        shape: &Shape::List {
            item: &Shape::Object(&Object {
                properties: &[
                    Property { name: "keyName", shape: &TEXT, flags: Flags::NONE },
                    Property { name: "value", shape: &TEXT, flags: Flags::SECRET },
                ],
                additional: None,
                variants: None,
            }),
            min: 0,
            max: usize::MAX,
        },
        flags: Flags::NONE,
    }],
    additional: None,
    variants: None,
});

pub const STORAGE: TypeDescriptor = TypeDescriptor {
    name: "Microsoft.Storage/storageAccounts",
    api_version: "2025-06-01",
    names: NameRules { min: 3, max: 24, pattern: "^[a-z0-9]+$", unique: Unique::Global, ..NAMES },
    body: &Shape::Object(&object(&[
        required("location", &TEXT),
        TAGS,
        optional("sku", &Shape::Object(&object(&[required("name", &TEXT), read_only("tier", &TEXT)]))),
        optional("managedBy", &TEXT),
        optional("properties", &Shape::Object(&object(&[STATE, read_only("primaryEndpoints", &Shape::Any)]))),
    ])),
    put: Method { codes: &[200, 202], long_running: Some(BY_LOCATION) },
    delete: Some(at_once(&[200, 204])),
    actions: &[Action { name: "listKeys", input: None, output: Some(&KEYS), long_running: None }],
    create_only: &["location"],
    ..VAULT
};

pub const BLOB_SERVICE: TypeDescriptor = TypeDescriptor {
    name: "Microsoft.Storage/storageAccounts/blobServices",
    parent: Parent::Resource("Microsoft.Storage/storageAccounts"),
    names: NameRules { fixed: Some("default"), ..NAMES },
    body: &Shape::Object(&object(&[optional("properties", &Shape::Any)])),
    put: at_once(&[200]),
    patch: None,
    delete: None,
    actions: &[],
    create_only: &[],
    ..STORAGE
};

const POOL: Shape = Shape::Object(&object(&[optional("count", &COUNT), optional("type", &TEXT), STATE]));
const COUNT: Shape = Shape::Integer { min: None, max: None };
const POOLS: Shape = Shape::List {
    item: &Shape::Object(&object(&[
        required("name", &TEXT),
        optional("count", &COUNT),
        optional("type", &TEXT),
        STATE,
    ])),
    min: 0,
    max: usize::MAX,
};

pub const CLUSTER: TypeDescriptor = TypeDescriptor {
    name: "Microsoft.ContainerService/managedClusters",
    names: NAMES,
    body: &Shape::Object(&object(&[
        required("location", &TEXT),
        TAGS,
        optional("properties", &Shape::Object(&object(&[STATE, optional("agentPoolProfiles", &POOLS)]))),
    ])),
    ..NETWORK
};

pub const AGENT_POOL: TypeDescriptor = TypeDescriptor {
    name: "Microsoft.ContainerService/managedClusters/agentPools",
    parent: Parent::Resource("Microsoft.ContainerService/managedClusters"),
    body: &Shape::Object(&object(&[optional("properties", &POOL)])),
    ..SUBNET
};

pub const IDENTITY: TypeDescriptor = TypeDescriptor {
    name: "Microsoft.ManagedIdentity/userAssignedIdentities",
    api_version: "2024-11-30",
    names: NAMES,
    body: &Shape::Object(&object(&[
        required("location", &TEXT),
        TAGS,
        optional(
            "properties",
            &Shape::Object(&object(&[
                read_only("principalId", &TEXT),
                read_only("clientId", &TEXT),
                read_only("tenantId", &TEXT),
            ])),
        ),
    ])),
    create_only: &["location"],
    ..VAULT
};

pub const LOCK: TypeDescriptor = TypeDescriptor {
    name: "Microsoft.Authorization/locks",
    api_version: "2020-05-01",
    parent: Parent::Scope,
    names: NameRules { unique: Unique::Parent, ..NAMES },
    body: &Shape::Object(&object(&[required(
        "properties",
        &Shape::Object(&object(&[
            required("level", &Shape::String(&choice(&["NotSpecified", "CanNotDelete", "ReadOnly"]))),
            optional("notes", &TEXT),
        ])),
    )])),
    patch: None,
    create_only: &[],
    ..VAULT
};

pub const ROLE_ASSIGNMENT: TypeDescriptor = TypeDescriptor {
    name: "Microsoft.Authorization/roleAssignments",
    api_version: "2022-04-01",
    parent: Parent::Scope,
    names: NameRules { min: 36, max: 36, pattern: "^[0-9a-fA-F-]{36}$", unique: Unique::Tenant, ..NAMES },
    body: &Shape::Object(&object(&[required(
        "properties",
        &Shape::Object(&object(&[
            required("principalId", &TEXT),
            required("roleDefinitionId", &TEXT),
            optional("principalType", &TEXT),
            read_only("scope", &TEXT),
            read_only("createdOn", &TEXT),
        ])),
    )])),
    patch: None,
    create_only: &[],
    ..VAULT
};

pub const ROLE_DEFINITION: TypeDescriptor = TypeDescriptor {
    name: "Microsoft.Authorization/roleDefinitions",
    names: NameRules { min: 36, max: 36, pattern: "", unique: Unique::Tenant, ..NAMES },
    body: &Shape::Object(&object(&[required(
        "properties",
        &Shape::Object(&object(&[
            required("roleName", &TEXT),
            optional("type", &TEXT),
            optional("assignableScopes", &STRINGS),
            optional("permissions", &Shape::Any),
        ])),
    )])),
    put: at_once(&[201]),
    ..ROLE_ASSIGNMENT
};

pub static ALL: &[&TypeDescriptor] = &[
    &GROUP,
    &NETWORK,
    &SUBNET,
    &SECURITY_GROUP,
    &VAULT,
    &CLUSTER,
    &AGENT_POOL,
    &STORAGE,
    &BLOB_SERVICE,
    &IDENTITY,
    &LOCK,
    &ROLE_ASSIGNMENT,
    &ROLE_DEFINITION,
];
