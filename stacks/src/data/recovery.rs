//! What a recovery region keeps of the primary one: copies of blobs, and a group in which databases fail over.
//!
//! All of it stands in the stack of the recovery region, also what is a part of resources of the primary one. So the
//! primary region is deployed first, and neither needs the other to be there when it is deployed again.
//!
//! Blobs are copied after they are written, most of them within minutes: what was written last may be missing after the
//! loss of a region. Copies in the archive are retained there from the moment they arrive. Only block blobs are copied.

use super::{DataConfig, DataOutputs};
use crate::components::sql_platform::SqlPlatformOutputs;
use crate::components::storage::{HotStorageOutputs, WormStorageOutputs, copy_blobs};
use crate::helpers::Tags;
use atp_azure::SubResource;
use atp_azure::sql::{
    FailoverGroup, FailoverGroupReadOnlyEndpoint, FailoverGroupReadOnlyEndpointFailoverPolicy,
    FailoverGroupReadWriteEndpoint, FailoverGroupReadWriteEndpointFailoverPolicy,
};
use atp_iac::program::ProgramError;
use atp_iac::{Context, Output, ResourceId, Result};

/// Copies what tenants have in hot storage and in the archive.
pub(super) fn replicate(
    cx: &mut Context,
    config: &DataConfig,
    primary: &DataOutputs,
    hot_storage: &HotStorageOutputs,
    archive: &WormStorageOutputs,
) -> Result<()> {
    copy_blobs(cx, "hot-storage", &primary.hot_storage, &hot_storage.id, &hot_storage.containers)?;
    if config.archive.append_writes {
        return Err(ProgramError::Other(
            "the archive takes appended blocks, and those are not copied to the recovery region\n  way out: set \
             `archive.append_writes: false`, and write segments as block blobs"
                .to_owned(),
        ));
    }
    copy_blobs(cx, "archive", &primary.archive_storage, &archive.id, &archive.containers)
}

/// Adds the group, which is a part of the server of the primary region.
pub(super) fn add_failover_group(
    cx: &mut Context,
    config: &DataConfig,
    tags: &Tags,
    primary: &DataOutputs,
    sql: &SqlPlatformOutputs,
) -> Result<Output<ResourceId<FailoverGroup>>> {
    let failover = config.sql.failover.as_ref().ok_or_else(|| {
        ProgramError::Other(
            "this region stands by for the primary one, and `sql.failover` is missing\n  way out: give the name of the \
             failover group, for both regions"
                .to_owned(),
        )
    })?;
    let writing = match failover.grace_minutes {
        Some(minutes) => {
            FailoverGroupReadWriteEndpoint::new(FailoverGroupReadWriteEndpointFailoverPolicy::AUTOMATIC)
                .failover_with_data_loss_grace_period_minutes(i64::from(minutes))
        }
        None => FailoverGroupReadWriteEndpoint::new(FailoverGroupReadWriteEndpointFailoverPolicy::MANUAL),
    };
    // Readers of the copies keep reading those: they are not sent to the primary region when this one has a problem.
    let reading = FailoverGroupReadOnlyEndpoint::new()
        .failover_policy(FailoverGroupReadOnlyEndpointFailoverPolicy::DISABLED);
    let databases = primary
        .sql_databases
        .map(|databases| databases.into_values().map(|id| id.as_str().to_owned()).collect::<Vec<_>>());
    let partners = [SubResource::new(&sql.server)];
    let group = FailoverGroup::new(&primary.sql_server, &failover.group, writing, partners)
        .read_only_endpoint(reading)
        .databases(databases)
        .tags(tags);
    // Copies are put into the pool, and encrypted: both have to be there.
    let waits = atp_iac::Options::new().depends_on_all(sql.ready.clone());
    Ok(cx.add_with("failover-group", waits, group)?.id())
}
