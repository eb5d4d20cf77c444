//! What becomes of logs in the workspace: how long they are kept, where they are copied to, how they are asked for.

use crate::helpers::Site;
use atp_azure::operational_insights::{
    DataExport, DataExportDestination, SavedSearch, Table, TablePlan, Workspace,
};
use atp_azure::storage::StorageAccount;
use atp_iac::{Component, Config, Context, Input, Options, Output, ResourceId, Result, component};
use std::collections::BTreeMap;

/// How long one table is kept, where that differs from the workspace.
#[derive(Clone, Debug, Config)]
pub struct TableRetention {
    /// Days that it can be asked at once.
    #[config(range = 4..=730)]
    pub days: u32,
    /// Days until it is gone; between the two it is cheaper, and slower to ask.
    #[config(range = 4..=4383)]
    pub total_days: u32,
}

/// A query with a name.
#[derive(Clone, Copy, Debug)]
pub struct SavedQuery {
    /// Its name.
    pub name: &'static str,
    /// Its title for people.
    pub title: &'static str,
    /// The name that other queries call it by.
    pub function: &'static str,
    /// In the language of the workspace.
    pub query: &'static str,
}

/// Retention by table, continuous export and saved queries of a workspace.
#[component(type = "atp:observability:LogKeeping")]
#[derive(Clone, Debug)]
pub struct LogKeeping {
    /// Names, tags and region.
    pub site: Site,
    /// Where logs are.
    pub workspace: Input<ResourceId<Workspace>>,
    /// Where the export goes. The workspace appends to blobs, so it must not be one whose blobs nobody can change.
    pub archive: Output<ResourceId<StorageAccount>>,
    /// The tables that are exported; none: nothing is.
    pub exported: Vec<String>,
    /// The tables that are kept for longer or shorter than the workspace says.
    pub tables: BTreeMap<String, TableRetention>,
    /// Queries that people and alerts share.
    pub queries: Vec<SavedQuery>,
}

impl Component for LogKeeping {
    type Outputs = ();

    fn build(self, cx: &mut Context) -> Result<()> {
        for (name, retention) in &self.tables {
            let table = Table::new(&self.workspace, name)
                .plan(TablePlan::ANALYTICS)
                .retention_in_days(i64::from(retention.days))
                .total_retention_in_days(i64::from(retention.total_days));
            // It is Azure's own, and goes with the workspace.
            let options = Options::new().retain_on_delete("a table of Azure's goes with its workspace only");
            cx.add_with(name, options, table)?;
        }
        if !self.exported.is_empty() {
            let account = self.archive.map(|id| id.as_str().to_owned());
            let export = DataExport::new(&self.workspace, "to-storage", self.exported.clone())
                .destination(DataExportDestination::new(account))
                .enable(true);
            cx.add("export", export)?;
        }
        for query in &self.queries {
            let search = SavedSearch::new(
                &self.workspace,
                query.name,
                "Audit Trail Platform",
                query.title,
                query.query,
            )
            .function_alias(query.function)
            .version(2);
            cx.add(query.name, search)?;
        }
        Ok(())
    }
}
