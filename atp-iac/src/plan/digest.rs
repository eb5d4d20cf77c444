//! What identifies a plan.

use super::{Operation, Plan};
use crate::secrets::Digest;
use crate::value::Value;
use sha2::{Digest as _, Sha256};

impl Plan {
    /// A hash of what the plan does: the same plan of the same state has the same. Secrets count in it where the plan has
    /// the key of the stack, as all plans have that are carried out.
    pub fn digest(&self) -> String {
        let told = self.preparation.told.iter().map(|told| format!("\n{} {:?}", told.urn, told.what));
        let head = format!("{} {} {}", self.stack, self.base.lineage, self.base.serial);
        let head: String = std::iter::once(head).chain(told).collect();
        let said = |operation: &Operation| {
            let Operation { urn, action, provider, old, .. } = operation;
            let id = old.as_ref().map_or("", |old| old.id.as_str());
            let Operation { lifecycle, goes_with, .. } = operation;
            format!("{urn} {action:?} {provider} {id:?} {lifecycle:?} {goes_with:?}")
        };
        if let Some(fingerprints) = &self.fingerprints {
            let all = fingerprints.digest().text(&head);
            let with = |digest: Digest, operation: &Operation| {
                let trigger = operation.lifecycle.replacement_trigger.as_ref().unwrap_or(&Value::Null);
                digest.text(&said(operation)).value(&operation.inputs).value(trigger)
            };
            return self.operations.iter().fold(all, with).finish();
        }
        let mut hash = Sha256::new_with_prefix(head);
        for operation in &self.operations {
            hash.update(format!("\n{} {:?}", said(operation), operation.inputs));
        }
        hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}
