//! What types and ids of other tools are.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use super::*;
use atp_iac::migrate::{Texts, Tool};

const GROUP: &str = "/subscriptions/s/resourceGroups/rg";

fn foreign(kind: &str, id: &str, texts: &[(&str, &str)]) -> Foreign {
    Foreign {
        address: "a".into(),
        modules: Vec::new(),
        name: "a".into(),
        key: None,
        kind: kind.into(),
        id: id.into(),
        texts: texts.iter().copied().collect::<Texts>(),
        is_protected: false,
        not_managed: None,
    }
}

fn found(one: &Foreign, others: Vec<Foreign>) -> Result<(String, String), String> {
    let file = ForeignFile { tool: Tool::Terraform, resources: others };
    match counterpart(&Catalog::new(crate::descriptors()), one, &file).unwrap() {
        Counterpart::Object { kind, id } => Ok((kind, id)),
        Counterpart::Nothing { why } => Err(why),
    }
}

fn id(kind: &str, id: &str, texts: &[(&str, &str)]) -> String {
    found(&foreign(kind, id, texts), Vec::new()).unwrap().1
}

fn why(kind: &str, id: &str) -> String {
    found(&foreign(kind, id, &[]), Vec::new()).unwrap_err()
}

#[test]
fn an_id_says_the_type_and_is_spelled_as_resource_manager_does() {
    let own = foreign(
        "azurerm_subnet",
        "/subscriptions/s/resourcegroups/RG/providers/microsoft.network/virtualnetworks/Net/Subnets/Providers",
        &[],
    );
    let (kind, id) = found(&own, Vec::new()).unwrap();
    assert_eq!(kind, "Microsoft.Network/virtualNetworks/subnets");
    assert_eq!(
        id,
        "/subscriptions/s/resourceGroups/RG/providers/Microsoft.Network/virtualNetworks/Net/subnets/Providers"
    );
    let group = found(&foreign("azure-native:resources:ResourceGroup", GROUP, &[]), Vec::new()).unwrap();
    assert_eq!(group, ("Microsoft.Resources/resourceGroups".into(), GROUP.into()));
    let raw = format!("{GROUP}/providers/Foo.Bar/bars/a");
    assert_eq!(
        found(&foreign("azapi_resource", &raw, &[]), Vec::new()).unwrap(),
        ("Foo.Bar/bars".into(), raw.clone())
    );
    let lock =
        format!("{GROUP}/providers/Microsoft.KeyVault/vaults/kv/providers/microsoft.authorization/LOCKS/l");
    assert!(id_of_lock(&lock).ends_with("/vaults/kv/providers/Microsoft.Authorization/locks/l"));
}

fn id_of_lock(lock: &str) -> String {
    id("azurerm_management_lock", lock, &[])
}

#[test]
fn what_has_a_url_is_found_by_what_else_the_file_says() {
    let account = format!("{GROUP}/providers/Microsoft.Storage/storageAccounts/acc");
    let container = format!("{account}/blobServices/default/containers/logs");
    let url = "https://acc.blob.core.windows.net/logs";
    assert_eq!(id("azurerm_storage_container", url, &[("resource_manager_id", &container)]), container);
    assert_eq!(id("azurerm_storage_container", url, &[("storage_account_id", &account)]), container);
    assert_eq!(id("azurerm_storage_container", &container, &[]), container);
    let others = || vec![foreign("azurerm_storage_account", &account, &[])];
    let by_name = found(&foreign("azure:storage/container:Container", url, &[]), others()).unwrap();
    assert_eq!(by_name.1, container);
    let table = foreign("azurerm_storage_table", "https://acc.table.core.windows.net/Tables('t')", &[]);
    assert_eq!(found(&table, others()).unwrap().1, format!("{account}/tableServices/default/tables/t"));
    assert!(why("azurerm_storage_container", url).contains("resource group its account `acc` is"));
    let vault = format!("{GROUP}/providers/Microsoft.KeyVault/vaults/kv");
    let secret = "https://kv.vault.azure.net/secrets/pin/0123";
    assert_eq!(
        id("azurerm_key_vault_secret", secret, &[("key_vault_id", &vault)]),
        format!("{vault}/secrets/pin")
    );
    let classic =
        foreign("azure:keyvault/key:Key", "https://kv.vault.azure.net/keys/k/1", &[("keyVaultId", &vault)]);
    assert_eq!(found(&classic, Vec::new()).unwrap().1, format!("{vault}/keys/k"));
}

