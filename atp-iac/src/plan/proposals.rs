//! What may have been given another name in the program without an alias that says so.
//!
//! | leaves the program | is new in it | verdict |
//! | --- | --- | --- |
//! | `a` | `b`, with the id of `a` in the cloud | `b` is `a`: a move is proposed, and without it the plan is refused |
//! | `a` | `b`, whose id the cloud is to choose, with the inputs of `a` apart from the name | a move is proposed |
//! | `a` | `b`, with another id | they are two: a move would replace, which is what happens anyway |
//! | `a` | `b` and `c`, and both could be `a`; or the other way round | nobody can tell: nothing is proposed |
//!
//! Parts of resources that become resources, and the other way round, have gone over before, and copies whose deletion is
//! owed are nobody's.

use super::{Desired, Operation, OperationKind, Plan, Preparation, Refusal};
use crate::Urn;
use crate::provider::Provider;
use crate::secrets::Fingerprints;
use crate::state::{ResourceState, StateView};
use crate::value::Value;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

type Providers = BTreeMap<String, Arc<dyn Provider>>;

/// A move that nobody has told of, and that seems to be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// What the state has, and the program does not declare any more.
    pub from: Urn,
    /// What the program declares, and the state does not have.
    pub to: Urn,
    /// Whether both are one object of the cloud. Otherwise they are only alike.
    pub same_object: bool,
}

impl Proposal {
    /// The option that says it in the program.
    pub fn alias(&self) -> String {
        match renamed(&self.from, &self.to) {
            Some(name) => format!(".alias(Alias::name({name:?}))"),
            None => format!(".alias(Urn::parse({:?})?)", self.from.as_str()),
        }
    }
}

/// The earlier name, where nothing else of the URN is otherwise.
fn renamed<'u>(from: &'u Urn, to: &'u Urn) -> Option<&'u str> {
    // Names of resources may have a `/` themselves: then there are more names than types.
    let plain = |urn: &Urn| urn.types().split('$').count() == urn.name().split('/').count();
    let split = |name| match str::rsplit_once(name, '/') {
        Some((parents, own)) => (parents, own),
        None => ("", name),
    };
    let ((parents, name), (parents_now, _)) = (split(from.name()), split(to.name()));
    let same = from.types() == to.types() && parents == parents_now && plain(from) && plain(to);
    same.then_some(name)
}

/// Finds out what may have moved.
pub(crate) fn proposals(
    plan: &Plan,
    desired: &Desired,
    state: &StateView,
    providers: &Providers,
) -> Vec<Proposal> {
    let created = plan.operations.iter().filter(|operation| operation.action == OperationKind::Create);
    let created: Vec<&Operation> = created.collect();
    if created.is_empty() {
        return Vec::new();
    }
    let declared: HashSet<&Urn> = desired.registrations.iter().map(|one| &one.urn).collect();
    let gone = state.resources().filter(|one| !one.replaced && !declared.contains(&one.urn));
    let gone: Vec<&ResourceState> = gone.collect();
    if gone.is_empty() {
        return Vec::new();
    }
    let mut found = same_objects(&gone, &created, providers);
    if let Some(fingerprints) = &plan.fingerprints {
        let leaving: HashSet<&Urn> =
            plan.operations.iter().filter(|one| one.action.leaves()).map(|one| &one.urn).collect();
        let known: HashSet<Urn> = found.iter().flat_map(|one| [one.from.clone(), one.to.clone()]).collect();
        let gone = gone.into_iter().filter(|one| leaving.contains(&one.urn) && !known.contains(&one.urn));
        let created = created.into_iter().filter(|one| {
            !known.contains(&one.urn) && !one.inputs.has_unknown() && id(one, providers).is_none()
        });
        found.extend(alike(gone, created, fingerprints));
    }
    found
}

/// The id that a new resource will have, where its inputs say it.
fn id(operation: &Operation, providers: &Providers) -> Option<String> {
    providers.get(&operation.provider)?.id(&operation.kind, &operation.inputs)
}

fn same_objects(gone: &[&ResourceState], created: &[&Operation], providers: &Providers) -> Vec<Proposal> {
    let mut pairs = Pairs::default();
    for one in gone {
        pairs.gone((&one.provider, one.id.to_ascii_lowercase()), &one.urn);
    }
    for one in created {
        if let Some(id) = id(one, providers) {
            pairs.created((&one.provider, id.to_ascii_lowercase()), &one.urn);
        }
    }
    pairs.proposals(true)
}

