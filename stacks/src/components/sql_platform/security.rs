//! What guards the server: encryption, auditing, detection of threats.

use super::SqlPlatform;
use crate::components::customer_key::CustomerKeyOutputs;
use crate::helpers::diagnostics;
use atp_azure::Scope;
use atp_azure::sql::{
    EncryptionProtector, EncryptionProtectorHandle, EncryptionProtectorServerKeyType, Server,
    ServerAdvancedThreatProtection, ServerAdvancedThreatProtectionState, ServerAuditing, ServerAuditingState,
    ServerConnectionPolicy, ServerConnectionPolicyConnectionType, ServerKey, ServerKeyType,
    ServerSqlVulnerabilityAssessment, ServerSqlVulnerabilityAssessmentState,
};
use atp_iac::{Context, Options, Output, ResourceId, Result};

/// What is audited: every statement, and every attempt to sign in.
const AUDITED: [&str; 3] = [
    "BATCH_COMPLETED_GROUP",
    "SUCCESSFUL_DATABASE_AUTHENTICATION_GROUP",
    "FAILED_DATABASE_AUTHENTICATION_GROUP",
];

impl SqlPlatform {
    /// Adds all of it, and returns what databases wait for, so that none is there before its encryption is decided.
    pub(super) fn add_security(
        &self,
        cx: &mut Context,
        server: &Output<ResourceId<Server>>,
    ) -> Result<EncryptionProtectorHandle> {
        let encryption = self.add_encryption(cx, server)?;
        // Audits of all databases go where the server's own database, master, logs to.
        let master = server.map(|id| Scope::new(format!("{}/databases/master", id.as_str())));
        let logging = cx.add("master-diagnostics", diagnostics::logs(master, &self.network.workspace))?;
        let auditing = ServerAuditing::new(server, ServerAuditingState::Enabled)
            .is_azure_monitor_target_enabled(true)
            .audit_actions_and_groups(AUDITED);
        cx.add_with("auditing", Options::new().depends_on(&logging), auditing)?;
        let state = ServerAdvancedThreatProtectionState::Enabled;
        let detection = cx.add("threat-protection", ServerAdvancedThreatProtection::new(server, state))?;
        let assessment = ServerSqlVulnerabilityAssessment::new(server)
            .state(ServerSqlVulnerabilityAssessmentState::Enabled);
        // Assessment is a part of the protection, and cannot be enabled before it.
        cx.add_with("vulnerability-assessment", Options::new().depends_on(&detection), assessment)?;
        // The subnet of private endpoints lets in the port of the gateway only, and none of those that it redirects to.
        let proxy = ServerConnectionPolicyConnectionType::PROXY;
        cx.add("connection-policy", ServerConnectionPolicy::new(server, proxy))?;
        Ok(encryption)
    }

    fn add_encryption(
        &self,
        cx: &mut Context,
        server: &Output<ResourceId<Server>>,
    ) -> Result<EncryptionProtectorHandle> {
        let Some(key) = &self.key else {
            let service = EncryptionProtectorServerKeyType::SERVICE_MANAGED;
            let protector = EncryptionProtector::new(server, service).server_key_name("ServiceManaged");
            return cx.add("encryption", protector);
        };
        let server_key =
            ServerKey::new(server, key_name(key), ServerKeyType::AZURE_KEY_VAULT).uri(&key.uri_with_version);
        let waits = Options::new().depends_on_all([key.permission.clone()]);
        let server_key = cx.add_with("encryption-key", waits, server_key)?;
        let protector = EncryptionProtector::new(server, EncryptionProtectorServerKeyType::AZURE_KEY_VAULT)
            .server_key_name(server_key.name())
            .auto_rotation_enabled(true);
        cx.add("encryption", protector)
    }
}

/// The name that SQL gives to a key of a vault: `vault_key_version`.
fn key_name(key: &CustomerKeyOutputs) -> Output<String> {
    key.uri_with_version.map(|uri| {
        let mut parts = uri.trim_start_matches("https://").split('/');
        let vault = parts.next().and_then(|host| host.split('.').next()).unwrap_or_default();
        let rest: Vec<&str> = parts.skip(1).collect();
        format!("{vault}_{}", rest.join("_"))
    })
}
