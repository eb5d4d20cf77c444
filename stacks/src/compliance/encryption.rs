//! What protects data on its way and where it lies.

use super::must::{Must, Wanted, check};
use super::{Problems, Stack};

const STORAGE: &str = "Microsoft.Storage/storageAccounts";
const CLUSTER: &str = "Microsoft.ContainerService/managedClusters";

pub(super) fn tls(stack: &Stack<'_>, problems: &mut Problems<'_>) {
    const NEW: Wanted = Wanted::Is(&["1.2", "1.3"]);
    let table = [
        Must::new(STORAGE, "properties/minimumTlsVersion", Wanted::Is(&["TLS1_2", "TLS1_3"])),
        Must::new(STORAGE, "properties/supportsHttpsTrafficOnly", Wanted::Yes),
        Must::new("Microsoft.Sql/servers", "properties/minimalTlsVersion", NEW),
        Must::new("Microsoft.ServiceBus/namespaces", "properties/minimumTlsVersion", NEW),
        Must::new("Microsoft.EventHub/namespaces", "properties/minimumTlsVersion", NEW),
        Must::new("Microsoft.Cache/redis", "properties/minimumTlsVersion", NEW),
        Must::new(
            "Microsoft.DocumentDB/databaseAccounts",
            "properties/minimalTlsVersion",
            Wanted::Is(&["Tls12"]),
        ),
        Must::new(
            "Microsoft.Network/applicationGateways",
            "properties/sslPolicy/policyName",
            Wanted::Is(&["AppGwSslPolicy20220101", "AppGwSslPolicy20220101S"]),
        ),
    ];
    check(&table, stack, |_| false, problems);
}

pub(super) fn at_rest(stack: &Stack<'_>, problems: &mut Problems<'_>) {
    let table = [
        Must::new(STORAGE, "properties/encryption/requireInfrastructureEncryption", Wanted::Yes),
        Must::new(CLUSTER, "properties/agentPoolProfiles/*/enableEncryptionAtHost", Wanted::Yes),
        Must::new(
            "Microsoft.ContainerService/managedClusters/agentPools",
            "properties/enableEncryptionAtHost",
            Wanted::Yes,
        ),
        Must::new(
            "Microsoft.Sql/servers/databases/transparentDataEncryption",
            "properties/state",
            Wanted::Is(&["Enabled"]),
        ),
    ];
    check(&table, stack, |_| false, problems);
    // Azure encrypts a new database. That it stays so is said where the database is declared.
    let encrypted = "Microsoft.Sql/servers/databases/transparentDataEncryption";
    for database in stack.of_type("Microsoft.Sql/servers/databases") {
        let is_copy = database.text("properties/createMode").is_some_and(|mode| mode != "Default");
        if !is_copy && !stack.has_at(encrypted, database) {
            problems.add(database, "does not say that it is encrypted");
        }
    }
    // A service that brings its own key says by which identity it may use it.
    let key = "properties/encryption/keyvaultproperties";
    for account in stack.of_type(STORAGE).filter(|account| account.find(key).is_some()) {
        if account.text("properties/encryption/keySource") != Some("Microsoft.Keyvault") {
            problems.add(account, "names a key and does not use it: `keySource` must be Microsoft.Keyvault");
        }
    }
}
