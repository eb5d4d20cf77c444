//! Random programs, and what goes wrong between them.

use atp_iac::Value;
use proptest::prelude::*;
use scenarios::{Item, item};
use std::collections::BTreeSet;

/// A program, and what goes wrong before it is carried out.
#[derive(Debug, Clone)]
pub struct Round {
    pub declared: Vec<Declared>,
    pub trouble: Trouble,
    /// Whether the next program comes before this one was carried out to its end.
    pub abandoned: bool,
}

/// One resource, out of ten names.
#[derive(Debug, Clone)]
pub struct Declared {
    name: u8,
    size: i64,
    fixed: Option<i64>,
    renamed: Option<u8>,
    /// To which of those before it, and how.
    links: Vec<(u8, Link)>,
}

#[derive(Debug, Clone, Copy)]
enum Link {
    Uses,
    UsesForGood,
    Asks,
    AsksForGood,
    Waits,
}

/// What goes wrong.
#[derive(Debug, Clone)]
pub enum Trouble {
    None,
    /// A call fails, and it is known to have had no effect, or not.
    Fails {
        call: usize,
        name: u8,
        lost: bool,
    },
    /// The run is stopped after so many steps.
    Interrupted {
        after: usize,
    },
    /// Likewise, and then everything is destroyed.
    DestroyedHalfWay {
        after: usize,
    },
    /// Somebody deletes an object.
    Deleted {
        name: u8,
    },
}

pub fn rounds() -> impl Strategy<Value = Vec<Round>> {
    let round = (prop::collection::vec(declared(), 0..9), trouble(), prop::bool::weighted(0.3));
    let round = round.prop_map(|(declared, trouble, abandoned)| Round { declared, trouble, abandoned });
    prop::collection::vec(round, 1..6)
}

fn declared() -> impl Strategy<Value = Declared> {
    let link = prop_oneof![
        3 => Just(Link::Uses),
        1 => Just(Link::UsesForGood),
        1 => Just(Link::Asks),
        1 => Just(Link::AsksForGood),
        1 => Just(Link::Waits),
    ];
    let fixed = prop::option::weighted(0.3, 0i64..2);
    let renamed = prop::option::weighted(0.25, 0u8..2);
    (0u8..10, 0i64..3, fixed, renamed, prop::collection::vec((any::<u8>(), link), 0..4))
        .prop_map(|(name, size, fixed, renamed, links)| Declared { name, size, fixed, renamed, links })
}

fn trouble() -> impl Strategy<Value = Trouble> {
    prop_oneof![
        4 => Just(Trouble::None),
        3 => (0usize..3, 0u8..10, any::<bool>()).prop_map(|(call, name, lost)| Trouble::Fails { call, name, lost }),
        2 => (0usize..6).prop_map(|after| Trouble::Interrupted { after }),
        1 => (0usize..6).prop_map(|after| Trouble::DestroyedHalfWay { after }),
        1 => (0u8..10).prop_map(|name| Trouble::Deleted { name }),
    ]
}

impl Round {
    /// The program. A name counts once, and a property that forces a replacement is set once.
    pub fn items(&self) -> Vec<Item> {
        let mut items: Vec<Item> = Vec::new();
        let mut names = BTreeSet::new();
        for declared in self.declared.iter().filter(|declared| names.insert(declared.name)) {
            let mut next = item(&format!("r{}", declared.name)).with("size", declared.size);
            if let Some(fixed) = declared.fixed {
                next = next.with("fixed", Value::from(fixed));
            }
            if let Some(renamed) = declared.renamed {
                next = next.named(&format!("r{}-{renamed}", declared.name));
            }
            for (which, link) in &declared.links {
                let Some(other) = items.get(usize::from(*which) % items.len().max(1)) else { continue };
                let other = &other.name;
                next = match link {
                    Link::Uses => next.link(&format!("uses-{other}"), other),
                    Link::UsesForGood if is_free(&next) => next.link("fixed", other),
                    Link::Asks => next.ask(&format!("asks-{other}"), other),
                    Link::AsksForGood if is_free(&next) => next.ask("fixed", other),
                    Link::Waits => next.after(other),
                    Link::UsesForGood | Link::AsksForGood => next,
                };
            }
            items.push(next);
        }
        items
    }
}

fn is_free(item: &Item) -> bool {
    let set = [item.links.contains_key("fixed"), item.asks.contains_key("fixed")];
    !item.properties.contains_key("fixed") && set == [false; 2]
}
