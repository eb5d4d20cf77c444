//! What people see. Everything here is pure: values in, text out.

mod config;
mod differences;
mod discovered;
mod failure;
mod graph;
pub(super) mod history;
mod labels;
mod look;
mod migration;
mod outputs;
mod plan;
mod progress;
mod reading;
mod risk;
mod several;
mod stack_graph;
mod state;
mod status;
mod summary;
mod tree;
mod value;
mod why;

pub(super) use config::{describe_config, fields as config_fields, show_config, source as config_source};
pub(super) use differences::differences;
pub(super) use discovered::discovered;
pub(super) use failure::failure;
pub(super) use graph::graph;
pub(super) use labels::Labels;
pub(super) use look::{Colour, Look, clean, moment};
pub(super) use migration::migration;
pub(super) use outputs::{json as output_json, outputs};
pub(super) use plan::plan;
pub(super) use progress::{Progress, work};
pub(super) use reading::reading;
pub(super) use several::{ended, forecast, total, trouble};
pub(super) use stack_graph::stack_graph;
pub(super) use state::resource;
pub(super) use status::{expired, status};
pub(super) use summary::summary;
pub(super) use value::masked_pair;
pub(super) use why::why;

use crate::plan::OperationKind;

/// The sign of an operation; understood without colour.
pub(super) fn symbol(action: OperationKind) -> &'static str {
    match action {
        OperationKind::Same => "=",
        OperationKind::Create => "+",
        OperationKind::Update => "~",
        OperationKind::Replace => "+/-",
        OperationKind::ReplaceDeleteFirst => "-/+",
        OperationKind::Delete => "-",
        OperationKind::Retain => "o",
        OperationKind::Read => "<",
    }
}

/// An operation in words.
fn verb(action: OperationKind) -> &'static str {
    match action {
        OperationKind::Same => "unchanged",
        OperationKind::Create => "create",
        OperationKind::Update => "update",
        OperationKind::Replace => "replace (new first)",
        OperationKind::ReplaceDeleteFirst => "replace (old deleted first)",
        OperationKind::Delete => "delete",
        OperationKind::Retain => "retain (stays, and is forgotten)",
        OperationKind::Read => "read during the apply",
    }
}

fn colour(action: OperationKind) -> Colour {
    match action {
        OperationKind::Same | OperationKind::Read => Colour::Dim,
        OperationKind::Create => Colour::Green,
        OperationKind::Update | OperationKind::Retain => Colour::Yellow,
        OperationKind::Replace | OperationKind::ReplaceDeleteFirst => Colour::Magenta,
        OperationKind::Delete => Colour::Red,
    }
}
