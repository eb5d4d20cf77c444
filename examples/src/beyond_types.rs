//! Beyond typed resources: a group that another program made, the keys of an account, a type that has no typed resource.

use atp_azure::resources::ResourceGroup;
use atp_azure::storage::{
    StorageAccount, StorageAccountKind, StorageAccountListKeys, StorageAccountSku, StorageAccountSkuName,
};
use atp_azure::{RawResource, Scope};
use atp_iac::{Context, Output, Outputs, Result, name, stack};

/// What other stacks may use.
#[derive(Debug, Outputs)]
pub struct ConnectorOutputs {
    /// What workflows reach the blobs through.
    pub connection: Output<Scope>,
}

/// A connection for workflows to the blobs of an account, in the group of the example `hello`.
///
/// The group is only read: this stack never changes or deletes it. The key of the account is asked for behind the
/// account, and is secret wherever it goes.
#[stack(layer = Foundation)]
pub fn connector(cx: &mut Context) -> Result<ConnectorOutputs> {
    let group = cx.read("group", ResourceGroup::existing("rg-hello"))?;

    let sku = StorageAccountSku::new(StorageAccountSkuName::STANDARD_LRS);
    let name = name!(StorageAccount, "stconnector");
    let account = StorageAccount::new(group.id(), name, cx.region(), sku, StorageAccountKind::STORAGE_V2);
    let account = cx.add("account", account)?;
    let keys = cx.read("keys", StorageAccountListKeys::new(account.id()))?;

    let region = cx.region().to_owned();
    let api = group.id().map(move |group| {
        let subscription = group.as_str().split("/resourceGroups/").next().unwrap_or_default();
        format!("{subscription}/providers/Microsoft.Web/locations/{region}/managedApis/azureblob")
    });
    let connection = RawResource::new("Microsoft.Web/connections", "2016-06-01", group.id(), "blobs")
        .property("location", cx.region())
        .property("properties.api.id", &api)
        .property("properties.displayName", "Blobs of the connector")
        .property("properties.parameterValues.accountName", account.name())
        .property("properties.parameterValues.accessKey", keys.key_value(0));
    let connection = cx.add("connection", connection)?;
    Ok(ConnectorOutputs { connection: connection.id() })
}
