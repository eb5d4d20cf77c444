//! How clients connect to databases.

use crate::foundation::FoundationOutputs;
use crate::helpers::Tags;
use atp_azure::key_vault::VaultSecret;
use atp_iac::output::all_named;
use atp_iac::{Context, Output, Result, out_format};
use std::collections::BTreeMap;

/// Puts the connection string of each database into the vault, and gives the URIs of the secrets by name of database.
///
/// There is no password in it: a client signs in with the managed identity that it runs as. It is in the vault all the
/// same, because that is where services look, and because it says where the data is.
pub(super) fn add<'a>(
    cx: &mut Context,
    foundation: &FoundationOutputs,
    tags: &Tags,
    listener: &Output<String>,
    databases: impl IntoIterator<Item = &'a String>,
) -> Result<Output<BTreeMap<String, String>>> {
    let mut uris = Vec::new();
    for name in databases {
        let text = out_format!(
            "Server=tcp:{listener},1433;Database={name};Authentication=Active Directory Managed Identity;\
             Encrypt=True;TrustServerCertificate=False;Connection Timeout=30;",
            listener = listener.clone(),
            name = name.clone()
        );
        let secret = VaultSecret::new(&foundation.key_vault, format!("sql-{name}"), text.secret())
            .content_type("text/plain; connection string of a SQL database")
            .tags(tags);
        uris.push((name.clone(), cx.add(&format!("{name}-connection"), secret)?.secret_uri()));
    }
    Ok(all_named(uris))
}
