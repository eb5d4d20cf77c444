//! Resources that Azure nests in their parent, declared in the parent, by themselves, or some this way and some that:
//! through the engine, on the simulator.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use atp_azure::provider::{AzureProvider, AzureSettings};
use atp_azure_sim::{Method, Settings, Simulator, SystemClock};
use atp_iac::Value;
use atp_iac::engine::{Deployment, EngineError, Kind, Update, UpdateOptions};
use atp_iac::output::{Expression, Output};
use atp_iac::plan::Plan;
use atp_iac::program::Location;
use atp_iac::provider::{Existing, Provider, Request, Target};
use atp_iac::{Options, Urn};
use scenarios::{World, actions, report, stack_name};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::time::Duration;

const SUBSCRIPTION: &str = "00000000-0000-4000-8000-000000000001";
const GROUP: &str = "Microsoft.Resources/resourceGroups";
const NETWORK: &str = "Microsoft.Network/virtualNetworks";
const SUBNET: &str = "Microsoft.Network/virtualNetworks/subnets";
const CLUSTER: &str = "Microsoft.ContainerService/managedClusters";
const POOL: &str = "Microsoft.ContainerService/managedClusters/agentPools";
const VAULT: &str = "Microsoft.KeyVault/vaults";
const POLICIES: &str = "Microsoft.KeyVault/vaults/accessPolicies";

/// A resource of a program: its name is also that in the cloud; the parent is another one of the program.
#[derive(Clone)]
struct Declared {
    kind: &'static str,
    name: &'static str,
    parent: Option<&'static str>,
    body: Json,
}

fn declared(kind: &'static str, name: &'static str, parent: &'static str, body: Json) -> Declared {
    Declared { kind, name, parent: Some(parent).filter(|parent| !parent.is_empty()), body }
}

fn group() -> Declared {
    declared(GROUP, "g", "", json!({"location": "westeurope"}))
}

fn prefix(name: &str) -> String {
    format!("10.0.{}.0/24", name.to_lowercase().as_bytes()[0] - b'a')
}

/// A subnet as the network names it.
fn inline(name: &str) -> Json {
    json!({"name": name, "properties": {"addressPrefix": prefix(name)}})
}

/// A subnet of its own.
fn subnet(name: &'static str) -> Declared {
    declared(SUBNET, name, "net", json!({"properties": {"addressPrefix": prefix(name)}}))
}

