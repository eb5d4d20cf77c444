//! The gateway: the only thing of the platform that the internet reaches.

use super::gateway_parts::Parts;
use crate::helpers::exceptions::Granted;
use crate::helpers::{BuiltInRole, Site, diagnostics, roles};
use atp_azure::key_vault::Vault;
use atp_azure::managed_identity::UserAssignedIdentity;
use atp_azure::network::{
    ApplicationGateway, ApplicationGatewayAutoscaleConfiguration, ApplicationGatewayFirewallPolicy,
    ApplicationGatewayManagedServiceIdentity, ApplicationGatewayManagedServiceIdentityType,
    ApplicationGatewaySku, ApplicationGatewaySkuName, ApplicationGatewaySkuTier, ApplicationGatewaySslPolicy,
    ApplicationGatewaySslPolicyName, ApplicationGatewaySslPolicyType, PublicIpAddress,
    PublicIpAddressDnsSettings, PublicIpAddressPublicIpAllocationMethod, PublicIpAddressSku,
    PublicIpAddressSkuName, PublicIpAddressSkuTier, PublicIpAddressVersion, Subnet,
};
use atp_azure::operational_insights::Workspace;
use atp_azure::resources::ResourceGroup;
use atp_azure::user_assigned;
use atp_iac::{Component, Config, Context, Input, Options, Output, ResourceId, Result, component};

/// Where the gateway sends requests.
#[derive(Clone, Debug, Config)]
pub struct Backend {
    /// The address of the cluster's internal ingress, or its name.
    #[config(length = 7..=253)]
    pub address: String,
    /// The name that its certificate has.
    #[config(length = 4..=253)]
    pub host_name: String,
    /// What it answers with 200 when it is well.
    #[config(default = "/health", length = 1..=200)]
    pub health_path: String,
    /// Seconds after which an answer is no longer waited for.
    #[config(default = 30, range = 1..=300)]
    pub timeout_seconds: u32,
}

/// An application gateway with a firewall, that ends TLS and begins it anew on the way to the cluster.
#[component(type = "atp:edge:Gateway")]
#[derive(Clone, Debug)]
pub struct Gateway {
    /// Names, tags and region.
    pub site: Site,
    /// The resource group that it is in.
    pub group: Output<ResourceId<ResourceGroup>>,
    /// The subscription that roles are defined in, and that makes its public name unique.
    pub subscription_id: String,
    /// Why it may be public.
    pub exception: Granted,
    /// The subnet that it alone is in.
    pub subnet: Input<ResourceId<Subnet>>,
    /// What looks into requests.
    pub firewall: Input<ResourceId<ApplicationGatewayFirewallPolicy>>,
    /// Where its certificate is kept.
    pub key_vault: Output<ResourceId<Vault>>,
    /// The secret with the certificate, without a version: the gateway takes a new one within hours.
    pub certificate: Input<String>,
    /// The names that it answers to.
    pub host_names: Vec<String>,
    /// Where it sends requests.
    pub backend: Backend,
    /// Where it logs to.
    pub workspace: Input<ResourceId<Workspace>>,
    /// The zones that it is spread over.
    pub zones: Vec<String>,
    /// How many units of it there are at least, and at most.
    pub capacity: (u32, u32),
    /// Whether plans that would give its address away are refused.
    #[component(default = false)]
    pub protect: bool,
}

/// What the user of a [`Gateway`] gets.
#[derive(Clone, Debug)]
pub struct GatewayOutputs {
    /// Its id.
    pub id: Output<ResourceId<ApplicationGateway>>,
    /// Its address.
    pub address: Output<ResourceId<PublicIpAddress>>,
    /// The name of its address.
    pub fqdn: String,
}

impl Component for Gateway {
    type Outputs = GatewayOutputs;

    fn build(self, cx: &mut Context) -> Result<GatewayOutputs> {
        let (address, fqdn) = self.add_address(cx)?;
        let Site { names, tags, location } = &self.site;
        let identity =
            UserAssignedIdentity::new(&self.group, names.of::<UserAssignedIdentity>("gateway")?, location);
        let identity = cx.add("identity", identity.tags(tags))?;
        let reads = roles::assignment(
            &self.subscription_id,
            &self.key_vault,
            BuiltInRole::KeyVaultSecretsUser,
            &identity.principal_id(),
        )?;
        let reads = cx.add("reads-certificate", reads)?;
        let name = names.only::<ApplicationGateway>()?;
        let parts = Parts::new(&self.group, name.as_str());
        let (least, most) = self.capacity;
        let gateway = ApplicationGateway::new(&self.group, name, location)
            .identity(
                ApplicationGatewayManagedServiceIdentity::new()
                    .type_(ApplicationGatewayManagedServiceIdentityType::UserAssigned)
                    .user_assigned_identities(user_assigned(&identity.id())),
            )
            .sku(
                ApplicationGatewaySku::new()
                    .name(ApplicationGatewaySkuName::WAF_V2)
                    .tier(ApplicationGatewaySkuTier::WAF_V2),
            )
            .autoscale_configuration(
                ApplicationGatewayAutoscaleConfiguration::new(i64::from(least)).max_capacity(i64::from(most)),
            )
            .enable_http2(true)
            .ssl_policy(
                ApplicationGatewaySslPolicy::new()
                    .policy_type(ApplicationGatewaySslPolicyType::PREDEFINED)
                    .policy_name(ApplicationGatewaySslPolicyName::APP_GW_SSL_POLICY20220101_S),
            )
            .firewall_policy(&self.firewall)
            .force_firewall_policy_association(true)
            .tags(self.exception.tags(tags));
        let gateway = if self.zones.is_empty() { gateway } else { gateway.zones(self.zones.clone()) };
        let gateway = parts.add(&self, &address, gateway);
        // It reads the certificate while it is made.
        let gateway = cx.add_with("gateway", Options::new().depends_on(&reads), gateway)?;
        cx.add("diagnostics", diagnostics::logs_and_metrics(gateway.id(), &self.workspace))?;
        Ok(GatewayOutputs { id: gateway.id(), address, fqdn })
    }
}

impl Gateway {
    /// Its address with a name that no other has.
    fn add_address(&self, cx: &mut Context) -> Result<(Output<ResourceId<PublicIpAddress>>, String)> {
        let Site { names, tags, location } = &self.site;
        let label = names.unique::<PublicIpAddress>("gateway", &self.subscription_id)?;
        let sku =
            PublicIpAddressSku::new(PublicIpAddressSkuName::STANDARD).tier(PublicIpAddressSkuTier::REGIONAL);
        let address =
            PublicIpAddress::new(&self.group, names.of::<PublicIpAddress>("gateway")?, location, sku)
                .public_ip_allocation_method(PublicIpAddressPublicIpAllocationMethod::STATIC)
                .public_ip_address_version(PublicIpAddressVersion::IPV4)
                .dns_settings(PublicIpAddressDnsSettings::new().domain_name_label(label.as_str()))
                .tags(self.exception.tags(tags));
        let address = if self.zones.is_empty() { address } else { address.zones(self.zones.clone()) };
        let address = cx.add_with("address", Options::new().protect(self.protect), address)?.id();
        cx.add("address-diagnostics", diagnostics::logs_and_metrics(&address, &self.workspace))?;
        Ok((address, format!("{}.{location}.cloudapp.azure.com", label.as_str())))
    }
}
