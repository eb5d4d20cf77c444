//! What resources and components were called before, as whole URNs.

use crate::resource::{Alias, AliasParent};
use crate::urn::UrnError;
use crate::{StackName, Urn};
use std::collections::{BTreeSet, HashMap};

/// A resource or component that is being declared.
pub(super) struct Declaring<'a> {
    pub stack: &'a StackName,
    pub urn: &'a Urn,
    pub kind: &'a str,
    pub name: &'a str,
    /// What it is in; `None`: directly in the stack.
    pub parent: Option<&'a Urn>,
}

/// The earlier URNs of what was declared and has some.
#[derive(Debug, Default)]
pub(super) struct Earlier(HashMap<Urn, Vec<Urn>>);

impl Earlier {
    /// The URNs that something had before: those that its own aliases say, and those that follow from what it is in having
    /// had others. Kept, for what is in it.
    ///
    /// # Errors
    /// When an alias has an empty name, or the name of a stack that cannot be one.
    pub fn record(&mut self, what: &Declaring<'_>, aliases: &[Alias]) -> Result<Vec<Urn>, UrnError> {
        let mut found = Found { known: BTreeSet::from([what.urn.clone()]), urns: Vec::new() };
        for alias in aliases {
            match alias {
                Alias::Urn(urn) => found.add(urn.clone()),
                Alias::Parts { name, kind, parent, stack } => {
                    let kind = kind.as_deref().unwrap_or(what.kind);
                    let name = name.as_deref().unwrap_or(what.name);
                    for parent in self.parents(what, parent) {
                        let urn = below(what.stack, parent, kind, name)?;
                        found.add(elsewhere(urn, what.stack, stack.as_deref())?);
                    }
                }
            }
        }
        for parent in self.parents(what, &AliasParent::Same) {
            found.add(below(what.stack, parent, what.kind, what.name)?);
        }
        if !found.urns.is_empty() {
            self.0.insert(what.urn.clone(), found.urns.clone());
        }
        Ok(found.urns)
    }

    /// What it may have been in: that, under each of its names.
    fn parents<'u>(&'u self, what: &Declaring<'u>, parent: &'u AliasParent) -> Vec<Option<&'u Urn>> {
        let parent = match parent {
            AliasParent::Same => what.parent,
            AliasParent::None => None,
            AliasParent::Urn(urn) => Some(urn),
        };
        let earlier = parent.and_then(|urn| self.0.get(urn)).into_iter().flatten().map(Some);
        std::iter::once(parent).chain(earlier).collect()
    }
}

struct Found {
    known: BTreeSet<Urn>,
    urns: Vec<Urn>,
}

impl Found {
    fn add(&mut self, urn: Urn) {
        if self.known.insert(urn.clone()) {
            self.urns.push(urn);
        }
    }
}

fn below(stack: &StackName, parent: Option<&Urn>, kind: &str, name: &str) -> Result<Urn, UrnError> {
    match parent {
        Some(parent) => Urn::below(parent, kind, name),
        None => Urn::new(stack, &[kind], &[name]),
    }
}

fn elsewhere(urn: Urn, here: &StackName, stack: Option<&str>) -> Result<Urn, UrnError> {
    match stack {
        Some(name) => Ok(urn.in_stack(&StackName::new(&here.environment, &here.region, name)?)),
        None => Ok(urn),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack() -> StackName {
        StackName::new("dev", "north", "app").unwrap()
    }

    /// The tails of the earlier URNs of `T::name` in a parent.
    fn earlier(
        known: &mut Earlier,
        parent: Option<&Urn>,
        name: &str,
        aliases: &[Alias],
    ) -> (Urn, Vec<String>) {
        let stack = stack();
        let urn = below(&stack, parent, "T", name).unwrap();
        let what = Declaring { stack: &stack, urn: &urn, kind: "T", name, parent };
        let urns = known.record(&what, aliases).unwrap();
        let tails = urns.iter().map(|urn| urn.as_str().trim_start_matches("urn:atp:dev:north:").to_owned());
        let tails = tails.collect();
        (urn, tails)
    }

    #[test]
    fn what_an_alias_does_not_say_was_as_it_is_now() {
        let known = &mut Earlier::default();
        let (parent, _) = earlier(known, None, "p", &[]);
        let (_, tails) = earlier(
            known,
            Some(&parent),
            "a",
            &[
                Alias::name("b"),
                Alias::kind("U").and_name("b"),
                Alias::no_parent(),
                Alias::stack("old"),
                Alias::name("a"),
            ],
        );
        assert_eq!(tails, ["app::T$T::p/b", "app::T$U::p/b", "app::T::a", "old::T$T::p/a"]);
    }

    #[test]
    fn aliases_of_what_something_is_in_become_its_own_combined_with_those_that_it_has() {
        let known = &mut Earlier::default();
        let (outer, _) = earlier(known, None, "o", &[Alias::name("o1")]);
        let (inner, tails) = earlier(known, Some(&outer), "i", &[Alias::name("i1")]);
        assert_eq!(tails, ["app::T$T::o/i1", "app::T$T::o1/i1", "app::T$T::o1/i"]);
        let (_, tails) = earlier(known, Some(&inner), "x", &[]);
        assert_eq!(tails, ["app::T$T$T::o/i1/x", "app::T$T$T::o1/i1/x", "app::T$T$T::o1/i/x"]);
        let (other, _) = earlier(known, None, "other", &[]);
        let (_, tails) = earlier(known, Some(&other), "x", &[Alias::parent(&outer)]);
        assert_eq!(tails, ["app::T$T::o/x", "app::T$T::o1/x"]);
    }
}
