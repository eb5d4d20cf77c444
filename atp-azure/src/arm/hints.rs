//! What a user can do about an error, by its code.

use super::error::Refusal;
use serde_json::Value as Json;

/// The way out of a refusal, when one is known. `error` is the error object as it came.
pub(crate) fn hint(refusal: &Refusal, error: &Json) -> Option<String> {
    refusal.codes().find_map(|code| of_code(code, refusal, error))
}

fn of_code(code: &str, refusal: &Refusal, error: &Json) -> Option<String> {
    let message = refusal.message.as_str();
    let fixed = match code {
        "ScopeLocked" => return Some(lock(message)),
        "AuthorizationFailed" | "LinkedAuthorizationFailed" => return Some(authorization(message)),
        "RequestDisallowedByPolicy" => return Some(policy(error)),
        "ConflictError" if message.contains("deleted state") => {
            "recover or purge the soft-deleted vault of this name, or choose another name"
        }
        "ObjectIsDeletedButRecoverable" => {
            "an object of this name was deleted and is kept: `az keyvault secret recover` (or `key`, `certificate`) brings it back, `purge` gives the name free"
        }
        "FlagMustBeSetForRestore" | "ServiceAlreadyExistsInSoftDeletedState" => {
            "a deleted resource keeps this name: recover or purge it in the portal or with `az`, or choose another name"
        }
        "SubscriptionNotFound" | "InvalidSubscriptionId" => {
            "check the subscription id, and that the signed-in identity belongs to its tenant"
        }
        "InvalidAuthenticationTokenTenant" => {
            "the token is from another tenant than the subscription: sign in with `az login --tenant`, or set AZURE_TENANT_ID"
        }
        "ResourceGroupNotFound" => "create the resource group first, or check its name and the subscription",
        "ParentResourceNotFound" => "create the parent first: let `parent` come from the parent's own id",
        "PrincipalNotFound" => {
            "a new identity takes minutes to be known everywhere: run again, and set `principalType` on the role assignment"
        }
        "RoleAssignmentExists" => {
            "the same principal has this role here under another name: import that assignment or delete it"
        }
        "RoleAssignmentUpdateNotPermitted" => {
            "principal, role and scope of an assignment are fixed: give it another name, so that it is replaced"
        }
        "InvalidResourceLocation" | "InvalidResourceGroupLocation" => {
            "a resource cannot move between regions: give back its region, or let it be replaced under another name"
        }
        "ResourceGroupBeingDeleted" => "wait until the resource group is gone, then run again",
        "ResourceGroupDeletionBlocked" => {
            "delete or unlock the resources that the details name, then run again"
        }
        "InUseSubnetCannotBeDeleted" => "delete what is connected to the subnet first",
        "MissingSubscriptionRegistration" => {
            "register the namespace: `az provider register --namespace` with the name at the end of the message"
        }
        "NoRegisteredProviderFound" | "InvalidApiVersionParameter" => {
            "this region or cloud does not offer this api-version of the type"
        }
        "PreconditionFailed" | "Http412" => {
            "somebody else changed the resource at the same moment: run again with `--refresh`, and look at the plan"
        }
        "TooManyRequests" | "SubscriptionRequestsThrottled" => {
            "Azure limits the rate of requests: lower `--parallel`, or wait some minutes"
        }
        "SoftDeletedVaultDoesNotExist" => "there is nothing to recover: leave `createMode` out",
        other if is_quota(other, message) => {
            "ask for more quota, use less of it, or use another size or region"
        }
        other if is_taken(other) => "the name is taken, maybe in another tenant: choose another name",
        _ => return None,
    };
    Some(fixed.to_owned())
}

fn is_quota(code: &str, message: &str) -> bool {
    code.contains("Quota")
        || code == "OperationNotAllowed" && message.to_lowercase().contains("quota")
        || matches!(code, "SkuNotAvailable" | "AllocationFailed" | "LimitExceeded")
        || code.ends_with("LimitReached")
        || code.ends_with("LimitExceeded")
}

fn is_taken(code: &str) -> bool {
    code.ends_with("AlreadyTaken")
        || matches!(
            code,
            "VaultAlreadyExists"
                | "NameNotAvailable"
                | "NameAlreadyExists"
                | "AlreadyInUse"
                | "NameUnavailable"
        )
        || code.ends_with("NameAlreadyExists")
        || code.ends_with("NameNotAvailable")
}

