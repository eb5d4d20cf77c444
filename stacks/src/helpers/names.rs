//! Names of resources: one pattern, checked against the rules of each type.

use atp_iac::program::ProgramError;
use atp_iac::{Name, Named, Result};
use uuid::Uuid;

/// The codes of regions in names. A region without one is refused: two regions must never share names.
const REGION_CODES: &[(&str, &str)] =
    &[("westeurope", "weu"), ("northeurope", "neu"), ("eastus", "eus"), ("westus2", "wus2")];

/// What names of a type begin with, as Microsoft's Cloud Adoption Framework recommends it.
const ABBREVIATIONS: &[(&str, &str)] = &[
    ("Microsoft.AlertsManagement/actionRules", "apr"),
    ("Microsoft.AlertsManagement/prometheusRuleGroups", "prg"),
    ("Microsoft.ContainerRegistry/registries", "cr"),
    ("Microsoft.ContainerService/managedClusters", "aks"),
    ("Microsoft.Dashboard/grafana", "amg"),
    ("Microsoft.DocumentDB/databaseAccounts", "cosmos"),
    ("Microsoft.Insights/actionGroups", "ag"),
    ("Microsoft.Insights/activityLogAlerts", "ala"),
    ("Microsoft.Insights/components", "appi"),
    ("Microsoft.Insights/dataCollectionEndpoints", "dce"),
    ("Microsoft.Insights/dataCollectionRules", "dcr"),
    ("Microsoft.Insights/metricAlerts", "ma"),
    ("Microsoft.Insights/privateLinkScopes", "pls"),
    ("Microsoft.Insights/scheduledQueryRules", "sqr"),
    ("Microsoft.Insights/workbooks", "wb"),
    ("Microsoft.KeyVault/managedHSMs", "hsm"),
    ("Microsoft.KeyVault/vaults", "kv"),
    ("Microsoft.ManagedIdentity/userAssignedIdentities", "id"),
    ("Microsoft.Monitor/accounts", "amw"),
    ("Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies", "waf"),
    ("Microsoft.Network/applicationGateways", "agw"),
    ("Microsoft.Network/applicationSecurityGroups", "asg"),
    ("Microsoft.Network/ddosProtectionPlans", "ddos"),
    ("Microsoft.Network/natGateways", "ng"),
    ("Microsoft.Network/networkInterfaces", "nic"),
    ("Microsoft.Network/networkSecurityGroups", "nsg"),
    ("Microsoft.Network/privateEndpoints", "pep"),
    ("Microsoft.Network/publicIPAddresses", "pip"),
    ("Microsoft.Network/publicIPPrefixes", "ippre"),
    ("Microsoft.Network/trafficmanagerprofiles", "traf"),
    ("Microsoft.Network/virtualNetworks", "vnet"),
    ("Microsoft.OperationalInsights/workspaces", "log"),
    ("Microsoft.Portal/dashboards", "dash"),
    ("Microsoft.Resources/resourceGroups", "rg"),
    ("Microsoft.ServiceBus/namespaces", "sbns"),
    ("Microsoft.Sql/servers", "sql"),
    ("Microsoft.Sql/servers/elasticPools", "sqlep"),
    ("Microsoft.Sql/servers/failoverGroups", "fog"),
    ("Microsoft.Storage/storageAccounts", "st"),
];

/// Makes names such as `vnet-atp-prod-weu`: the type, the project, the environment, the region, and a part of its own.
///
/// Types whose names may have no hyphens get the same without them: `statpprodweuhot3f9c2`.
#[derive(Clone, Debug)]
pub struct Names {
    project: String,
    environment: String,
    region_code: &'static str,
}

impl Names {
    /// For one environment and region.
    ///
    /// # Errors
    /// When the region has no code.
    pub fn new(project: &str, environment: &str, region: &str) -> Result<Self> {
        let code = REGION_CODES.iter().find(|(name, _)| *name == region).map(|(_, code)| *code);
        let region_code = code.ok_or_else(|| {
            let known: Vec<&str> = REGION_CODES.iter().map(|(name, _)| *name).collect();
            ProgramError::Other(format!(
                "the region `{region}` has no code for names\n  way out: use one of {}, or add it to `REGION_CODES`",
                known.join(", ")
            ))
        })?;
        Ok(Names { project: project.to_owned(), environment: environment.to_owned(), region_code })
    }

    /// Of the only resource of a type in its region, such as the virtual network.
    ///
    /// # Errors
    /// When the type has no abbreviation, or the name breaks the rules of the type, as for all methods here.
    pub fn only<T: Named>(&self) -> Result<Name<T>> {
        self.of("")
    }

