//! A hardware security module of one's own.

use super::PrivateService;
use crate::helpers::{Hardened, Site, diagnostics};
use atp_azure::key_vault::{
    ManagedHsm as Hsm, ManagedHsmKey, ManagedHsmKeyCurveName, ManagedHsmKeyKty, ManagedHsmKeyOp,
    ManagedHsmSku, ManagedHsmSkuFamily, ManagedHsmSkuName,
};
use atp_azure::network::{ApplicationSecurityGroup, PrivateDnsZone, Subnet};
use atp_azure::operational_insights::Workspace;
use atp_azure::resources::ResourceGroup;
use atp_iac::resource::HasUrn;
use atp_iac::{Component, Context, Input, Name, Options, Output, ResourceId, Result, Urn, component};

/// A managed HSM, for the key that signs the audit trail: it stands on hardware that no other customer shares, and
/// whose owner is not even Azure.
///
/// A new HSM does nothing before its security domain was downloaded, encrypted for at least three people who keep their
/// parts of it. That is an act of those people, on the data plane (`az keyvault security-domain download`), and no
/// program can do it for them. So the HSM is deployed first, then activated by hand, then `activated` is set: from then
/// on the signing key is in the program as well.
#[component(type = "atp:security:ManagedHsm")]
#[derive(Clone, Debug)]
pub struct ManagedHsm {
    /// Names, tags and region.
    pub site: Site,
    /// The resource group that it is in.
    pub group: Input<ResourceId<ResourceGroup>>,
    /// Its name, which is unique in all of Azure.
    pub name: Name<Hsm>,
    /// The tenant whose principals may use it.
    pub tenant_id: String,
    /// The object ids of its first administrators. Later ones are made in the HSM itself.
    pub administrators: Vec<String>,
    /// The subnet of its private endpoint.
    pub subnet: Input<ResourceId<Subnet>>,
    /// The private DNS zone of managed HSMs.
    pub dns_zone: Output<ResourceId<PrivateDnsZone>>,
    /// Where it logs to.
    pub workspace: Input<ResourceId<Workspace>>,
    /// Whether it was activated, so that it can hold keys.
    #[component(default = false)]
    pub activated: bool,
    /// Whether plans that delete or replace it are refused.
    #[component(default = false)]
    pub protect: bool,
    /// What the rules of security groups know its private endpoint by.
    pub security_group: Option<Input<ResourceId<ApplicationSecurityGroup>>>,
}

/// What the user of a [`ManagedHsm`] gets.
#[derive(Clone, Debug)]
pub struct ManagedHsmOutputs {
    /// Its id.
    pub id: Output<ResourceId<Hsm>>,
    /// Where clients find it.
    pub uri: Output<String>,
    /// Where the key that signs the audit trail is found, once the HSM is activated.
    pub audit_signing: Option<Output<String>>,
    /// What a lock on it holds.
    pub contents: Vec<Urn>,
    /// What registers the private endpoint in the DNS zone.
    pub registration: Option<Urn>,
}

impl Component for ManagedHsm {
    type Outputs = ManagedHsmOutputs;

    fn build(self, cx: &mut Context) -> Result<ManagedHsmOutputs> {
        let protect = Options::new().protect(self.protect);
        let Site { tags, location, .. } = &self.site;
        let sku = ManagedHsmSku::new(ManagedHsmSkuName::StandardB1, ManagedHsmSkuFamily::B);
        let hsm = Hsm::new(&self.group, self.name, location, sku, self.tenant_id, self.administrators)
            .hardened()
            .soft_delete_retention_in_days(90)
            .tags(tags);
        let hsm = cx.add_with("hsm", protect.clone(), hsm)?;
        let logging = diagnostics::logs_and_metrics(hsm.id(), self.workspace);
        let mut contents = vec![hsm.urn().clone(), cx.add("diagnostics", logging)?.urn().clone()];
        let mut audit_signing = None;
        if self.activated {
            let key = ManagedHsmKey::new(hsm.id(), "audit-signing")
                .kty(ManagedHsmKeyKty::EC_HSM)
                .curve_name(ManagedHsmKeyCurveName::P_384)
                .key_ops([ManagedHsmKeyOp::SIGN, ManagedHsmKeyOp::VERIFY])
                .tags(tags);
            let key = cx.add_with("audit-signing", protect, key)?;
            contents.push(key.urn().clone());
            audit_signing = Some(key.key_uri());
        }
        let zones = vec![self.dns_zone];
        let mut service = PrivateService::new(
            self.site,
            self.group,
            "managed-hsm",
            hsm.id(),
            "managedhsm",
            self.subnet,
            zones,
        );
        service.security_group = self.security_group;
        let link = cx.add("private-service", service)?;
        Ok(ManagedHsmOutputs {
            id: hsm.id(),
            uri: hsm.hsm_uri(),
            audit_signing,
            contents,
            registration: link.registration,
        })
    }
}
