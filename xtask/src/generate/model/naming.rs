//! Names of nested types.

use super::Builder;
use crate::generate::schema::Node;
use crate::generate::{names, tables};

/// Names of nested types that are longer than this are shortened where they can be.
const LONGEST_NAME: usize = 44;

impl<'a> Builder<'a> {
    /// A definition is named after the resource, anything else after what it stands in.
    pub(super) fn type_name(&mut self, node: Node<'a>, owner: &str, name: &str) -> String {
        let place = match node.definition.map(names::pascal) {
            None => {
                let outer = self.places.get(owner).into_iter().flatten();
                outer.cloned().chain([name.to_owned()]).collect()
            }
            Some(definition) => {
                vec![definition.strip_suffix("PropertiesFormat").unwrap_or(&definition).to_owned()]
            }
        };
        self.name_at(place)
    }

    /// A name for what stands at a place: all of the place, or as much of its end as tells it apart where all of it
    /// would be too long to read.
    pub(super) fn name_at(&mut self, place: Vec<String>) -> String {
        let from = |start: usize| {
            place[start..].iter().fold(self.entry.name.to_owned(), |name, part| names::nested(&name, part))
        };
        let whole = from(0);
        let whole = if self.is_free(&whole) || place.is_empty() {
            whole
        } else {
            // Words are said twice rather than being those of another resource.
            let first = format!("{}{}", self.entry.name, names::pascal(&place[0]));
            place[1..].iter().fold(first, |name, part| names::nested(&name, part))
        };
        let shorter = (whole.len() > LONGEST_NAME)
            .then(|| (1..place.len()).rev().map(from).find(|name| self.is_free(name)))
            .flatten();
        let name = self.unique(&shorter.unwrap_or(whole));
        self.places.insert(name.clone(), place);
        name
    }

    /// Whether nothing in the module has a name, nor could a part of another resource get it.
    fn is_free(&self, name: &str) -> bool {
        let own = self.entry.name;
        let mut others =
            tables::TYPES.iter().filter(|other| other.name != own && other.name.starts_with(own));
        !self.used.contains(name) && !others.any(|other| name.starts_with(other.name))
    }

    /// A name that nothing else in the module has.
    pub(super) fn unique(&mut self, wanted: &str) -> String {
        let mut unique = wanted.to_owned();
        let mut number = 2;
        while !self.used.insert(unique.clone()) {
            unique = format!("{wanted}{number}");
            number += 1;
        }
        unique
    }
}
