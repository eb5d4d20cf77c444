//! Tiles as items of a workbook, which is a JSON text.

use super::tile::{Chart, Question, Tile};
use serde_json::{Value as Json, json};

/// How far back a workbook looks, where a query does not say.
const THIRTY_DAYS_IN_MILLISECONDS: u64 = 30 * 24 * 3600 * 1000;

/// The text of a workbook over the logs of a workspace. Metrics are left out: a workbook asks them by names of its own.
pub fn workbook(tiles: &[Tile], workspace: &str) -> String {
    let items = tiles.iter().enumerate().filter_map(|(index, tile)| match tile {
        Tile::Text(markdown) => Some(json!({
            "type": 1,
            "content": { "json": markdown },
            "name": format!("text-{index}"),
        })),
        Tile::Question(question) => Some(asked(index, question, workspace)),
        Tile::Metrics(_) => None,
    });
    json!({
        "version": "Notebook/1.0",
        "items": items.collect::<Vec<_>>(),
        "fallbackResourceIds": [workspace],
    })
    .to_string()
}

fn asked(index: usize, question: &Question, workspace: &str) -> Json {
    let visualization = match question.chart {
        Chart::Table => "table",
        Chart::Line(_) => "timechart",
    };
    json!({
        "type": 3,
        "content": {
            "version": "KqlItem/1.0",
            "query": question.query,
            "size": 0,
            "title": question.title,
            "timeContext": { "durationMs": THIRTY_DAYS_IN_MILLISECONDS },
            "queryType": 0,
            "resourceType": "microsoft.operationalinsights/workspaces",
            "crossComponentResources": [workspace],
            "visualization": visualization,
        },
        "name": format!("query-{index}"),
    })
}
