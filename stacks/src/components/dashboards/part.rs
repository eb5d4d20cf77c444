//! Tiles as parts of a dashboard of the portal. The portal documents none of these but the one with Markdown: the others
//! are as it writes them itself.

use super::tile::{Chart, Charted, Question, Tile};
use crate::components::alerts::Aggregation;
use atp_azure::operational_insights::Workspace;
use atp_azure::portal::{
    DashboardContent, DashboardLensePart, DashboardLensePartMetadata, DashboardLensePartMetadataMarkdownPart,
    DashboardLensePartPosition, DashboardSettings,
};
use atp_iac::{Input, Output, ResourceId};
use serde_json::{Value as Json, json};
use uuid::Uuid;

const COLUMNS: i64 = 3;
const WIDTH: i64 = 6;
const HEIGHT: i64 = 4;

/// A tile in its place in the grid.
pub fn part(
    index: i64,
    page: &str,
    tile: &Tile,
    workspace: &Output<ResourceId<Workspace>>,
) -> DashboardLensePart {
    let (x, y) = (index % COLUMNS * WIDTH, index / COLUMNS * HEIGHT);
    DashboardLensePart::new(DashboardLensePartPosition::new(x, y, HEIGHT, WIDTH)).metadata(metadata(
        &format!("{page}/{index}"),
        tile,
        workspace,
    ))
}

fn metadata(
    name: &str,
    tile: &Tile,
    workspace: &Output<ResourceId<Workspace>>,
) -> Input<DashboardLensePartMetadata> {
    match tile {
        Tile::Text(markdown) => {
            let content = DashboardContent::new().content(markdown).markdown_source(1);
            let settings = DashboardSettings::new().content(content);
            Input::Value(DashboardLensePartMetadataMarkdownPart::new().settings(settings).into())
        }
        Tile::Metrics(charted) => {
            let (scope, charted) = (charted.scope.clone(), charted.clone());
            Input::Output(scope.map(move |scope| other(metrics(scope.as_str(), &charted))))
        }
        Tile::Question(question) => {
            let (name, question) = (name.to_owned(), question.clone());
            Input::Output(workspace.map(move |id| other(logs(&name, id.as_str(), &question))))
        }
    }
}

fn other(json: Json) -> DashboardLensePartMetadata {
    DashboardLensePartMetadata::Other(json.into())
}

fn metrics(scope: &str, charted: &Charted) -> Json {
    let metrics: Vec<Json> = charted
        .metrics
        .iter()
        .map(|(name, aggregation)| {
            json!({
                "resourceMetadata": { "id": scope },
                "name": name,
                "aggregationType": number(*aggregation),
                "namespace": charted.kind.resource_type().to_ascii_lowercase(),
            })
        })
        .collect();
    let options = json!({
        "chart": {
            "metrics": metrics,
            "title": charted.title,
            "titleKind": 2,
            "visualization": { "chartType": 2 },
        }
    });
    json!({
        "type": "Extension/HubsExtension/PartType/MonitorChartPart",
        "inputs": [
            { "name": "options", "value": options, "isOptional": true },
            { "name": "sharedTimeRange", "isOptional": true },
        ],
    })
}

/// As the portal counts aggregations.
fn number(aggregation: Aggregation) -> i64 {
    match aggregation {
        Aggregation::Total => 1,
        Aggregation::Minimum => 2,
        Aggregation::Maximum => 3,
        Aggregation::Average => 4,
        Aggregation::Count => 7,
    }
}

fn logs(name: &str, workspace: &str, question: &Question) -> Json {
    // The portal knows a part by a GUID of its own: the same in every run, and another for each part.
    let part =
        Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{workspace}/{name}").to_ascii_lowercase().as_bytes());
    let mut inputs = vec![
        json!({ "name": "Scope", "value": { "resourceIds": [workspace] } }),
        json!({ "name": "PartId", "value": part.to_string() }),
        json!({ "name": "Version", "value": "2.0" }),
        json!({ "name": "TimeRange", "value": "P1D" }),
        json!({ "name": "Query", "value": question.query }),
        json!({ "name": "PartTitle", "value": question.title }),
        json!({ "name": "IsQueryContainTimeRange", "value": false }),
    ];
    match question.chart {
        Chart::Table => inputs.push(json!({ "name": "ControlType", "value": "AnalyticsGrid" })),
        Chart::Line(column) => inputs.extend([
            json!({ "name": "ControlType", "value": "FrameControlChart" }),
            json!({ "name": "SpecificChart", "value": "Line" }),
            json!({ "name": "LegendOptions", "value": { "isEnabled": true, "position": "Bottom" } }),
            json!({ "name": "Dimensions", "value": {
                "xAxis": { "name": "TimeGenerated", "type": "datetime" },
                "yAxis": [{ "name": column, "type": "real" }],
                "splitBy": [],
                "aggregation": "Sum",
            }}),
        ]),
    }
    json!({
        "type": "Extension/Microsoft_OperationsManagementSuite_Workspace/PartType/LogsDashboardPart",
        "inputs": inputs,
        "settings": {},
    })
}
