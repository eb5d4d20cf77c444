//! Rights to documents: Cosmos DB gives them itself, by roles of its own.

use super::services::Right;
use atp_azure::documentdb::{DatabaseAccount, SqlRoleAssignment, SqlRoleDefinition};
use atp_iac::value::Mismatch;
use atp_iac::{Output, ResourceId, all};
use uuid::Uuid;

/// The last part of the id of the built-in role for a right.
fn role(right: Right) -> Option<&'static str> {
    match right {
        Right::ReadsDocuments => Some("00000000-0000-0000-0000-000000000001"),
        Right::WritesDocuments => Some("00000000-0000-0000-0000-000000000002"),
        _ => None,
    }
}

/// The account that has to be there.
pub fn account(account: &Output<Option<ResourceId<DatabaseAccount>>>) -> Output<ResourceId<DatabaseAccount>> {
    account.try_map(|account| {
        account.ok_or_else(|| Mismatch::new("an account of Cosmos DB, because `documents` is `true`", "none"))
    })
}

/// The assignment for a right, if it is one to documents.
pub fn assignment(
    account: &Output<ResourceId<DatabaseAccount>>,
    right: Right,
    principal_id: &Output<String>,
) -> Option<SqlRoleAssignment> {
    let role = role(right)?;
    let definition = account.try_map(move |account| {
        let id = format!("{}/sqlRoleDefinitions/{role}", account.as_str());
        ResourceId::<SqlRoleDefinition>::parse(&id)
            .map_err(|error| Mismatch::new("the id of an account", error.to_string()))
    });
    let name = all((account.clone(), principal_id.clone())).map(move |(account, principal)| {
        let text = format!("{}|{principal}|{role}", account.as_str()).to_ascii_lowercase();
        Uuid::new_v5(&Uuid::NAMESPACE_URL, text.as_bytes()).to_string()
    });
    let scope = account.map(|account| account.as_str().to_owned());
    Some(SqlRoleAssignment::new(account, name, definition, scope, principal_id))
}
