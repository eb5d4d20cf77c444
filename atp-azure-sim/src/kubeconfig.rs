//! What the clients of a cluster sign in with: the answers to `list…Credential`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::errors::{Answer, ApiError};

/// The answer of a cluster with this body to an action, if the action gives credentials.
pub(crate) fn credentials(
    type_name: &str,
    action: &str,
    name: &str,
    body: &Map<String, Value>,
) -> Answer<Option<Value>> {
    if !type_name.eq_ignore_ascii_case("Microsoft.ContainerService/managedClusters") {
        return Ok(None);
    }
    let user = match action.to_ascii_lowercase().as_str() {
        "listclusteradmincredential" => "clusterAdmin",
        "listclusterusercredential" => "clusterUser",
        "listclustermonitoringusercredential" => "clusterMonitoringUser",
        _ => return Ok(None),
    };
    let nothing = json!({});
    let properties = body.get("properties").unwrap_or(&nothing);
    if user == "clusterAdmin" && properties["disableLocalAccounts"] == json!(true) {
        let message =
            "Getting static credential is not allowed because this cluster is set to disable local accounts.";
        return Err(ApiError::new(400, "BadRequest", message));
    }
    let host = ["privateFQDN", "fqdn"].iter().find_map(|key| properties[key].as_str()).unwrap_or_default();
    let text = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: {name}\nclusters:\n- name: {name}\n  cluster:\n    server: \
         https://{host}:443\ncontexts:\n- name: {name}\n  context:\n    cluster: {name}\n    user: {user}_{name}\nusers:\n\
         - name: {user}_{name}\n  user:\n    exec:\n      apiVersion: client.authentication.k8s.io/v1beta1\n      \
         command: kubelogin\n      args: [get-token, --login, devicecode]\n"
    );
    Ok(Some(json!({ "kubeconfigs": [{ "name": user, "value": STANDARD.encode(text) }] })))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLUSTER: &str = "Microsoft.ContainerService/managedClusters";

    fn body(properties: Value) -> Map<String, Value> {
        Map::from_iter([("properties".to_owned(), properties)])
    }

    #[test]
    fn users_are_told_where_the_cluster_is_and_how_to_sign_in() {
        let body = body(json!({"privateFQDN": "c.private.example", "fqdn": "c.example"}));
        let answer = credentials(CLUSTER, "listClusterUserCredential", "c", &body).unwrap().unwrap();
        let encoded = answer["kubeconfigs"][0]["value"].as_str().unwrap();
        let text = String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap();
        assert!(
            text.contains("server: https://c.private.example:443") && text.contains("kubelogin"),
            "{text}"
        );
        assert!(credentials(CLUSTER, "runCommand", "c", &body).unwrap().is_none());
        assert!(credentials("Microsoft.Storage/storageAccounts", "listKeys", "c", &body).unwrap().is_none());
    }

    #[test]
    fn without_local_accounts_there_is_no_credential_of_an_administrator() {
        let body = body(json!({"disableLocalAccounts": true}));
        let error = credentials(CLUSTER, "listClusterAdminCredential", "c", &body).unwrap_err();
        assert_eq!(error.status, 400);
        assert!(credentials(CLUSTER, "listClusterUserCredential", "c", &body).unwrap().is_some());
    }
}
