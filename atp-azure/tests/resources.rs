//! What generated resources write and read.

#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

use atp_azure::authorization::{ManagementLock, ManagementLockLevel};
use atp_azure::descriptor::Shape;
use atp_azure::insights::{
    MetricAlert, MetricAlertAllOfOperator, MetricAlertAllOfTimeAggregation, MetricAlertCriteria,
    MetricAlertSingleResourceMultipleMetricCriteria, MetricAlertSingleResourceMultipleMetricCriteriaAllOf,
};
use atp_azure::key_vault::{Vault, VaultNetworkAcls, VaultNetworkAclsBypass, VaultNetworkAclsDefaultAction};
use atp_azure::key_vault::{VaultNetworkAclsVirtualNetworkRule, VaultSku, VaultSkuName};
use atp_azure::network::{
    NetworkSecurityGroup, Subnet, VirtualNetwork, VirtualNetworkAddressSpace, VirtualNetworkSubnet,
    VirtualNetworkSubnetDelegation,
};
use atp_azure::resources::ResourceGroup;
use atp_iac::output::{NothingKnown, Output};
use atp_iac::resource::{ResourceId, ResourceType};
use atp_iac::value::{Data, Decoder};
use atp_iac::{StackName, Urn, Value, cidr};
use serde_json::json;

const GROUP: &str = "/subscriptions/s/resourceGroups/g";

fn id<T: ResourceType>(tail: &str) -> ResourceId<T> {
    ResourceId::parse(&format!("{GROUP}{tail}")).unwrap()
}

fn written(data: &impl Data) -> serde_json::Value {
    data.encode().resolve(&NothingKnown).unwrap().to_json_exposed().unwrap()
}

fn vault() -> Vault {
    let subnet = id::<Subnet>("/providers/Microsoft.Network/virtualNetworks/v/subnets/a");
    Vault::new(
        id::<ResourceGroup>(""),
        "kv-dev",
        "northeurope",
        "00000000-0000-0000-0000-000000000001",
        VaultSku::new(VaultSkuName::Premium),
    )
    .enable_rbac_authorization(true)
    .soft_delete_retention_in_days(90)
    .network_acls(
        VaultNetworkAcls::new()
            .bypass(VaultNetworkAclsBypass::AZURE_SERVICES)
            .default_action(VaultNetworkAclsDefaultAction::DENY)
            .virtual_network_rules([VaultNetworkAclsVirtualNetworkRule::new(subnet)]),
    )
    .tags([("team", "atp")])
}