    /// Of a resource by what it is for: `network`, `ingestion`, `warning`.
    ///
    /// # Errors
    /// As [`Names::only`].
    pub fn of<T: Named>(&self, purpose: &str) -> Result<Name<T>> {
        let kind = abbreviation(T::TYPE)?;
        let Names { project, environment, region_code } = self;
        let name = |environment: &str| {
            let parts = [kind, project, environment, region_code, purpose];
            let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            if T::RULES.hyphens { parts.join("-") } else { parts.concat().replace('-', "") }
        };
        let whole = name(environment);
        checked(&if whole.len() <= T::RULES.max { whole } else { name(&short(environment)) })
    }

    /// Of a resource whose type has one space of names in all of Azure, such as a vault. So it ends in a hash of the
    /// subscription: the same program in another subscription gets another name, and always the same one.
    ///
    /// # Errors
    /// As [`Names::only`].
    pub fn unique<T: Named>(&self, purpose: &str, subscription_id: &str) -> Result<Name<T>> {
        let hash = Uuid::new_v5(&Uuid::NAMESPACE_OID, subscription_id.as_bytes()).simple().to_string();
        let hash = &hash[..5];
        self.of(&if purpose.is_empty() { hash.to_owned() } else { format!("{purpose}-{hash}") })
    }
}

/// An environment where its whole name does not fit: `st` for `staging`, `pr123` for `preview-123`. What tells instances
/// apart is kept.
fn short(environment: &str) -> String {
    let (environment, instance) = environment.split_once('-').unwrap_or((environment, ""));
    let letters = environment.chars().filter(char::is_ascii_alphabetic).take(2);
    letters.chain(instance.chars().filter(char::is_ascii_alphanumeric)).collect()
}

fn abbreviation(kind: &str) -> Result<&'static str> {
    let found = ABBREVIATIONS.iter().find(|(name, _)| name.eq_ignore_ascii_case(kind));
    found.map(|(_, abbreviation)| *abbreviation).ok_or_else(|| {
        ProgramError::Other(format!(
            "names of `{kind}` have no beginning\n  way out: add the type to `ABBREVIATIONS`"
        ))
    })
}

/// A name from configuration, checked against the rules of its type.
///
/// # Errors
/// When it breaks them.
pub fn checked<T: Named>(name: &str) -> Result<Name<T>> {
    Name::parse(name)
        .map_err(|problem| ProgramError::Other(format!("`{name}` cannot name a `{}`: {problem}", T::TYPE)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use atp_azure::key_vault::Vault;
    use atp_azure::network::{Subnet, VirtualNetwork};
    use atp_azure::resources::ResourceGroup;
    use atp_azure::storage::StorageAccount;

    const SUBSCRIPTION: &str = "00000000-0000-0000-0000-0000000000a1";

    #[test]
    fn names_say_type_project_environment_and_region() {
        let names = Names::new("atp", "prod", "westeurope").unwrap();
        assert_eq!(names.of::<ResourceGroup>("network").unwrap().as_str(), "rg-atp-prod-weu-network");
        assert_eq!(names.only::<VirtualNetwork>().unwrap().as_str(), "vnet-atp-prod-weu");
    }

    #[test]
    fn names_without_hyphens_have_the_same_parts() {
        let names = Names::new("atp", "prod", "westeurope").unwrap();
        let name = names.unique::<StorageAccount>("hot", SUBSCRIPTION).unwrap();
        assert!(
            name.as_str().starts_with("statpprodweuhot") && name.as_str().len() == 20,
            "{}",
            name.as_str()
        );
    }

    #[test]
    fn an_environment_is_shortened_where_its_name_does_not_fit() {
        let names = Names::new("atp", "preview-123", "westeurope").unwrap();
        let name = names.unique::<StorageAccount>("hot", SUBSCRIPTION).unwrap();
        assert!(name.as_str().starts_with("statppr123weuhot"), "{}", name.as_str());
    }

    #[test]
    fn the_name_of_a_vault_is_stable_and_fits_in_every_environment() {
        for environment in ["dev", "test", "staging", "preview", "prod"] {
            let names = Names::new("atp", environment, "westeurope").unwrap();
            let first = names.unique::<Vault>("", SUBSCRIPTION).unwrap();
            assert_eq!(first.as_str(), names.unique::<Vault>("", SUBSCRIPTION).unwrap().as_str());
            assert_ne!(first.as_str(), names.unique::<Vault>("", "another").unwrap().as_str());
        }
    }

    #[test]
    fn a_name_that_does_not_fit_is_refused_with_its_type() {
        let names = Names::new("audit-trail-platform", "prod", "westeurope").unwrap();
        let error = names.unique::<Vault>("", SUBSCRIPTION).unwrap_err().to_string();
        assert!(error.contains("Microsoft.KeyVault/vaults") && error.contains("too long"), "{error}");
        assert!(Names::new("atp", "prod", "atlantis").unwrap_err().to_string().contains("way out"));
        let error = Names::new("atp", "prod", "eastus").unwrap().only::<Subnet>().unwrap_err().to_string();
        assert!(error.contains("ABBREVIATIONS"), "{error}");
    }
}
