//! Which resources others name by their ids, and what they are called in the code.

use super::names::Names;
use atp_iac::provider::Declaration;
use atp_iac::value::Value;
use std::collections::{BTreeSet, HashMap};

/// The resources that are declared, by their ids.
pub(super) struct Wiring {
    positions: HashMap<String, usize>,
    /// The variable of each.
    pub variables: Vec<String>,
    /// What each names in its inputs.
    pub uses: Vec<BTreeSet<usize>>,
}

/// A text that names a declared resource, or something in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Link<'t> {
    /// Which.
    pub position: usize,
    /// What follows its id: empty, or a path that begins with `/`.
    pub rest: &'t str,
}

impl Wiring {
    pub fn new(declarations: &[Declaration<'_>]) -> Self {
        let positions = declarations.iter().enumerate();
        let positions = positions.map(|(at, own)| (own.id.to_ascii_lowercase(), at)).collect();
        let mut names = Names::of_code();
        let variable =
            |own: &Declaration<'_>| match own.name.starts_with(|first: char| first.is_ascii_digit()) {
                // A UUID, for the most part.
                true => {
                    let kind = own.kind.rsplit('/').next().unwrap_or_default();
                    names.variable(&format!("{}-{}", kind.trim_end_matches('s'), own.name))
                }
                false => names.variable(own.name),
            };
        let variables = declarations.iter().map(variable).collect();
        let mut wiring = Wiring { positions, variables, uses: Vec::new() };
        wiring.uses = declarations.iter().enumerate().map(|(at, own)| wiring.used(at, own.inputs)).collect();
        wiring
    }

    /// The declared resource that a text names: the innermost.
    pub fn link<'t>(&self, text: &'t str) -> Option<Link<'t>> {
        if !text.starts_with('/') {
            return None;
        }
        let lower = text.to_ascii_lowercase();
        let ends = std::iter::once(lower.len()).chain(lower.rmatch_indices('/').map(|(at, _)| at));
        ends.take_while(|end| *end > 0).find_map(|end| {
            let position = *self.positions.get(lower.get(..end)?)?;
            Some(Link { position, rest: text.get(end..)? })
        })
    }

    fn used(&self, own: usize, inputs: &Value) -> BTreeSet<usize> {
        let mut used = BTreeSet::new();
        self.collect(inputs, &mut used);
        used.remove(&own);
        used
    }

    fn collect(&self, value: &Value, used: &mut BTreeSet<usize>) {
        match value {
            Value::String(text) => used.extend(self.link(text).map(|link| link.position)),
            Value::List(items) => items.iter().for_each(|item| self.collect(item, used)),
            Value::Map(map) => {
                for (key, value) in map {
                    used.extend(self.link(key).map(|link| link.position));
                    self.collect(value, used);
                }
            }
            _ => {}
        }
    }

    /// The order in which everything comes behind what it uses. Where resources use each other, the one that comes first
    /// names the other by a literal.
    pub fn order(&self) -> Vec<usize> {
        let mut order = Vec::new();
        let mut seen = BTreeSet::new();
        for start in 0..self.uses.len() {
            // Each entry is left when all that it uses is in front of it.
            let mut open = vec![(start, false)];
            while let Some((at, is_left)) = open.pop() {
                if is_left {
                    order.push(at);
                } else if seen.insert(at) {
                    open.push((at, true));
                    let uses = self.uses.get(at).into_iter().flatten().rev();
                    open.extend(uses.filter(|used| !seen.contains(used)).map(|used| (*used, false)));
                }
            }
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_text_names_the_innermost_resource_that_it_begins_with() {
        let inputs = Value::map();
        let own = |name, id| Declaration { name, kind: "T", id, inputs: &inputs };
        let wiring = Wiring::new(&[own("a", "/s/A"), own("b", "/s/a/x/b")]);
        let link = |text| wiring.link(text).map(|link| (link.position, link.rest));
        assert_eq!(link("/S/a"), Some((0, "")));
        assert_eq!(link("/s/a/X/b/y"), Some((1, "/y")));
        assert_eq!(link("/s/ab"), None);
        assert_eq!(link("s/a"), None);
    }

    #[test]
    fn what_is_used_comes_first_and_a_circle_is_cut() {
        let (uses, circle) = (Value::from(json!({"x": "/b"})), Value::from(json!({"x": ["/a"]})));
        let own = |name, id, inputs| Declaration { name, kind: "T", id, inputs };
        let wiring = Wiring::new(&[own("a", "/a", &uses), own("b", "/b", &circle)]);
        assert_eq!(wiring.order(), [1, 0]);
    }
}
