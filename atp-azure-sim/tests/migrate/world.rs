//! A simulator with a shop in it, engines whose states are empty, and the files in which other tools have the shop.

use atp_azure_sim::{Method, Settings, Simulator};
use atp_iac::engine::{Deployment, Engine, Kind, Update, UpdateOptions};
use atp_iac::migrate::{ForeignFile, Tool};
use atp_iac::output::Expression;
use atp_iac::plan::OperationKind;
use atp_iac::program::{Location, Program};
use atp_iac::testing::carry_out;
use atp_iac::{ConfigTree, Context, Options, Output, Result, Value};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// What stands for the secrets that other tools write in clear.
pub const CANARY: &str = "canary-4711";

const SUBSCRIPTION: &str = "00000000-0000-4000-8000-000000000001";
const TENANT: &str = "00000000-0000-4000-8000-0000000000aa";
const ROLE: &str = "00000000-0000-4000-8000-0000000000bb";
const READER: &str = "21090545-7ca7-4776-b22c-e363652d74d2";

/// An object of the shop: its type, its name in the program, what it is in there, what is between that and it in its id, its
/// name in the cloud, and its body.
type Declared = (&'static str, &'static str, &'static str, &'static str, &'static str, Json);

fn shop() -> Vec<Declared> {
    let here = |mut body: Json| {
        body["location"] = "westeurope".into();
        body
    };
    let subnet = |prefix: &str| json!({"properties": {"addressPrefix": prefix}});
    let administrators = json!({
        "administratorType": "ActiveDirectory", "azureADOnlyAuthentication": true, "login": "admins",
        "principalType": "Group", "sid": ROLE, "tenantId": TENANT,
    });
    let pool = json!({"name": "system", "mode": "System", "count": 1, "type": "VirtualMachineScaleSets", "vmSize": "Standard_D2s_v5"});
    vec![
        ("Microsoft.Resources/resourceGroups", "group", "", "", "rg-shop", here(json!({}))),
        (
            "Microsoft.Network/virtualNetworks",
            "network",
            "group",
            "",
            "vnet-shop",
            here(json!({"properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}})),
        ),
        ("Microsoft.Network/virtualNetworks/subnets", "apps", "network", "", "app", subnet("10.0.1.0/24")),
        ("Microsoft.Network/virtualNetworks/subnets", "stores", "network", "", "data", subnet("10.0.2.0/24")),
        (
            "Microsoft.KeyVault/vaults",
            "vault",
            "group",
            "",
            "kv-shop-4711",
            here(json!({"properties": {
                "tenantId": TENANT, "sku": {"family": "A", "name": "standard"}, "enableRbacAuthorization": true,
            }})),
        ),
        (
            "Microsoft.Authorization/roleAssignments",
            "reads-vault",
            "vault",
            "",
            ROLE,
            json!({"properties": {
                "principalId": TENANT, "principalType": "ServicePrincipal",
                "roleDefinitionId": format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{READER}"),
            }}),
        ),
        (
            "Microsoft.Storage/storageAccounts",
            "account",
            "group",
            "",
            "stshop4711",
            here(json!({"kind": "StorageV2", "sku": {"name": "Standard_LRS"}})),
        ),
        (
            "Microsoft.Storage/storageAccounts/blobServices/containers",
            "log-container",
            "account",
            "/blobServices/default",
            "logs",
            json!({}),
        ),
        (
            "Microsoft.ContainerService/managedClusters",
            "cluster",
            "group",
            "",
            "aks-shop",
            here(
                json!({"identity": {"type": "SystemAssigned"}, "properties": {"dnsPrefix": "shop", "agentPoolProfiles": [pool]}}),
            ),
        ),
        (
            "Microsoft.Sql/servers",
            "sql",
            "group",
            "",
            "sql-shop-4711",
            here(json!({"properties": {"administrators": administrators, "minimalTlsVersion": "1.2"}})),
        ),
        (
            "Microsoft.Sql/servers/databases",
            "orders-database",
            "sql",
            "",
            "orders",
            here(json!({"sku": {"name": "S0"}})),
        ),
        (
            "Microsoft.ServiceBus/namespaces",
            "bus",
            "group",
            "",
            "sb-shop-4711",
            here(json!({"sku": {"name": "Standard"}})),
        ),
        ("Microsoft.ServiceBus/namespaces/queues", "orders-queue", "bus", "", "orders", json!({})),
    ]
}

/// The program that is there already.
pub fn program(cx: &mut Context) -> Result<BTreeMap<String, Expression>> {
    let mut ids: BTreeMap<&str, Output<String>> = BTreeMap::new();
    for (kind, name, parent, within, own, body) in shop() {
        let Value::Map(body) = Value::from(body) else { continue };
        let mut inputs: BTreeMap<String, Expression> =
            body.into_iter().map(|(key, value)| (key, Expression::from(value))).collect();
        inputs.insert("name".to_owned(), Value::from(own).into());
        if let Some(parent) = ids.get(parent) {
            inputs.insert("parent".to_owned(), parent.clone().map(move |id| format!("{id}{within}")).into());
        }
        let location = Location { file: "shop.rs", line: 1 };
        let handle = cx.register(kind, "azure", name, Expression::Map(inputs), Options::new(), location)?;
        ids.insert(name, handle.output("id"));
    }
    Ok(BTreeMap::new())
}

pub struct World {
    pub simulator: Simulator,
    pub engine: Engine,
}

impl World {
    /// An engine with an empty state on a simulator that has the shop already.
    pub async fn deployed() -> Self {
        let simulator = support::simulator(Settings::default());
        let maker = World::on(simulator.clone());
        assert!(maker.up(program, UpdateOptions::default()).await.report.unwrap().is_complete());
        simulator.forget_requests();
        World::on(simulator)
    }

    fn on(simulator: Simulator) -> Self {
        let engine = support::engine(&simulator, SUBSCRIPTION);
        World { simulator, engine }
    }

    pub async fn up(&self, run: Run, options: UpdateOptions) -> Update {
        carry_out(&self.engine, &deployment(run), Kind::Up, &options).await.unwrap()
    }

    /// What a plan would change.
    pub async fn changes(&self, run: Run) -> Vec<String> {
        let preview =
            self.engine.preview(&deployment(run), Kind::Up, &UpdateOptions::default()).await.unwrap();
        let changed = preview.plan.operations.iter().filter(|one| one.action != OperationKind::Same);
        changed.map(|one| format!("{} {:?} {:?}", one.urn, one.action, one.changes)).collect()
    }

    /// How many requests could have changed something.
    pub fn writes(&self) -> usize {
        let all = [Method::Put, Method::Patch, Method::Post, Method::Delete];
        all.into_iter().map(|method| self.simulator.count(method, "")).sum()
    }
}

pub type Run = fn(&mut Context) -> Result<BTreeMap<String, Expression>>;

pub fn deployment(run: Run) -> Deployment {
    let program = Program {
        name: "shop",
        layer: "Foundation",
        rank: 0,
        outputs: &[],
        contract: 1,
        references: &[],
        source: "shop.rs",
        config_fields: || &[],
        check_config: |_| Ok(()),
        run,
    };
    Deployment::new("prod", "westeurope", program, ConfigTree::default()).unwrap()
}

/// The ids of the shop, spelled as other tools do.
struct Ids {
    group: String,
    network: String,
    vault: String,
    account: String,
    sql: String,
    bus: String,
}

fn ids() -> Ids {
    let group = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop");
    let of = |kind: &str| format!("{group}/providers/{kind}");
    Ids {
        network: of("Microsoft.Network/virtualNetworks/vnet-shop"),
        vault: of("Microsoft.KeyVault/vaults/kv-shop-4711"),
        account: of("Microsoft.Storage/storageAccounts/stshop4711"),
        sql: of("Microsoft.Sql/servers/sql-shop-4711"),
        bus: of("Microsoft.ServiceBus/namespaces/sb-shop-4711"),
        group: group.clone(),
    }
}

/// The state that Terraform would have.
pub fn terraform() -> ForeignFile {
    let Ids { group, network, vault, account, sql, bus } = ids();
    let all: Vec<(&str, &str, Option<&str>, String)> = vec![
        ("azurerm_resource_group", "main", None, group.clone()),
        ("azurerm_virtual_network", "main", None, network.clone()),
        ("azurerm_subnet", "this", Some("app"), format!("{network}/subnets/app")),
        ("azurerm_subnet", "this", Some("data"), format!("{network}/subnets/data")),
        ("azurerm_subnet_network_security_group_association", "app", None, format!("{network}/subnets/app")),
        ("azurerm_key_vault", "main", None, vault.clone()),
        ("azurerm_key_vault_access_policy", "ops", None, format!("{vault}/objectId/{ROLE}")),
        (
            "azurerm_role_assignment",
            "reader",
            None,
            format!("{vault}/providers/Microsoft.Authorization/roleAssignments/{ROLE}|{TENANT}"),
        ),
        ("azurerm_storage_account", "main", None, account),
        (
            "azurerm_storage_container",
            "logs",
            None,
            "https://stshop4711.blob.core.windows.net/logs".to_owned(),
        ),
        (
            "azurerm_storage_blob",
            "readme",
            None,
            "https://stshop4711.blob.core.windows.net/logs/readme".to_owned(),
        ),
        (
            "azurerm_kubernetes_cluster",
            "main",
            None,
            format!("{group}/providers/Microsoft.ContainerService/managedClusters/aks-shop"),
        ),
        (
            "azurerm_kubernetes_cluster_node_pool",
            "system",
            None,
            format!(
                "{group}/providers/Microsoft.ContainerService/managedClusters/aks-shop/agentPools/system"
            ),
        ),
        ("azurerm_mssql_server", "main", None, sql.to_lowercase()),
        ("azurerm_mssql_database", "orders", None, format!("{sql}/databases/orders")),
        ("azurerm_servicebus_namespace", "main", None, bus.clone()),
        ("azurerm_servicebus_queue", "orders", None, format!("{bus}/queues/orders")),
        ("azuread_application", "shop", None, "0000".to_owned()),
        ("random_password", "sql", None, "none".to_owned()),
    ];
    let resource = |(kind, name, key, id): &(&str, &str, Option<&str>, String)| {
        let attributes = json!({"id": id, "primary_access_key": CANARY, "result": CANARY, "name": CANARY});
        json!({
            "mode": "managed", "type": kind, "name": name,
            "provider": "provider[\"registry.terraform.io/hashicorp/azurerm\"]",
            "instances": [{"index_key": key, "schema_version": 0, "attributes": attributes, "sensitive_attributes": []}],
        })
    };
    let resources: Vec<Json> = all.iter().map(resource).collect();
    let state = json!({"version": 4, "terraform_version": "1.11.4", "serial": 9, "lineage": "l", "outputs": {}, "resources": resources});
    ForeignFile::read(Tool::Terraform, state.to_string().as_bytes()).unwrap()
}

/// What Pulumi would export.
pub fn pulumi() -> ForeignFile {
    let Ids { group, network, vault, account, sql, bus } = ids();
    let all: Vec<(&str, &str, String)> = vec![
        ("azure-native:resources:ResourceGroup", "rg", group.clone()),
        ("azure-native:network/v20240501:VirtualNetwork", "vnet", network.clone()),
        ("azure-native:network:Subnet", "snet-app", format!("{network}/subnets/app")),
        ("azure-native:network:Subnet", "snet-data", format!("{network}/subnets/data")),
        ("azure-native:keyvault:Vault", "kv", vault.clone()),
        (
            "azure-native:authorization:RoleAssignment",
            "ra",
            format!("{vault}/providers/Microsoft.Authorization/roleAssignments/{ROLE}"),
        ),
        ("azure-native:storage:StorageAccount", "st", account.clone()),
        (
            "azure-native:storage:BlobContainer",
            "logs",
            format!("{account}/blobServices/default/containers/logs"),
        ),
        (
            "azure-native:storage:Blob",
            "readme",
            "https://stshop4711.blob.core.windows.net/logs/readme".to_owned(),
        ),
        (
            "azure-native:containerservice:ManagedCluster",
            "aks",
            format!("{group}/providers/Microsoft.ContainerService/managedClusters/aks-shop"),
        ),
        ("azure-native:sql:Server", "sql", sql.clone()),
        ("azure-native:sql:Database", "orders", format!("{sql}/databases/orders")),
        ("azure-native:servicebus:Namespace", "sb", bus.clone()),
        ("azure-native:servicebus:Queue", "orders", format!("{bus}/queues/orders")),
    ];
    let secret =
        json!({"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": CANARY});
    let resource = |(kind, name, id): &(&str, &str, String)| {
        json!({
            "urn": format!("urn:pulumi:prod::shop::{kind}::{name}"), "custom": true, "id": id, "type": kind,
            "inputs": {"name": CANARY}, "outputs": {"primaryKeyId": secret},
        })
    };
    let resources: Vec<Json> = all.iter().map(resource).collect();
    let stack = json!({"version": 3, "deployment": {"manifest": {}, "resources": resources}});
    ForeignFile::read(Tool::Pulumi, stack.to_string().as_bytes()).unwrap()
}