fn alike<'p>(
    gone: impl Iterator<Item = &'p ResourceState>,
    created: impl Iterator<Item = &'p Operation>,
    fingerprints: &Fingerprints,
) -> Vec<Proposal> {
    let print = |inputs: &Value| match inputs {
        Value::Map(map) => {
            let nameless = map.iter().filter(|(key, _)| *key != "name");
            let nameless = nameless.map(|(key, value)| (key.clone(), value.clone()));
            fingerprints.of(&Value::Map(nameless.collect()))
        }
        other => fingerprints.of(other),
    };
    let mut pairs = Pairs::default();
    for one in created {
        pairs.created((&one.provider, &one.kind, print(&one.inputs)), &one.urn);
    }
    // Mostly nothing is left to compare with.
    if !pairs.0.is_empty() {
        for one in gone {
            pairs.gone((&one.provider, &one.kind, print(&one.inputs)), &one.urn);
        }
    }
    pairs.proposals(false)
}

/// What leaves and what is new, by what they have in common.
struct Pairs<'p, K>(BTreeMap<K, (Vec<&'p Urn>, Vec<&'p Urn>)>);

impl<K> Default for Pairs<'_, K> {
    fn default() -> Self {
        Pairs(BTreeMap::new())
    }
}

impl<'p, K: Ord> Pairs<'p, K> {
    fn gone(&mut self, key: K, urn: &'p Urn) {
        self.0.entry(key).or_default().0.push(urn);
    }

    fn created(&mut self, key: K, urn: &'p Urn) {
        self.0.entry(key).or_default().1.push(urn);
    }

    /// Those that can only be each other.
    fn proposals(self, same_object: bool) -> Vec<Proposal> {
        let pairs = self.0.into_values().filter_map(|(gone, created)| match (&gone[..], &created[..]) {
            ([from], [to]) => Some(Proposal { from: (*from).clone(), to: (*to).clone(), same_object }),
            _ => None,
        });
        pairs.collect()
    }
}

/// The proposals as moves.
pub(crate) fn accepted(proposals: Vec<Proposal>) -> Preparation {
    Preparation::of_moves(proposals.into_iter().map(|Proposal { from, to, .. }| (from, to)).collect())
}

/// Why a plan may not be carried out when these are declined: an object that is there cannot be created, and deleting it
/// under its earlier name takes away what is to be there under the new one.
pub(crate) fn declined(proposals: &[Proposal], operations: &[Operation]) -> Vec<Refusal> {
    let same = proposals.iter().filter(|proposal| proposal.same_object);
    let refusals = same.map(|proposal| {
        let Proposal { from, to, .. } = proposal;
        let declared = operations.iter().find(|one| one.urn == *to).and_then(|one| one.location);
        let at = declared.map(|location| format!(" at {location}")).unwrap_or_default();
        Refusal {
            urn: to.clone(),
            message: format!(
                "`{}` would be created, and is there already: in the cloud it is the object of `{}`, which is not in the \
                 program any more",
                to.name(),
                from.name()
            ),
            hint: format!(
                "say that it is the same: `{}`{at}, or `--accept-moves` for this run; where it is to be made anew, take `{}` \
                 out of the program for one `up`",
                proposal.alias(),
                to.name()
            ),
        }
    });
    refusals.collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

    use super::*;

    fn alias(from: &str, to: &str) -> String {
        let urn = |rest: &str| Urn::parse(&format!("urn:atp:dev:north:shop::{rest}")).unwrap();
        Proposal { from: urn(from), to: urn(to), same_object: true }.alias()
    }

    #[test]
    fn the_alias_is_a_name_where_only_the_name_is_otherwise() {
        assert_eq!(alias("T::a", "T::b"), r#".alias(Alias::name("a"))"#);
        assert_eq!(alias("C$T::box/a", "C$T::box/b"), r#".alias(Alias::name("a"))"#);
    }

    #[test]
    fn the_alias_is_a_urn_where_the_type_or_the_parent_is_otherwise_or_a_name_looks_like_two() {
        for (from, to) in
            [("U::a", "T::a"), ("C$T::box/a", "C$T::crate/a"), ("T::a", "C$T::box/a"), ("T::x/a", "T::x/b")]
        {
            assert_eq!(alias(from, to), format!(".alias(Urn::parse(\"urn:atp:dev:north:shop::{from}\")?)"));
        }
    }

    #[test]
    fn what_could_be_several_is_none() {
        let urns = ["T::a", "T::b", "T::c", "T::d"];
        let urns = urns.map(|rest| Urn::parse(&format!("urn:atp:dev:north:shop::{rest}")).unwrap());
        let mut pairs = Pairs::default();
        pairs.gone(1, &urns[0]);
        pairs.created(1, &urns[1]);
        pairs.gone(2, &urns[2]);
        pairs.created(3, &urns[2]);
        pairs.gone(4, &urns[0]);
        pairs.created(4, &urns[1]);
        pairs.created(4, &urns[2]);
        pairs.gone(5, &urns[0]);
        pairs.gone(5, &urns[1]);
        pairs.created(5, &urns[3]);
        let found = pairs.proposals(true);
        assert_eq!(found, [Proposal { from: urns[0].clone(), to: urns[1].clone(), same_object: true }]);
    }
}