#[test]
fn a_vault_is_written_as_azure_reads_it() {
    let expected = json!({
        "parent": GROUP,
        "name": "kv-dev",
        "location": "northeurope",
        "tags": {"team": "atp"},
        "properties": {
            "tenantId": "00000000-0000-0000-0000-000000000001",
            "sku": {"family": "A", "name": "premium"},
            "enableRbacAuthorization": true,
            "softDeleteRetentionInDays": 90,
            "networkAcls": {
                "bypass": "AzureServices",
                "defaultAction": "Deny",
                "virtualNetworkRules": [
                    {"id": format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/a")}
                ]
            }
        }
    });
    assert_eq!(written(&vault()), expected);
}

#[test]
fn a_network_with_subnets_is_written_as_azure_reads_it() {
    let group = id::<NetworkSecurityGroup>("/providers/Microsoft.Network/networkSecurityGroups/n");
    let network = VirtualNetwork::new(
        id::<ResourceGroup>(""),
        "vnet",
        "northeurope",
        VirtualNetworkAddressSpace::new([cidr!("10.0.0.0/16")]),
    )
    .subnets([
        VirtualNetworkSubnet::new("aks", cidr!("10.0.0.0/20")).network_security_group(group),
        VirtualNetworkSubnet::new("sql", cidr!("10.0.16.0/24"))
            .delegations([VirtualNetworkSubnetDelegation::new("d", "Microsoft.Sql/managedInstances")]),
    ]);
    let group = format!("{GROUP}/providers/Microsoft.Network/networkSecurityGroups/n");
    let expected = json!({
        "parent": GROUP,
        "name": "vnet",
        "location": "northeurope",
        "properties": {
            "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
            "subnets": [
                {"name": "aks", "properties": {"addressPrefix": "10.0.0.0/20", "networkSecurityGroup": {"id": group}}},
                {"name": "sql", "properties": {
                    "addressPrefix": "10.0.16.0/24",
                    "delegations": [{"name": "d", "properties": {"serviceName": "Microsoft.Sql/managedInstances"}}]
                }}
            ]
        }
    });
    assert_eq!(written(&network), expected);
}

#[test]
fn what_is_written_can_be_read() {
    let value = vault().encode().resolve(&NothingKnown).unwrap();
    let read: Vault = Decoder::read(&value).unwrap();
    assert_eq!(written(&read), written(&vault()));
}

#[test]
fn a_value_outside_of_a_closed_set_is_refused_and_the_set_is_named() {
    let value = Value::from(json!({"properties": {"sku": {"name": "gold"}}}));
    let mismatches = Decoder::read::<Vault>(&value).unwrap_err();
    assert_eq!(
        mismatches[0].to_string(),
        "`properties.sku.name`: expected one of `standard`, `premium`, found another text"
    );
}

#[test]
fn a_lock_takes_an_id_of_any_type() {
    let urn = Urn::new(&StackName::new("dev", "north", "app").unwrap(), &[Vault::TYPE], &["kv"]).unwrap();
    let unknown: Output<ResourceId<Vault>> = Output::of_resource(&urn, "id");
    let lock = ManagementLock::new(&unknown, "keep", ManagementLockLevel::CAN_NOT_DELETE);
    assert_eq!(lock.encode().dependencies().into_iter().collect::<Vec<_>>(), [urn]);
    let lock = ManagementLock::new(id::<ResourceGroup>(""), "keep", ManagementLockLevel::CAN_NOT_DELETE);
    assert_eq!(written(&lock)["parent"], GROUP);
}

#[test]
fn debug_shows_what_would_be_written() {
    let shown = format!("{:?}", VaultSku::new(VaultSkuName::Standard));
    assert_eq!(shown, r#"VaultSku {"family": "A", "name": "standard"}"#);
}

#[test]
fn identities_are_keys_of_a_map() {
    use atp_azure::managed_identity::UserAssignedIdentity;
    use atp_azure::operational_insights::{WorkspaceIdentity, WorkspaceIdentityType};
    let identity =
        id::<UserAssignedIdentity>("/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i");
    let known = Output::known(identity.clone());
    let written = written(
        &WorkspaceIdentity::new(WorkspaceIdentityType::UserAssigned)
            .user_assigned_identities(atp_azure::user_assigned(&known)),
    );
    assert_eq!(written["userAssignedIdentities"][identity.as_str()], json!({}));
}

#[test]
fn the_answer_of_an_action_is_described_to_the_last_property_though_only_the_service_sets_it() {
    let account = atp_azure::descriptor("Microsoft.Storage/storageAccounts").unwrap();
    let answer = account.action("listKeys").and_then(|action| action.output).unwrap();
    let Shape::Object(answer) = answer else { panic!("{answer:?}") };
    let Shape::List { item: Shape::Object(key), .. } = answer.properties[0].shape else {
        panic!("{answer:?}")
    };
    let names: Vec<&str> = key.properties.iter().map(|property| property.name).collect();
    assert!(names.contains(&"keyName") && names.contains(&"value"), "{names:?}");
}

#[test]
fn a_value_of_one_of_several_shapes_carries_its_tag_and_is_read_by_it() {
    let criterion = MetricAlertSingleResourceMultipleMetricCriteriaAllOf::new(
        "cpu",
        MetricAlertAllOfOperator::GREATER_THAN,
        80.5,
        "CpuPercentage",
        MetricAlertAllOfTimeAggregation::AVERAGE,
    );
    let criteria = MetricAlertSingleResourceMultipleMetricCriteria::new().all_of([criterion]);
    let alert = MetricAlert::new(id::<ResourceGroup>(""), "cpu", 2, true, [GROUP], "PT1M", criteria);
    let body = &written(&alert)["properties"]["criteria"];
    assert_eq!(body["odata.type"], "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria");
    assert_eq!(body["allOf"][0]["threshold"], 80.5);

    let read = Decoder::read::<MetricAlertCriteria>(&Value::from(body.clone())).unwrap();
    assert!(matches!(read, MetricAlertCriteria::SingleResourceMultipleMetricCriteria(_)));
    assert_eq!(written(&read), *body);

    let unknown = json!({"odata.type": "Microsoft.Azure.Monitor.Later", "more": 1});
    let read = Decoder::read::<MetricAlertCriteria>(&Value::from(unknown.clone())).unwrap();
    assert!(matches!(read, MetricAlertCriteria::Other(_)));
    assert_eq!(written(&read), unknown);
}
