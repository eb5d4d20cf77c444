//! One resource of the state.

use super::look::{Look, clean, moment as time};
use super::value::block;
use crate::state::ResourceState;
use std::fmt::Write as _;

/// Everything that is known of a resource; secrets are masked.
pub(in crate::cli) fn resource(resource: &ResourceState) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "{name}: {}", clean(value));
    };
    line("urn", resource.urn.as_str());
    line("type", &resource.kind);
    line("provider", &resource.provider);
    line("id", &resource.id);
    line("created", &time(resource.created));
    line("modified", &time(resource.modified));
    if let Some(location) = &resource.location {
        line("declared at", location);
    }
    for (flag, meaning) in [
        (resource.lifecycle.protect, "protected: plans that delete or replace it are refused"),
        (resource.replaced, "replaced: deleting it is still owed"),
        (resource.incomplete, "incomplete: the next `up` repairs it"),
        (resource.tainted && !resource.replaced, "tainted: the next `up` replaces it"),
    ] {
        if flag {
            line("note", meaning);
        }
    }
    if let Some(reason) = &resource.lifecycle.retain {
        line("note", &format!("retained: it stays in the cloud when it is not managed any more; {reason}"));
    }
    if !resource.dependencies.is_empty() {
        text.push_str("depends on:\n");
        for urn in &resource.dependencies {
            let _ = writeln!(text, "  {}", clean(urn.as_str()));
        }
    }
    for (title, value) in [("inputs", &resource.inputs), ("outputs", &resource.outputs)] {
        let _ = writeln!(text, "{title}:");
        block(value, "  ", Look::default(), &mut text);
    }
    text
}
