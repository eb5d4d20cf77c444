//! The known types, by name.

use super::shape;
use crate::descriptor::{Parent, TypeDescriptor};
use std::collections::BTreeMap;

/// The known types. Names are found whatever their case.
#[derive(Debug)]
pub(crate) struct Catalog {
    types: BTreeMap<String, &'static TypeDescriptor>,
    /// By parent type: the properties of its body that hold whole children.
    child_lists: BTreeMap<String, Vec<&'static str>>,
}

impl Catalog {
    pub fn new(descriptors: &'static [&'static TypeDescriptor]) -> Self {
        let mut types: BTreeMap<String, &'static TypeDescriptor> = BTreeMap::new();
        for descriptor in descriptors {
            types.entry(descriptor.name.to_ascii_lowercase()).or_insert(descriptor);
        }
        let mut child_lists: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
        for child in types.values() {
            if let Parent::Resource(parent) = child.parent {
                child_lists.entry(parent.to_ascii_lowercase()).or_default().push(child.leaf());
            }
        }
        for (parent, leaves) in &mut child_lists {
            let body = types.get(parent).map(|descriptor| descriptor.body);
            leaves.retain(|leaf| {
                body.and_then(|body| shape::find(body, &format!("properties.{leaf}")))
                    .is_some_and(|found| !found.flags.read_only)
            });
        }
        Catalog { types, child_lists }
    }

    pub fn find(&self, kind: &str) -> Option<&'static TypeDescriptor> {
        self.types.get(&kind.to_ascii_lowercase()).copied()
    }

    /// The names of the lists in the `properties` of a type whose items are resources of their own, such as `subnets`:
    /// a PUT that leaves one out deletes what is in it.
    pub fn child_lists(&self, descriptor: &TypeDescriptor) -> &[&'static str] {
        self.child_lists.get(&descriptor.name.to_ascii_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// Whether other types live in instances of this one.
    pub fn is_parent(&self, descriptor: &TypeDescriptor) -> bool {
        self.child_lists.contains_key(&descriptor.name.to_ascii_lowercase())
    }

    /// What to say of a type that is not known.
    pub fn unknown_kind(&self, kind: &str) -> String {
        let names: Vec<&str> = self.types.values().map(|descriptor| descriptor.name).collect();
        match nearest(kind, &names).as_slice() {
            [] => format!("there is no type `{kind}`"),
            near => format!("there is no type `{kind}`; did you mean {}?", near.join(" or ")),
        }
    }
}

/// Up to three of `names` that are like `text`, nearest first.
pub(crate) fn nearest<'n>(text: &str, names: &[&'n str]) -> Vec<&'n str> {
    let text = text.to_ascii_lowercase();
    let limit = (text.chars().count() / 3).max(1);
    let mut near: Vec<(usize, &str)> = names
        .iter()
        .map(|name| (strsim::levenshtein(&text, &name.to_ascii_lowercase()), *name))
        .filter(|(distance, _)| *distance <= limit)
        .collect();
    near.sort();
    let best = near.first().map_or(0, |(distance, _)| *distance);
    near.into_iter().filter(|(distance, _)| *distance <= best + 1).map(|(_, name)| name).take(3).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{DESCRIPTORS, NETWORK};
    use super::*;

    #[test]
    fn types_are_found_whatever_their_case() {
        let catalog = Catalog::new(DESCRIPTORS);
        assert!(catalog.find("microsoft.network/VIRTUALNETWORKS").is_some());
    }

    #[test]
    fn an_unknown_type_gets_the_nearest_names() {
        let message = Catalog::new(DESCRIPTORS).unknown_kind("Microsoft.Network/virtualNetwork");
        assert!(message.ends_with("did you mean Microsoft.Network/virtualNetworks?"), "{message}");
        assert_eq!(Catalog::new(DESCRIPTORS).unknown_kind("zebra"), "there is no type `zebra`");
    }

    #[test]
    fn lists_that_hold_whole_children_are_known() {
        assert_eq!(Catalog::new(DESCRIPTORS).child_lists(&NETWORK), ["subnets"]);
    }
}
