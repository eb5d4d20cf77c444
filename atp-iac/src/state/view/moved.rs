//! Other URNs for what is there, all at once: so several can change places.

use super::{Intent, ResourceState, StateView, refuse, same_id};
use crate::Urn;
use crate::state::{Lifecycle, StateError};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

type Urns = BTreeMap<Urn, Urn>;

impl StateView {
    /// Gives resources other URNs. One pass over the state, however many move.
    pub(super) fn relocate(&mut self, urns: &Urns) -> Result<(), StateError> {
        self.check_moves(urns)?;
        for resource in self.resources.values_mut().filter(|resource| is_touched(resource, urns)) {
            let resource = Arc::make_mut(resource);
            follow(&mut resource.urn, urns);
            follow_all(&mut resource.dependencies, &mut resource.lifecycle, urns);
        }
        let present: Vec<(&Urn, u64)> =
            urns.iter().filter_map(|(from, to)| Some((to, self.present.remove(from)?))).collect();
        self.present.extend(present.into_iter().map(|(to, position)| (to.clone(), position)));
        let replaced: Vec<_> =
            urns.iter().filter_map(|(from, to)| Some((to, self.replaced.remove(from)?))).collect();
        for (to, copies) in replaced {
            self.replaced.entry(to.clone()).or_default().extend(copies);
        }
        let interrupted = std::mem::take(&mut self.interrupted).into_values().flatten();
        for intent in interrupted.map(|intent| moved_intent(intent, urns)) {
            self.interrupted.entry(intent.urn.clone()).or_default().push(intent);
        }
        Ok(())
    }

    fn check_moves(&self, urns: &Urns) -> Result<(), StateError> {
        let mut targets = BTreeSet::new();
        for (from, to) in urns {
            let running = self.running.values().any(|intent| intent.urn == *from || intent.urn == *to);
            let reason = if !self.knows(from) {
                "there is nothing that could move".to_owned()
            } else if running {
                "it cannot move while a call for it is under way".to_owned()
            } else if !targets.insert(to) {
                format!("another one moves to `{to}`, too")
            } else if self.is_taken(from, to, urns) {
                format!("it cannot move to `{to}`, which is taken")
            } else {
                continue;
            };
            return refuse(from, reason);
        }
        Ok(())
    }

    fn knows(&self, urn: &Urn) -> bool {
        self.present.contains_key(urn)
            || self.replaced.contains_key(urn)
            || self.interrupted.contains_key(urn)
    }

    /// Whether two objects would have one address. Copies that are still to be deleted may come together.
    fn is_taken(&self, from: &Urn, to: &Urn, urns: &Urns) -> bool {
        if urns.contains_key(to) {
            return false;
        }
        let copies = |urn| self.replaced(urn).map(|copy| copy.id.as_str());
        let arriving: Vec<&str> =
            self.get(from).map(|present| present.id.as_str()).into_iter().chain(copies(from)).collect();
        let both_present = self.present.contains_key(to) && self.present.contains_key(from);
        let there = self.get(to).map(|present| present.id.as_str()).into_iter().chain(copies(to));
        both_present || there.into_iter().any(|id| arriving.iter().any(|other| same_id(id, other)))
    }
}

fn is_touched(resource: &ResourceState, urns: &Urns) -> bool {
    let refers = |urn: &Urn| urns.contains_key(urn);
    refers(&resource.urn)
        || resource.dependencies.iter().any(refers)
        || resource.lifecycle.deleted_with.as_ref().is_some_and(refers)
}

fn follow(urn: &mut Urn, urns: &Urns) {
    if let Some(to) = urns.get(urn) {
        *urn = to.clone();
    }
}

fn follow_all(dependencies: &mut [Urn], lifecycle: &mut Lifecycle, urns: &Urns) {
    dependencies.iter_mut().chain(&mut lifecycle.deleted_with).for_each(|urn| follow(urn, urns));
    // In the order in which a plan names them, so that nothing seems to have changed.
    dependencies.sort();
}

