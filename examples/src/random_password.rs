//! Beside the cloud: a password that is made once, kept in the state, and made anew every 30 days.

use atp_azure::key_vault::{Vault, VaultSecret, VaultSku, VaultSkuName};
use atp_azure::resources::ResourceGroup;
use atp_azure::sql::Server;
use atp_iac::{Context, Output, Outputs, Result, name, out_format, stack};
use atp_local::random::{Id, Password};
use atp_local::time::{Period, Rotating};

/// What other stacks may use.
#[derive(Debug, Outputs)]
pub struct CredentialsOutputs {
    /// The name of the server.
    pub server: Output<String>,
    /// When its password will be made anew by whatever update is the first then.
    pub rotates_at: Output<String>,
}

/// A database server, whose password nobody has ever seen, and the vault in which its users find it.
///
/// The name of a server must not be taken anywhere in the world: random digits end it. Until they are made, a plan shows
/// from where they will come.
#[stack(layer = Foundation)]
pub fn credentials(cx: &mut Context) -> Result<CredentialsOutputs> {
    let group = ResourceGroup::new(name!(ResourceGroup, "rg-credentials"), cx.region());
    let group = cx.add("group", group)?;
    let digits = cx.add("digits", Id::new(4_u32))?;

    let month = cx.add("month", Rotating::new(Period::days(30)))?;
    let password = Password::new(24_u32).excluded("lI1O0").keepers([("month", month.rotated_at())]);
    let password = cx.add("password", password)?;

    let server = Server::new(group.id(), out_format!("sql-{}", digits.hex()), cx.region());
    let server = server.administrator_login("operator").administrator_login_password(password.result());
    let server = cx.add("server", server)?;

    let sku = VaultSku::new(VaultSkuName::Standard);
    let tenant = "00000000-0000-0000-0000-0000000000aa";
    let vault = Vault::new(group.id(), out_format!("kv-{}", digits.hex()), cx.region(), tenant, sku);
    let vault = cx.add("vault", vault)?;
    cx.add("secret", VaultSecret::new(vault.id(), "sql-password", password.result()))?;
    Ok(CredentialsOutputs { server: server.name(), rotates_at: month.rotates_at() })
}
