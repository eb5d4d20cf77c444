//! Names that Azure would refuse, as literals.
use atp_azure::key_vault::Vault;
use atp_azure::storage::StorageAccount;
use atp_iac::name;

fn main() {
    let _ = name!(StorageAccount, "st-data");
    let _ = name!(StorageAccount, "StData");
    let _ = name!(Vault, "kv");
}
