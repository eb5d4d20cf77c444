//! What people look at: dashboards of the portal and workbooks, from tiles that say what they show.

mod component;
mod part;
mod section;
mod tile;

pub use component::{Dashboards, DashboardsOutputs};
pub use tile::{Chart, Charted, Page, Question, Tile};