fn lock(message: &str) -> String {
    let quoted = message.split_once("are locked:").map_or("", |(_, rest)| rest);
    match between(quoted, "'") {
        Some(scope) => {
            format!("remove the lock on {scope} (`{}` names it), if it may be removed", list_of_locks(scope))
        }
        None => {
            "remove the lock on the resource, its group or the subscription, if it may be removed".to_owned()
        }
    }
}

/// The command of the Azure CLI that shows the locks of a scope.
fn list_of_locks(scope: &str) -> String {
    match scope.split('/').collect::<Vec<_>>().as_slice() {
        ["", _, subscription] => format!("az lock list --subscription {subscription}"),
        ["", _, subscription, _, group] => {
            format!("az lock list --subscription {subscription} --resource-group {group}")
        }
        _ => format!("az lock list --resource {scope}"),
    }
}

fn authorization(message: &str) -> String {
    let action = message.split_once("perform action").and_then(|(_, rest)| between(rest, "'"));
    let scope = message.split_once("over scope").and_then(|(_, rest)| between(rest, "'"));
    match (action, scope) {
        (Some(action), Some(scope)) => format!(
            "give the identity a role that allows {action} on {scope}; a role that was just given takes minutes to work"
        ),
        _ => "give the identity a role that allows this; a role that was just given takes minutes to work"
            .to_owned(),
    }
}

fn policy(error: &Json) -> String {
    let mut names: Vec<String> = Vec::new();
    for info in error.get("additionalInfo").and_then(Json::as_array).into_iter().flatten() {
        let text = |key: &str| info.get("info").and_then(|info| info.get(key)).and_then(Json::as_str);
        let name = text("policyAssignmentDisplayName")
            .or_else(|| text("policyDefinitionDisplayName"))
            .or_else(|| text("policyAssignmentName"))
            .or_else(|| text("policyDefinitionName"))
            .or_else(|| text("policyAssignmentId"))
            .or_else(|| text("policyDefinitionId"));
        names.extend(name.map(str::to_owned));
    }
    if names.is_empty() {
        return "an Azure Policy denies this: change the resource to comply, or ask for an exemption"
            .to_owned();
    }
    format!("comply with the Azure Policy {}, or ask for an exemption from it", names.join(", "))
}

fn between<'t>(text: &'t str, quote: &str) -> Option<&'t str> {
    text.split(quote).nth(1).filter(|found| !found.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn hint_of(code: &str, message: &str) -> String {
        Refusal::read(409, &json!({"error": {"code": code, "message": message}}), None)
            .hint
            .unwrap_or_default()
    }

    #[test]
    fn a_lock_is_named() {
        let hint = hint_of(
            "ScopeLocked",
            "The scope '/a' cannot perform delete operation because following scope(s) are locked: '/b'. Please remove the lock and try again.",
        );
        assert!(hint.starts_with("remove the lock on /b "), "{hint}");
        assert_eq!(
            list_of_locks("/subscriptions/s/resourceGroups/g"),
            "az lock list --subscription s --resource-group g"
        );
        assert_eq!(
            list_of_locks("/subscriptions/s/x/g/providers/y"),
            "az lock list --resource /subscriptions/s/x/g/providers/y"
        );
    }

    #[test]
    fn a_missing_role_is_named_with_its_scope() {
        let hint = hint_of(
            "AuthorizationFailed",
            "The client 'c' with object id 'o' does not have authorization to perform action 'Microsoft.Network/virtualNetworks/write' over scope '/subscriptions/1' or the scope is invalid.",
        );
        assert!(hint.contains("Microsoft.Network/virtualNetworks/write on /subscriptions/1"), "{hint}");
    }

    #[test]
    fn the_policy_that_denies_is_named() {
        let body = json!({"error": {"code": "RequestDisallowedByPolicy", "message": "no", "additionalInfo": [
            {"type": "PolicyViolation", "info": {"policyAssignmentDisplayName": "No public IPs"}}]}});
        let refusal = Refusal::read(403, &body, None);
        assert!(refusal.hint.is_some_and(|hint| hint.contains("No public IPs")));
    }

    #[test]
    fn quota_and_taken_names_are_recognised_by_the_form_of_the_code() {
        assert!(hint_of("DeploymentQuotaExceeded", "").contains("quota"));
        assert!(hint_of("StorageAccountAlreadyTaken", "").contains("another name"));
        assert!(hint_of("ConflictError", "in deleted state").contains("recover or purge"));
        assert_eq!(hint_of("SomethingElse", ""), "");
    }
}
