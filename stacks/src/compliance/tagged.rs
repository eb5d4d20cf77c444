//! Whose resources are, who pays, and what is in them.

use super::{Problems, Stack};
use crate::helpers::tags::REQUIRED;
use atp_azure::descriptor::Shape;

pub(super) fn tags(stack: &Stack<'_>, problems: &mut Problems<'_>) {
    for resource in stack.resources {
        let Some(descriptor) = atp_azure::descriptor(resource.kind()) else { continue };
        let Shape::Object(body) = descriptor.body else { continue };
        if !body.properties.iter().any(|property| property.name == "tags") {
            continue;
        }
        let missing: Vec<&str> =
            REQUIRED.into_iter().filter(|tag| resource.text(&format!("tags/{tag}")).is_none()).collect();
        if !missing.is_empty() {
            problems.add(resource, format!("has no tag {}", missing.join(", ")));
        }
    }
}
