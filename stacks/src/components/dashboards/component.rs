//! The component.

use super::part::part;
use super::section::workbook;
use super::tile::Page;
use crate::helpers::{Site, Tags};
use atp_azure::insights::{Workbook, WorkbookKind};
use atp_azure::operational_insights::Workspace;
use atp_azure::portal::{Dashboard, DashboardLense};
use atp_azure::resources::ResourceGroup;
use atp_iac::{Component, Context, Input, Output, ResourceId, Result, Value, component};
use serde_json::json;
use uuid::Uuid;

/// Dashboards of the portal, for what happens now, and workbooks, for what happened in a month.
#[component(type = "atp:observability:Dashboards")]
#[derive(Clone, Debug)]
pub struct Dashboards {
    /// Names, tags and region.
    pub site: Site,
    /// The resource group that they are in.
    pub group: Input<ResourceId<ResourceGroup>>,
    /// Where queries ask.
    pub workspace: Output<ResourceId<Workspace>>,
    /// What titles end in: `prod westeurope`.
    pub place: String,
    /// The dashboards.
    pub dashboards: Vec<Page>,
    /// The workbooks.
    pub workbooks: Vec<Page>,
}

/// What the user of [`Dashboards`] gets: their ids, in the order in which they were given.
#[derive(Clone, Debug)]
pub struct DashboardsOutputs {
    /// Of the dashboards.
    pub dashboards: Vec<Output<ResourceId<Dashboard>>>,
    /// Of the workbooks.
    pub workbooks: Vec<Output<ResourceId<Workbook>>>,
}

impl Component for Dashboards {
    type Outputs = DashboardsOutputs;

    fn build(self, cx: &mut Context) -> Result<DashboardsOutputs> {
        let mut outputs = DashboardsOutputs { dashboards: Vec::new(), workbooks: Vec::new() };
        for page in &self.dashboards {
            outputs.dashboards.push(self.add_dashboard(cx, page)?);
        }
        for page in &self.workbooks {
            outputs.workbooks.push(self.add_workbook(cx, page)?);
        }
        Ok(outputs)
    }
}

impl Dashboards {
    fn title(&self, page: &Page) -> String {
        format!("{} ({})", page.title, self.place)
    }

    /// The portal shows the title from a tag.
    fn tags(&self, page: &Page) -> Tags {
        let mut tags = self.site.tags.clone();
        tags.insert("hidden-title".to_owned(), self.title(page));
        tags
    }

    fn add_dashboard(&self, cx: &mut Context, page: &Page) -> Result<Output<ResourceId<Dashboard>>> {
        let parts: Vec<_> = (0..)
            .zip(&page.tiles)
            .map(|(index, tile)| part(index, page.name, tile, &self.workspace))
            .collect();
        let last_day = json!({ "model": { "timeRange": {
            "type": "MsPortalFx.Composition.Configuration.ValueTypes.TimeRange",
            "value": { "relative": { "duration": 24, "timeUnit": 1 } },
        }}});
        let name = self.site.names.of::<Dashboard>(page.name)?;
        let dashboard = Dashboard::new(&self.group, name, &self.site.location)
            .lenses([DashboardLense::new(0, parts)])
            .metadata(Value::from(last_day))
            .tags(self.tags(page));
        Ok(cx.add(&format!("dashboard-{}", page.name), dashboard)?.id())
    }

    fn add_workbook(&self, cx: &mut Context, page: &Page) -> Result<Output<ResourceId<Workbook>>> {
        // The name of a workbook is a GUID. It is computed from the name that it would have had.
        let name = self.site.names.of::<Workbook>(page.name)?;
        let name = Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_str().as_bytes()).to_string();
        let tiles = page.tiles.clone();
        let content = self.workspace.map(move |id| workbook(&tiles, id.as_str()));
        let workbook =
            Workbook::new(&self.group, name, &self.site.location, self.title(page), content, "workbook")
                .kind(WorkbookKind::SHARED)
                .source_id(self.workspace.map(|id| id.as_str().to_ascii_lowercase()))
                .version("Notebook/1.0")
                .tags_property(self.tags(page));
        Ok(cx.add(&format!("workbook-{}", page.name), workbook)?.id())
    }
}