#[test]
fn an_account_of_two_places_is_not_guessed() {
    let account = |group: &str| {
        format!("/subscriptions/s/resourceGroups/{group}/providers/Microsoft.Storage/storageAccounts/acc")
    };
    let others =
        ["one", "two"].map(|group| foreign("azurerm_storage_account", &account(group), &[])).to_vec();
    let container = foreign("azurerm_storage_container", "https://acc.blob.core.windows.net/logs", &[]);
    assert!(found(&container, others).is_err());
}

#[test]
fn ids_with_a_bar_are_taken_apart() {
    let role = format!("{GROUP}/providers/Microsoft.Authorization/roleAssignments/0000");
    assert_eq!(id("azurerm_role_assignment", &format!("{role}|tenant"), &[]), role);
    let definition = "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/1";
    assert_eq!(id("azurerm_role_definition", &format!("{definition}|/subscriptions/s"), &[]), definition);
    let vault = format!("{GROUP}/providers/Microsoft.KeyVault/vaults/kv");
    assert_eq!(
        id("azurerm_monitor_diagnostic_setting", &format!("{vault}|logs"), &[]),
        format!("{vault}/providers/Microsoft.Insights/diagnosticSettings/logs")
    );
    let group = "/managementGroup/root/subscription/0000";
    assert_eq!(
        id("azurerm_management_group_subscription_association", group, &[]),
        "/providers/Microsoft.Management/managementGroups/root/subscriptions/0000"
    );
}

#[test]
fn what_is_no_object_of_its_own_is_left_with_the_reason() {
    let subnet = format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/net/subnets/a");
    for (kind, id, said) in [
        ("azurerm_subnet_network_security_group_association", subnet.as_str(), "associates"),
        ("azure:network/subnetRouteTableAssociation:SubnetRouteTableAssociation", &subnet, "associates"),
        ("azurerm_key_vault_access_policy", "/x/objectId/1", "within the resource"),
        ("azure:keyvault/accessPolicy:AccessPolicy", "/x/objectId/1", "within the resource"),
        ("azure-native:keyvault:AccessPolicy", "/x/objectId/1", "a part of the vault"),
        ("azurerm_storage_blob", "https://a.blob.core.windows.net/c/b", "it is data"),
        ("azurerm_key_vault_certificate", "https://kv.vault.azure.net/certificates/c/1", "certificates"),
        ("azuread_group", "0000", "Microsoft Entra"),
        ("azapi_update_resource", &subnet, "changes a part"),
        ("azurerm_subscription", "/subscriptions/s", "no resource"),
        ("azurerm_thing", "0000", "none of Azure Resource Manager"),
        ("azurerm_thing", "/subscriptions/s/../x/providers/A.B/c/d", "none of Azure Resource Manager"),
    ] {
        assert!(why(kind, id).contains(said), "{kind}: {}", why(kind, id));
    }
}

#[test]
fn a_type_and_an_id_that_contradict_each_other_are_not_believed() {
    let account = format!("{GROUP}/providers/Microsoft.Storage/storageAccounts/acc");
    assert!(
        why("azure-native:keyvault:Vault", &account)
            .contains("its id is one of `Microsoft.Storage/storageAccounts`")
    );
    assert_eq!(id("azure-native:storage/v20240101:StorageAccount", &account, &[]), account);
}

#[test]
fn what_is_not_about_azure_is_nobodys() {
    let catalog = Catalog::new(crate::descriptors());
    let file = ForeignFile { tool: Tool::Pulumi, resources: Vec::new() };
    for kind in ["random_pet", "kubernetes:core/v1:Namespace", "aws_s3_bucket", "null_resource"] {
        assert_eq!(counterpart(&catalog, &foreign(kind, "x", &[]), &file), None, "{kind}");
    }
}