fn moved_intent(mut intent: Intent, urns: &Urns) -> Intent {
    follow(&mut intent.urn, urns);
    follow_all(&mut intent.dependencies, &mut intent.lifecycle, urns);
    intent
}

#[cfg(test)]
mod tests {
    use crate::state::{Action, Record, ResourceState, Snapshot, StateView};
    use crate::testing::stores::sample::{intent, resource, stack, urn};

    fn view(all: impl IntoIterator<Item = ResourceState>) -> StateView {
        let resources = all.into_iter().collect();
        StateView::new(Snapshot { resources, ..Snapshot::empty(stack(), "lineage") }).unwrap()
    }

    fn moved(pairs: &[(&str, &str)]) -> Record {
        Record::Moved { urns: pairs.iter().map(|(from, to)| (urn(from), urn(to))).collect() }
    }

    fn copy(name: &str, id: &str) -> ResourceState {
        ResourceState { id: id.into(), replaced: true, ..resource(name) }
    }

    #[test]
    fn everything_of_a_resource_moves_and_whatever_refers_to_it_follows() {
        let mut user = ResourceState { dependencies: vec![urn("a"), urn("q")], ..resource("user") };
        user.lifecycle.deleted_with = Some(urn("a"));
        let mut view = view([resource("a"), copy("a", "/old"), user]);
        view.apply(&Record::Intent(intent(1, Action::Update, "a"))).unwrap();
        view.interrupt();
        view.apply(&moved(&[("a", "z")])).unwrap();
        assert!(view.get(&urn("a")).is_none() && view.replaced(&urn("a")).next().is_none());
        assert_eq!(view.get(&urn("z")).unwrap().id, "/a");
        assert_eq!(view.object(&urn("z"), "/old").unwrap().urn, urn("z"));
        let user = view.get(&urn("user")).unwrap();
        assert_eq!(user.dependencies, [urn("q"), urn("z")]);
        assert_eq!(user.lifecycle.deleted_with, Some(urn("z")));
        assert_eq!(view.interrupted().next().unwrap().urn, urn("z"));
        // What was begun under the old name is settled under the new one.
        view.apply(&Record::Saved { step: None, resource: view.get(&urn("z")).unwrap().clone() }).unwrap();
        assert_eq!(view.pending().count(), 0);
    }

    #[test]
    fn several_move_at_once_in_chains_and_even_in_circles() {
        let mut view = view([resource("a"), resource("b"), resource("c")]);
        view.apply(&moved(&[("a", "b"), ("b", "c"), ("c", "a")])).unwrap();
        let ids = ["a", "b", "c"].map(|name| view.get(&urn(name)).unwrap().id.clone());
        assert_eq!(ids, ["/c", "/a", "/b"]);
        view.apply(&moved(&[("a", "d"), ("b", "a")])).unwrap();
        assert_eq!(view.get(&urn("a")).unwrap().id, "/a");
        assert_eq!(view.resources().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["/a", "/b", "/c"]);
    }

    #[test]
    fn what_would_lose_an_object_is_refused_and_changes_nothing() {
        let mut view = view([resource("a"), resource("b"), resource("c"), copy("d", "/a")]);
        view.apply(&Record::Intent(intent(1, Action::Update, "c"))).unwrap();
        let before = view.to_snapshot();
        for (pairs, reason) in [
            (&[("a", "b")][..], "taken"),
            (&[("a", "d")], "taken"),
            (&[("ghost", "e")], "nothing that could move"),
            (&[("a", "e"), ("b", "e")], "another one moves"),
            (&[("c", "e")], "under way"),
        ] {
            let error = view.apply(&moved(pairs)).unwrap_err().to_string();
            assert!(error.contains(reason), "{pairs:?}: {error}");
            assert_eq!(view.to_snapshot(), before, "{pairs:?}");
        }
    }
}
