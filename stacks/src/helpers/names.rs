//! Names of resources: one pattern, checked against the rules of each type.

use atp_azure::key_vault::Vault;
use atp_azure::managed_identity::UserAssignedIdentity;
use atp_azure::network::{NetworkSecurityGroup, PrivateEndpoint, VirtualNetwork};
use atp_azure::operational_insights::Workspace;
use atp_azure::resources::ResourceGroup;
use atp_iac::program::ProgramError;
use atp_iac::{Name, Named, Result};
use uuid::Uuid;

/// The codes of regions in names. A region without one is refused: two regions must never share names.
const REGION_CODES: &[(&str, &str)] =
    &[("westeurope", "weu"), ("northeurope", "neu"), ("eastus", "eus"), ("westus2", "wus2")];

/// Makes names such as `vnet-atp-prod-weu`: the type, the project, the environment, the region, and a part of its own.
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

    /// Of a resource group, by what it is for.
    ///
    /// # Errors
    /// When the name breaks the rules of the type, as for all methods here.
    pub fn resource_group(&self, purpose: &str) -> Result<Name<ResourceGroup>> {
        self.name("rg", purpose)
    }

    /// Of the region's virtual network.
    ///
    /// # Errors
    /// As [`Names::resource_group`].
    pub fn virtual_network(&self) -> Result<Name<VirtualNetwork>> {
        self.name("vnet", "")
    }

    /// Of the security group of a subnet.
    ///
    /// # Errors
    /// As [`Names::resource_group`].
    pub fn network_security_group(&self, subnet: &str) -> Result<Name<NetworkSecurityGroup>> {
        self.name("nsg", subnet)
    }

    /// Of the private endpoint of a service.
    ///
    /// # Errors
    /// As [`Names::resource_group`].
    pub fn private_endpoint(&self, service: &str) -> Result<Name<PrivateEndpoint>> {
        self.name("pep", service)
    }

    /// Of the identity of a service.
    ///
    /// # Errors
    /// As [`Names::resource_group`].
    pub fn identity(&self, service: &str) -> Result<Name<UserAssignedIdentity>> {
        self.name("id", service)
    }

    /// Of the region's workspace.
    ///
    /// # Errors
    /// As [`Names::resource_group`].
    pub fn workspace(&self) -> Result<Name<Workspace>> {
        self.name("log", "")
    }

    /// Of the region's vault. All vaults of Azure share one space of names, so this one ends in a hash of the
    /// subscription: the same program in another subscription gets another name, and always the same one.
    ///
    /// # Errors
    /// As [`Names::resource_group`].
    pub fn key_vault(&self, subscription_id: &str) -> Result<Name<Vault>> {
        let hash = Uuid::new_v5(&Uuid::NAMESPACE_OID, subscription_id.as_bytes()).simple().to_string();
        self.name("kv", &hash[..5])
    }

    fn name<T: Named>(&self, kind: &str, part: &str) -> Result<Name<T>> {
        let Names { project, environment, region_code } = self;
        let name = format!("{kind}-{project}-{environment}-{region_code}-{part}");
        checked(name.trim_end_matches('-'))
    }
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

    const SUBSCRIPTION: &str = "00000000-0000-0000-0000-0000000000a1";

    #[test]
    fn names_say_type_project_environment_and_region() {
        let names = Names::new("atp", "prod", "westeurope").unwrap();
        assert_eq!(names.resource_group("network").unwrap().as_str(), "rg-atp-prod-weu-network");
        assert_eq!(names.virtual_network().unwrap().as_str(), "vnet-atp-prod-weu");
    }

    #[test]
    fn the_name_of_a_vault_is_stable_and_fits_in_every_environment() {
        for environment in ["dev", "test", "staging", "preview", "prod"] {
            let names = Names::new("atp", environment, "westeurope").unwrap();
            let first = names.key_vault(SUBSCRIPTION).unwrap();
            assert_eq!(first.as_str(), names.key_vault(SUBSCRIPTION).unwrap().as_str());
            assert_ne!(first.as_str(), names.key_vault("another").unwrap().as_str());
        }
    }

    #[test]
    fn a_name_that_does_not_fit_is_refused_with_its_type() {
        let names = Names::new("audit-trail-platform", "prod", "westeurope").unwrap();
        let error = names.key_vault(SUBSCRIPTION).unwrap_err().to_string();
        assert!(error.contains("Microsoft.KeyVault/vaults") && error.contains("too long"), "{error}");
        assert!(Names::new("atp", "prod", "atlantis").unwrap_err().to_string().contains("way out"));
    }
}
