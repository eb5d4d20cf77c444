//! The known types, by name.

use super::nested::{self, NestedList};
use crate::descriptor::TypeDescriptor;
use crate::typed::TypedResource;
use std::collections::BTreeMap;

/// The known types. Names are found whatever their case.
#[derive(Debug)]
pub(crate) struct Catalog {
    types: BTreeMap<String, &'static TypeDescriptor>,
    /// By parent type: the lists of its body that hold children.
    nested: BTreeMap<String, Vec<NestedList>>,
}

impl Catalog {
    pub fn new(descriptors: &'static [&'static TypeDescriptor]) -> Self {
        let mut types: BTreeMap<String, &'static TypeDescriptor> = BTreeMap::new();
        for descriptor in descriptors {
            types.entry(descriptor.name.to_ascii_lowercase()).or_insert(descriptor);
        }
        let nested = nested::lists(&types);
        Catalog { types, nested }
    }

    pub fn find(&self, kind: &str) -> Option<&'static TypeDescriptor> {
        self.types.get(&kind.to_ascii_lowercase()).copied()
    }

    /// The lists in the `properties` of a type whose items are resources of their own, such as `subnets`.
    pub fn nested_lists(&self, descriptor: &TypeDescriptor) -> &[NestedList] {
        self.nested.get(&descriptor.name.to_ascii_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// Whether other types live in instances of this one.
    pub fn is_parent(&self, descriptor: &TypeDescriptor) -> bool {
        self.nested.contains_key(&descriptor.name.to_ascii_lowercase())
    }

    /// The type whose typed resource has a path such as `network::Subnet`.
    pub fn typed_descriptor(&self, path: &str) -> Option<&'static TypeDescriptor> {
        let (module, name) = path.split_once("::")?;
        let is_it = |typed: &TypedResource| typed.module == module && typed.main.name == name;
        self.types.values().copied().find(|descriptor| descriptor.typed.is_some_and(is_it))
    }

    /// The types that live in instances of a type.
    pub fn children(&self, kind: &str) -> impl Iterator<Item = &'static TypeDescriptor> {
        self.types.values().copied().filter(move |child| child.lives_in(kind))
    }

    /// Whether a parent shows the instances of a child type in a list.
    pub fn shows(&self, parent: &TypeDescriptor, child: &TypeDescriptor) -> bool {
        self.nested_lists(parent).iter().any(|list| list.holds(child))
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
    use super::super::testing::DESCRIPTORS;
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
}
