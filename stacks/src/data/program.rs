//! The program of the stack `data`.

use super::platforms::Platforms;
use super::{DataConfig, DataOutputs, connections, recovery};
use crate::foundation::Foundation;
use crate::helpers::{Site, lock};
use atp_azure::resources::{ResourceGroup, ResourceGroupHandle};
use atp_iac::output::all_named;
use atp_iac::program::Primary;
use atp_iac::{Context, Options, Output, Result, StackRef, layers, stack};

/// Storage that is used daily, the archive, SQL databases, and Cosmos DB where the environment has it.
///
/// A recovery region has the same, without databases and a Cosmos DB of its own: what the primary region stores is copied
/// there, which the program declares there. The primary region knows nothing of it.
#[stack(layer = Infrastructure)]
pub fn data(
    cx: &mut Context,
    config: DataConfig,
    foundation: StackRef<Foundation>,
    primary: Option<StackRef<Data, Primary>>,
) -> Result<DataOutputs> {
    let site = Site::new::<layers::Infrastructure>(cx, &config.project, &config.tags)?;
    let group = add_group(cx, &site, "data", &config)?;
    let primary = primary.as_deref();
    let platforms =
        Platforms { site: &site, config: &config, foundation: &foundation, primary, group: group.id() };
    let hot_storage = platforms.add_hot_storage(cx)?;
    let sql = platforms.add_sql(cx)?;
    let cosmos = platforms.add_cosmos(cx)?;
    if config.locks {
        let contents = cx.declared();
        lock(cx, "keep-data", group.id(), &contents)?;
    }
    // Apart from the others: what is retained may have to outlive them, and their group could not be deleted then.
    let declared = cx.declared().len();
    let archive_group = add_group(cx, &site, "archive", &config)?;
    let archive = platforms.add_archive(cx, &archive_group.id())?;
    if config.locks {
        let contents = cx.declared().split_off(declared);
        lock(cx, "keep-archive", archive_group.id(), &contents)?;
    }
    let failover_group = match primary {
        Some(primary) => {
            recovery::replicate(cx, &config, primary, &hot_storage, &archive)?;
            Some(recovery::add_failover_group(cx, &config, &site.tags, primary, &sql)?)
        }
        None => None,
    };
    let listener = match &config.sql.failover {
        Some(failover) => Output::known(format!("{}.database.windows.net", failover.group)),
        None => sql.host,
    };
    let names = config.sql.databases.keys();
    Ok(DataOutputs {
        group: group.id(),
        sql_server: sql.server,
        sql_server_name: sql.server_name,
        sql_elastic_pool: optional(sql.pool),
        sql_databases: all_named(sql.databases),
        sql_connection_secrets: connections::add(cx, &foundation, &site.tags, &listener, names)?,
        sql_listener: listener,
        sql_failover_group: optional(failover_group),
        sql_key: optional(sql.key.as_ref().map(|key| key.id.clone())),
        sql_key_uri: optional(sql.key.map(|key| key.uri_with_version)),
        hot_storage: hot_storage.id,
        hot_blob_endpoint: hot_storage.blob_endpoint,
        archive_storage: archive.id,
        archive_blob_endpoint: archive.blob_endpoint,
        cosmos: cosmos.account,
        cosmos_endpoint: cosmos.endpoint,
    })
}

fn add_group(
    cx: &mut Context,
    site: &Site,
    purpose: &str,
    config: &DataConfig,
) -> Result<ResourceGroupHandle> {
    let group = ResourceGroup::new(site.names.of::<ResourceGroup>(purpose)?, &site.location);
    let options = Options::new().protect(config.protect);
    cx.add_with(&format!("{purpose}-group"), options, group.tags(&site.tags))
}

fn optional<T: Clone + Send + Sync + 'static>(output: Option<Output<T>>) -> Output<Option<T>> {
    output.map_or_else(|| Output::known(None), |output| output.map(Some))
}