/// A network that says nothing of its subnets.
fn plain_network(tag: &str) -> Declared {
    let properties = json!({"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}});
    declared(
        NETWORK,
        "net",
        "g",
        json!({"location": "westeurope", "tags": {"a": tag}, "properties": properties}),
    )
}

/// A network with subnets.
fn network(subnets: &[&str]) -> Declared {
    let mut network = plain_network("1");
    network.body["properties"]["subnets"] = subnets.iter().map(|name| inline(name)).collect();
    network
}

fn profile(name: &str, count: i64) -> Json {
    json!({"name": name, "mode": if name == "system" { "System" } else { "User" }, "count": count, "type": "VirtualMachineScaleSets", "vmSize": "Standard_D2s_v5"})
}

fn cluster(tag: &str, pools: &[Json]) -> Declared {
    let properties = json!({"dnsPrefix": "c", "agentPoolProfiles": pools});
    let body = json!({"location": "westeurope", "tags": {"a": tag}, "identity": {"type": "SystemAssigned"}, "properties": properties});
    declared(CLUSTER, "cluster", "g", body)
}

fn pool(name: &'static str, count: i64) -> Declared {
    let mut properties = profile(name, count);
    properties.as_object_mut().unwrap().remove("name");
    declared(POOL, name, "cluster", json!({"properties": properties}))
}

struct Cloud {
    world: World,
    simulator: Simulator,
    /// Somebody else.
    other: AzureProvider,
}

impl Cloud {
    fn new() -> Self {
        Cloud::with(Settings::default())
    }

    fn with(settings: Settings) -> Self {
        let settings = Settings { retry_after_milliseconds: Some(0), ..settings };
        let simulator =
            Simulator::in_memory(atp_azure::descriptors(), settings, std::sync::Arc::new(SystemClock));
        let provider = || {
            let settings = AzureSettings::new(atp_azure::descriptors(), SUBSCRIPTION);
            AzureProvider::with_transport(settings, simulator.transport())
        };
        Cloud { world: World::default().with_provider(provider()), other: provider(), simulator }
    }

    async fn plan(&self, program: &[Declared], refresh: bool) -> Result<Plan, EngineError> {
        let options = UpdateOptions { refresh, ..UpdateOptions::default() };
        let preview = self.world.engine.preview(&deployment(program), Kind::Up, &options).await;
        preview.map(|preview| preview.plan)
    }

    /// Brings the cloud to a program, after which nothing is left to do, whether the cloud is read again or not.
    async fn up(&self, program: &[Declared]) -> Update {
        let update = self.world.run(&deployment(program), Kind::Up, UpdateOptions::default()).await;
        let update = update.unwrap_or_else(|error| panic!("{error}"));
        assert!(report(&update).is_complete(), "{:?}", report(&update).failures);
        for refresh in [false, true] {
            let plan = self.plan(program, refresh).await.unwrap();
            assert!(!plan.has_changes(), "refresh: {refresh}: {}", changes(&plan).join("\n"));
        }
        update
    }

    /// The names in a list of a resource, sorted.
    async fn names(&self, kind: &str, name: &str, list: &str) -> Vec<String> {
        let said = self.read(kind, &id(kind, &[name])).await.unwrap();
        let items = said.get("properties").unwrap().get(list).unwrap().as_list().unwrap().iter();
        let mut names: Vec<String> =
            items.map(|item| item.get("name").unwrap().as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    }

    async fn subnets(&self) -> String {
        self.names(NETWORK, "net", "subnets").await.join(" ")
    }

    async fn read(&self, kind: &str, id: &str) -> Option<Value> {
        let inputs = Value::map();
        self.other.read(Target { kind, id, inputs: &inputs }).await.unwrap()
    }

    /// Which object a subnet is: what is deleted and made again has another version.
    async fn version(&self, subnet: &str) -> Value {
        let said = self.read(SUBNET, &id(SUBNET, &["net", subnet])).await.unwrap();
        said.get("etag").unwrap().clone()
    }

    async fn others_make(&self, kind: &str, parent: &str, name: &str, body: Json) {
        let mut inputs = body;
        inputs["parent"] = json!(parent);
        inputs["name"] = json!(name);
        let inputs = Value::from(inputs);
        let request = Request { kind, inputs: &inputs, timeout: Duration::from_secs(60) };
        self.other.create(request).await.unwrap();
    }

    fn deletes(&self) -> usize {
        self.simulator.count(Method::Delete, "/")
    }
}

fn id(kind: &str, names: &[&str]) -> String {
    let mut id = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers");
    let mut types = kind.split('/');
    id = format!("{id}/{}", types.next().unwrap());
    types.zip(names).fold(id, |id, (kind, name)| format!("{id}/{kind}/{name}"))
}

fn deployment(program: &[Declared]) -> Deployment {
    let program = program.to_vec();
    Deployment::of_function(stack_name(), move |cx| {
        for (index, item) in program.iter().enumerate() {
            let Value::Map(body) = Value::from(item.body.clone()) else { panic!("no map: {}", item.body) };
            let mut inputs: BTreeMap<String, Expression> =
                body.into_iter().map(|(key, value)| (key, value.into())).collect();
            inputs.insert("name".into(), Value::from(item.name).into());
            if let Some(parent) = item.parent {
                let kind = program.iter().find(|other| other.name == parent).unwrap().kind;
                let urn = Urn::new(&stack_name(), &[kind], &[parent]).unwrap();
                inputs.insert("parent".into(), Output::<Value>::of_resource(&urn, "id").into());
            }
            let location = Location { file: "program.rs", line: index as u32 + 1 };
            cx.register(item.kind, "azure", item.name, Expression::Map(inputs), Options::new(), location)?;
        }
        Ok(BTreeMap::new())
    })
}

/// What a plan does and to which properties.
fn changes(plan: &Plan) -> Vec<String> {
    let changed = plan.operations.iter().flat_map(|operation| {
        operation.changes.iter().map(|change| format!("{} {}", operation.urn.name(), change.path))
    });
    actions(plan).into_iter().chain(changed).collect()
}

#[tokio::test]
async fn subnets_in_their_network_come_change_and_go_one_by_one() {
    let cloud = Cloud::new();
    cloud.up(&[group(), network(&["a", "b"])]).await;
    assert_eq!(cloud.subnets().await, "a b");
    let b = cloud.version("b").await;
    let plan = cloud.plan(&[group(), network(&["b", "c"])], false).await.unwrap();
    assert_eq!(changes(&plan), ["~ net", "net properties.subnets[a]", "net properties.subnets[c]"]);
    cloud.up(&[group(), network(&["b", "c"])]).await;
    assert_eq!(cloud.subnets().await, "b c");
    let mut moved = network(&["b", "c"]);
    moved.body["properties"]["subnets"][1]["properties"]["addressPrefix"] = json!("10.0.9.0/24");
    let plan = cloud.plan(&[group(), moved.clone()], false).await.unwrap();
    assert_eq!(changes(&plan), ["~ net", "net properties.subnets[c].properties.addressPrefix"]);
    cloud.up(&[group(), moved]).await;
    assert_eq!(cloud.version("b").await, b, "the others are left alone");
    cloud.up(&[group(), plain_network("1")]).await;
    assert_eq!(cloud.subnets().await, "");
}

#[tokio::test]
async fn the_order_of_subnets_means_nothing() {
    let cloud = Cloud::new();
    cloud.up(&[group(), network(&["a", "b"])]).await;
    let plan = cloud.plan(&[group(), network(&["b", "a"])], true).await.unwrap();
    assert!(!plan.has_changes(), "{:?}", changes(&plan));
}

#[tokio::test]
async fn a_subnet_that_somebody_else_changed_or_deleted_is_named_and_brought_back() {
    let cloud = Cloud::new();
    let program = [group(), network(&["a", "b"])];
    cloud.up(&program).await;
    let (inputs, outputs) = (Value::map(), Value::map());
    let of = |name: &str| id(SUBNET, &["net", name]);
    let (a, b) = (of("a"), of("b"));
    cloud
        .other
        .delete(Target { kind: SUBNET, id: &a, inputs: &inputs }, Duration::from_secs(60))
        .await
        .unwrap();
    let changed = Value::from(
        json!({"parent": id(NETWORK, &["net"]), "name": "b", "properties": {"addressPrefix": "10.0.8.0/24"}}),
    );
    let request = Request { kind: SUBNET, inputs: &changed, timeout: Duration::from_secs(60) };
    cloud.other.update(request, &Existing { id: &b, inputs: &inputs, outputs: &outputs }).await.unwrap();
    let plan = cloud.plan(&program, true).await.unwrap();
    let expected =
        ["~ net", "net properties.subnets[a]", "net properties.subnets[b].properties.addressPrefix"];
    assert_eq!(changes(&plan), expected);
    let update = cloud
        .world
        .run(&deployment(&program), Kind::Up, UpdateOptions { refresh: true, ..UpdateOptions::default() })
        .await
        .unwrap();
    assert!(report(&update).is_complete());
    assert_eq!(cloud.subnets().await, "a b");
    assert!(!cloud.plan(&program, true).await.unwrap().has_changes());
}

#[tokio::test]
async fn a_network_that_says_nothing_of_subnets_keeps_all_and_they_are_no_drift() {
    let cloud = Cloud::new();
    cloud.up(&[group(), plain_network("1"), subnet("a"), subnet("b")]).await;
    let net = id(NETWORK, &["net"]);
    cloud.others_make(SUBNET, &net, "z", json!({"properties": {"addressPrefix": "10.0.99.0/24"}})).await;
    let program = [group(), plain_network("2"), subnet("a"), subnet("b")];
    let plan = cloud.plan(&program, true).await.unwrap();
    assert_eq!(changes(&plan), ["~ net", "net tags.a"]);
    let versions = [cloud.version("a").await, cloud.version("z").await];
    cloud.up(&program).await;
    assert_eq!(cloud.subnets().await, "a b z");
    assert_eq!([cloud.version("a").await, cloud.version("z").await], versions);
    cloud.up(&[group(), plain_network("3"), subnet("b")]).await;
    assert_eq!(cloud.subnets().await, "b z");
}

#[tokio::test]
async fn subnets_declared_in_both_ways_and_by_others_live_side_by_side() {
    let cloud = Cloud::new();
    cloud.up(&[group(), network(&["a", "b"]), subnet("c")]).await;
    let net = id(NETWORK, &["net"]);
    cloud.others_make(SUBNET, &net, "z", json!({"properties": {"addressPrefix": "10.0.99.0/24"}})).await;
    let plan = cloud.plan(&[group(), network(&["a", "b"]), subnet("c")], true).await.unwrap();
    assert!(!plan.has_changes(), "{:?}", changes(&plan));
    cloud.up(&[group(), network(&["a", "d"]), subnet("c")]).await;
    assert_eq!(cloud.subnets().await, "a c d z");
    cloud.up(&[group(), network(&["a", "d"])]).await;
    assert_eq!(cloud.subnets().await, "a d z");
    cloud.up(&[group(), network(&[])]).await;
    assert_eq!(cloud.subnets().await, "z", "an empty list means: none of ours");
}

#[tokio::test]
async fn a_subnet_that_is_declared_twice_is_an_error_that_names_both_places() {
    let cloud = Cloud::new();
    let program = [group(), network(&["a", "B"]), subnet("b")];
    let error = cloud.plan(&program, false).await.unwrap_err().to_string();
    assert!(
        error.contains("`net` (Microsoft.Network/virtualNetworks) at program.rs:2: `properties.subnets[B]`"),
        "{error}"
    );
    assert!(error.contains("the resource `b` at program.rs:3") && error.contains("way out"), "{error}");
    assert!(cloud.simulator.requests().is_empty());
}

#[tokio::test]
async fn a_subnet_goes_from_its_network_to_a_resource_of_its_own_and_back_untouched() {
    let cloud = Cloud::new();
    cloud.up(&[group(), network(&["a", "b"])]).await;
    let (a, b) = (cloud.version("a").await, cloud.version("b").await);
    let out = [group(), network(&["a"]), subnet("b")];
    let plan = cloud.plan(&out, false).await.unwrap();
    assert!(changes(&plan).is_empty() && plan.preparation.told.len() == 1, "{:?}", changes(&plan));
    cloud.simulator.forget_requests();
    cloud.world.run(&deployment(&out), Kind::Up, UpdateOptions::default()).await.unwrap();
    assert!(cloud.simulator.requests().is_empty(), "only the state says it differently");
    cloud.up(&[group(), plain_network("1"), subnet("a"), subnet("b")]).await;
    cloud.up(&[group(), plain_network("2"), subnet("a"), subnet("b")]).await;
    cloud.up(&[group(), network(&["b", "a"])]).await;
    assert_eq!((cloud.version("a").await, cloud.version("b").await), (a, b));
    assert_eq!((cloud.subnets().await.as_str(), cloud.deletes()), ("a b", 0));
    cloud.up(&[group(), network(&["a"])]).await;
    assert_eq!(cloud.subnets().await, "a", "what came back is the network's own again");
}

#[tokio::test]
async fn a_subnet_that_moves_and_changes_is_updated_and_its_network_can_change_in_the_same_run() {
    let cloud = Cloud::new();
    cloud.up(&[group(), network(&["a", "b"])]).await;
    let mut changed = subnet("b");
    changed.body["properties"]["addressPrefix"] = json!("10.0.77.0/24");
    let mut net = network(&["a", "d"]);
    net.body["tags"]["a"] = json!("2");
    let plan = cloud.plan(&[group(), net.clone(), changed.clone()], false).await.unwrap();
    assert_eq!(actions(&plan), ["~ net", "~ b"]);
    cloud.up(&[group(), net, changed]).await;
    assert_eq!((cloud.subnets().await.as_str(), cloud.deletes()), ("a b d", 0));
    let mut back = network(&["a"]);
    back.body["properties"]["subnets"] = json!([inline("a"), inline("b")]);
    let plan = cloud.plan(&[group(), back.clone()], false).await.unwrap();
    let expected = [
        "~ net",
        "net properties.subnets[b].properties.addressPrefix",
        "net properties.subnets[d]",
        "net tags.a",
    ];
    assert_eq!(changes(&plan), expected);
    cloud.up(&[group(), back]).await;
    assert_eq!((cloud.subnets().await.as_str(), cloud.deletes()), ("a b", 0));
}

#[tokio::test]
async fn declining_or_going_back_after_a_move_loses_nothing() {
    let cloud = Cloud::new();
    cloud.up(&[group(), network(&["a", "b"])]).await;
    let b = cloud.version("b").await;
    let mut decline = |_: &Plan, _: &[_]| atp_iac::engine::Decision::Decline;
    let out = deployment(&[group(), network(&["a"]), subnet("b")]);
    let interrupt = atp_iac::apply::Interrupt::default();
    let options = UpdateOptions::default();
    cloud.world.engine.update(&out, Kind::Up, &options, &mut decline, &mut |_| {}, &interrupt).await.unwrap();
    cloud.up(&[group(), network(&["a", "b"])]).await;
    assert_eq!((cloud.version("b").await, cloud.deletes()), (b, 0));
}

#[tokio::test]
async fn writes_to_a_parent_and_its_children_take_turns() {
    let cloud =
        Cloud::with(Settings { operation_duration: Duration::from_millis(20), ..Settings::default() });
    let system = [profile("system", 1)];
    cloud
        .up(&[group(), network(&["a"]), subnet("b"), subnet("c"), cluster("1", &system), pool("user", 1)])
        .await;
    cloud
        .up(&[group(), network(&["d"]), subnet("c"), subnet("e"), cluster("2", &system), pool("more", 1)])
        .await;
    assert_eq!(cloud.subnets().await, "c d e");
    assert_eq!(cloud.names(CLUSTER, "cluster", "agentPoolProfiles").await, ["more", "system"]);
    let refused: Vec<_> = cloud.simulator.requests().into_iter().filter(|seen| seen.status > 404).collect();
    assert!(refused.is_empty(), "{refused:?}");
}

#[tokio::test]
async fn what_depends_on_a_subnet_stays_when_the_subnet_becomes_a_part_of_its_network() {
    let cloud = Cloud::new();
    let lock = |parent| {
        declared(
            "Microsoft.Authorization/locks",
            "lock",
            parent,
            json!({"properties": {"level": "CanNotDelete"}}),
        )
    };
    cloud.up(&[group(), plain_network("1"), subnet("a"), lock("a")]).await;
    cloud.up(&[group(), network(&["a"]), lock("net")]).await;
    assert_eq!(cloud.subnets().await, "a");
}

#[tokio::test]
async fn rules_and_routes_behave_like_subnets() {
    let cloud = Cloud::new();
    let rule = |priority: i64| {
        json!({"access": "Allow", "direction": "Inbound", "priority": priority, "protocol": "Tcp",
        "sourceAddressPrefix": "*", "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": "443"})
    };
    let route = |prefix: &str| json!({"addressPrefix": prefix, "nextHopType": "Internet"});
    for (kind, child, list, bodies) in [
        (
            "Microsoft.Network/networkSecurityGroups",
            "Microsoft.Network/networkSecurityGroups/securityRules",
            "securityRules",
            [rule(100), rule(200), rule(300)],
        ),
        (
            "Microsoft.Network/routeTables",
            "Microsoft.Network/routeTables/routes",
            "routes",
            [route("10.1.0.0/16"), route("10.2.0.0/16"), route("10.3.0.0/16")],
        ),
    ] {
        let parent = |tag: &str, own: &[usize]| {
            let items = own.iter().map(|at| json!({"name": format!("r{at}"), "properties": bodies[*at]}));
            let properties = json!({list: items.collect::<Vec<_>>()});
            declared(
                kind,
                "parent",
                "g",
                json!({"location": "westeurope", "tags": {"a": tag}, "properties": properties}),
            )
        };
        let own = declared(child, "r2", "parent", json!({"properties": bodies[2]}));
        cloud.up(&[group(), parent("1", &[0, 1]), own.clone()]).await;
        cloud.up(&[group(), parent("2", &[1]), own]).await;
        assert_eq!(cloud.names(kind, "parent", list).await, ["r1", "r2"]);
        cloud.up(&[group(), parent("2", &[1, 2])]).await;
        assert_eq!(cloud.names(kind, "parent", list).await, ["r1", "r2"]);
        assert_eq!(cloud.deletes(), 0);
        cloud.up(&[group()]).await;
        cloud.simulator.forget_requests();
    }
}

#[tokio::test]
async fn pools_live_beside_those_in_their_cluster_and_move_between_both() {
    let cloud = Cloud::new();
    let system = profile("system", 1);
    cloud.up(&[group(), cluster("1", std::slice::from_ref(&system)), pool("user", 2)]).await;
    let pools = || cloud.names(CLUSTER, "cluster", "agentPoolProfiles");
    assert_eq!(pools().await, ["system", "user"]);
    let plan = cloud
        .plan(&[group(), cluster("2", std::slice::from_ref(&system)), pool("user", 2)], true)
        .await
        .unwrap();
    assert_eq!(changes(&plan), ["~ cluster", "cluster tags.a"]);
    cloud.up(&[group(), cluster("2", std::slice::from_ref(&system)), pool("user", 2)]).await;
    cloud.up(&[group(), cluster("2", &[system.clone(), profile("user", 2)])]).await;
    assert_eq!((pools().await, cloud.deletes()), (vec!["system".to_owned(), "user".to_owned()], 0));
    let twice = [group(), cluster("2", &[system.clone(), profile("user", 2)]), pool("user", 2)];
    let error = cloud.plan(&twice, false).await.unwrap_err().to_string();
    assert!(error.contains("`properties.agentPoolProfiles[user]`"), "{error}");
    cloud.up(&[group(), cluster("2", &[system.clone(), profile("more", 1)]), pool("user", 3)]).await;
    assert_eq!(pools().await, ["more", "system", "user"]);
    cloud.up(&[group(), cluster("2", std::slice::from_ref(&system)), pool("user", 3)]).await;
    assert_eq!(pools().await, ["system", "user"], "a pool that is taken out of the cluster is deleted");
    assert_eq!(cloud.simulator.count(Method::Delete, "/agentPools/more"), 1);
}

#[tokio::test]
async fn a_pool_that_cannot_be_deleted_is_owed_and_goes_with_the_next_run() {
    let cloud = Cloud::new();
    let both = [profile("system", 1), profile("more", 1)];
    cloud.up(&[group(), cluster("1", &both)]).await;
    let program = [group(), cluster("2", &both[..1])];
    cloud.simulator.fail_next(Method::Delete, "/agentPools/more", 400, "PodDrainFailure", 1);
    let update = cloud.world.run(&deployment(&program), Kind::Up, UpdateOptions::default()).await.unwrap();
    assert_eq!(report(&update).failures.len(), 1);
    let plan = cloud.plan(&program, true).await.unwrap();
    assert!(changes(&plan).contains(&"cluster properties.agentPoolProfiles[more]".to_owned()), "{plan:?}");
    cloud.up(&program).await;
    assert_eq!(cloud.names(CLUSTER, "cluster", "agentPoolProfiles").await, ["system"]);
}

#[tokio::test]
async fn endpoints_of_a_profile_are_told_apart_by_their_type() {
    let cloud = Cloud::new();
    let kind = "Microsoft.Network/trafficmanagerprofiles";
    let external = "Microsoft.Network/trafficmanagerprofiles/ExternalEndpoints";
    let target =
        |name: &str| json!({"target": format!("{name}.example.com"), "endpointLocation": "westeurope"});
    let profile = |endpoints: &[&str]| {
        let items =
            endpoints.iter().map(|name| json!({"name": name, "type": external, "properties": target(name)}));
        let properties =
            json!({"trafficRoutingMethod": "Performance", "endpoints": items.collect::<Vec<_>>()});
        declared(kind, "profile", "g", json!({"location": "global", "properties": properties}))
    };
    let own = declared(external, "c", "profile", json!({"properties": target("c")}));
    cloud.up(&[group(), profile(&["a", "b"]), own.clone()]).await;
    let endpoints = || cloud.names(kind, "profile", "endpoints");
    assert_eq!(endpoints().await, ["a", "b", "c"]);
    cloud.up(&[group(), profile(&["b"]), own]).await;
    assert_eq!(endpoints().await, ["b", "c"]);
    cloud.up(&[group(), profile(&["b", "c"])]).await;
    assert_eq!((endpoints().await.len(), cloud.deletes()), (2, 0));
    cloud.up(&[group(), profile(&["c"])]).await;
    assert_eq!(endpoints().await, ["c"]);
}

#[tokio::test]
async fn access_policies_that_the_vault_leaves_out_are_kept_and_setting_them_beside_their_own_type_is_an_error()
 {
    let cloud = Cloud::new();
    let tenant = "00000000-0000-4000-8000-00000000000a";
    let vault = |tag: &str, policies: Option<Json>| {
        let mut properties = json!({"tenantId": tenant, "sku": {"family": "A", "name": "standard"}});
        if let Some(policies) = policies {
            properties["accessPolicies"] = policies;
        }
        declared(
            VAULT,
            "vault-of-tests",
            "g",
            json!({"location": "westeurope", "tags": {"a": tag}, "properties": properties}),
        )
    };
    let policy =
        |object: &str| json!({"tenantId": tenant, "objectId": object, "permissions": {"secrets": ["get"]}});
    let (ours, theirs) = (policy(tenant), policy("00000000-0000-4000-8000-00000000000b"));
    let policies = async || {
        let said = cloud.read(VAULT, &id(VAULT, &["vault-of-tests"])).await.unwrap();
        said.get("properties").unwrap().get("accessPolicies").unwrap().as_list().unwrap().len()
    };
    cloud.up(&[group(), vault("1", Some(json!([ours])))]).await;
    let mut both = vault("1", Some(json!([ours, theirs]))).body;
    both["parent"] = json!(format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/g"));
    both["name"] = json!("vault-of-tests");
    let (both, nothing, vault_id) = (Value::from(both), Value::map(), id(VAULT, &["vault-of-tests"]));
    let request = Request { kind: VAULT, inputs: &both, timeout: Duration::from_secs(60) };
    cloud
        .other
        .update(request, &Existing { id: &vault_id, inputs: &nothing, outputs: &nothing })
        .await
        .unwrap();
    let plan = cloud.plan(&[group(), vault("1", Some(json!([ours])))], true).await.unwrap();
    assert_eq!(actions(&plan), ["~ vault-of-tests"], "who sets the list sees what others add");
    cloud.up(&[group(), vault("2", None)]).await;
    assert_eq!(policies().await, 1, "ours is gone, and theirs is kept");
    cloud.up(&[group(), vault("3", None)]).await;
    assert_eq!(policies().await, 1);
    let own = declared(POLICIES, "add", "vault-of-tests", json!({"properties": {"accessPolicies": [ours]}}));
    let error =
        cloud.plan(&[group(), vault("1", Some(json!([]))), own], false).await.unwrap_err().to_string();
    assert!(error.contains("`properties.accessPolicies`") && error.contains("the resource `add`"), "{error}");
}
