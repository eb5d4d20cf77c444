//! Names that a deleted resource keeps: it is recovered when it is the one that is wanted.

use super::AzureProvider;
use super::kind::Kind;
use atp_iac::provider::{ProviderError, ProviderErrorKind};
use azure_core::http::Method;
use serde_json::Value as Json;
use std::time::Duration;

/// How long looking for the deleted one may take.
const LOOK: Duration = Duration::from_secs(60);

/// A type whose deleted instances keep their names until they are recovered, or purged.
#[derive(Debug)]
pub(super) struct Kept {
    kind: &'static str,
    /// What it is called, for people.
    word: &'static str,
    /// Where deleted ones are found, below a region.
    collection: &'static str,
    /// The property of a deleted one with the id that it had.
    former: &'static str,
    /// The option of the commands of the Azure CLI.
    option: &'static str,
}

const KEPT: &[Kept] = &[
    Kept {
        kind: "Microsoft.KeyVault/vaults",
        word: "vault",
        collection: "deletedVaults",
        former: "vaultId",
        option: "--name",
    },
    Kept {
        kind: "Microsoft.KeyVault/managedHSMs",
        word: "managed HSM",
        collection: "deletedManagedHSMs",
        former: "mhsmId",
        option: "--hsm-name",
    },
];

impl Kept {
    /// The entry of a type.
    pub fn of(kind: &str) -> Option<&'static Kept> {
        KEPT.iter().find(|kept| kept.kind.eq_ignore_ascii_case(kind))
    }

    /// Whether a refusal says that a deleted one has the name.
    pub fn is_in_the_way(&self, error: &ProviderError) -> bool {
        error.kind == ProviderErrorKind::Refused
            && error.code.starts_with("Conflict")
            && error.message.contains("deleted state")
    }

    /// The commands that help.
    pub fn way_out(&self, name: &str, location: &str, purged: Option<&str>) -> String {
        let option = self.option;
        let recover = format!("recover it with `az keyvault recover {option} {name} --location {location}`");
        match purged {
            Some(date) => format!(
                "choose another name, or {recover}; it has purge protection, so its name is free only after {date}"
            ),
            None => format!(
                "choose another name, {recover}, or give the name free for ever with `az keyvault purge {option} \
                 {name} --location {location}`"
            ),
        }
    }
}

impl AzureProvider {
    /// Refuses when the deleted one that has the name of `id` is another than it: what was in another group is not what
    /// the program means. When that cannot be seen, Azure decides.
    pub(super) async fn refuse_other(
        &self,
        kept: &Kept,
        kind: &Kind<'_>,
        id: &str,
        location: &str,
    ) -> Result<(), ProviderError> {
        let segment = |index: usize| id.split('/').nth(index).unwrap_or_default();
        let name = id.rsplit('/').next().unwrap_or_default();
        let path = format!(
            "/subscriptions/{}/providers/{}/locations/{location}/{}/{name}",
            segment(2),
            kind.name.split('/').next().unwrap_or_default(),
            kept.collection
        );
        let call = self.client.call(Method::Get, &path, kind.api_version);
        let Ok(answer) = self.client.send(&call, self.client.deadline(LOOK)).await else { return Ok(()) };
        let property = |name: &str| answer.body.get("properties").and_then(|found| found.get(name));
        let former = property(kept.former).and_then(Json::as_str).unwrap_or(id);
        if former.eq_ignore_ascii_case(id) {
            return Ok(());
        }
        let is_protected = property("purgeProtectionEnabled").and_then(Json::as_bool).unwrap_or(false);
        let purged = property("scheduledPurgeDate").and_then(Json::as_str).filter(|_| is_protected);
        let message = format!("the name `{name}` is kept by a {} that was deleted: {former}", kept.word);
        Err(ProviderError::new(ProviderErrorKind::Refused, "NameOfDeletedResource", message)
            .with_hint(kept.way_out(name, location, purged)))
    }
}
