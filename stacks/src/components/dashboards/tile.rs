//! What a page shows.

use crate::components::alerts::{Aggregation, Target};
use atp_azure::Scope;
use atp_iac::{Output, ResourceId, ResourceType};

/// A page of tiles.
#[derive(Clone, Debug)]
pub struct Page {
    /// Its name in Azure: `overview`.
    pub name: &'static str,
    /// Its title for people, who see the environment and region after it.
    pub title: &'static str,
    /// From left to right and from top to bottom.
    pub tiles: Vec<Tile>,
}

/// A part of a page.
#[derive(Clone, Debug)]
pub enum Tile {
    /// Words, as Markdown.
    Text(String),
    /// Metrics of a resource over time.
    Metrics(Charted),
    /// What a query finds in the logs of the workspace.
    Question(Question),
}

/// Metrics of one resource in one chart.
#[derive(Clone, Debug)]
pub struct Charted {
    /// What the chart says.
    pub title: &'static str,
    /// Whose metrics they are.
    pub scope: Output<Scope>,
    /// What kind of resource that is.
    pub kind: Target,
    /// Name and aggregation of each.
    pub metrics: &'static [(&'static str, Aggregation)],
}

impl Charted {
    /// Of a resource.
    pub fn of<T: ResourceType>(
        title: &'static str,
        kind: Target,
        id: &Output<ResourceId<T>>,
        metrics: &'static [(&'static str, Aggregation)],
    ) -> Tile {
        Tile::Metrics(Charted { title, scope: id.map(Scope::from), kind, metrics })
    }
}

/// A query with a title.
#[derive(Clone, Debug)]
pub struct Question {
    /// What it asks.
    pub title: &'static str,
    /// In the language of the workspace.
    pub query: String,
    /// How the answer is shown.
    pub chart: Chart,
}

/// How the answer to a query is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chart {
    /// Rows and columns.
    Table,
    /// A line: this column over `TimeGenerated`.
    Line(&'static str),
}
