//! A naive interpreter of programs: what a plan has to do, and what is there afterwards.

use atp_iac::Value;
use scenarios::{Item, World};
use std::collections::{BTreeMap, BTreeSet};

/// What is there, by name in the program.
#[derive(Debug, Default)]
pub struct Reference {
    known: BTreeMap<String, Known>,
    /// Old copies whose deletion is owed, and their names.
    owed: Vec<(String, Known)>,
}

#[derive(Debug, Clone, PartialEq)]
struct Known {
    inputs: BTreeMap<String, Value>,
    /// A call for it did not end well.
    unfinished: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Same,
    Create,
    Update,
    /// The new one has the id of the old one, which goes first.
    ReplaceInPlace,
    Replace,
    /// An old copy has the id already: it is changed, and what had taken its place goes.
    TakeBack,
    /// Likewise, and it cannot be changed: it goes first.
    TakeBackInPlace,
}

impl Known {
    fn is_called(&self, name: &str) -> bool {
        self.inputs.get("name") == Some(&name.into())
    }
}

impl Verdict {
    fn takes_back(self) -> bool {
        matches!(self, Verdict::TakeBack | Verdict::TakeBackInPlace)
    }
}

fn cloud_name(item: &Item) -> &str {
    item.cloud_name.as_deref().unwrap_or(&item.name)
}

fn id(item: &Item) -> Value {
    format!("T/{}", cloud_name(item)).into()
}

impl Reference {
    /// What must be planned, in the words of `scenarios::actions`. Which of the two ways to replace is not said: where
    /// both would make a circle, either is right.
    pub fn actions(&self, items: &[Item]) -> Vec<String> {
        let verdicts = self.verdicts(items);
        let mut actions: Vec<String> = Vec::new();
        for item in items {
            let symbol = match verdicts[item.name.as_str()] {
                Verdict::Same => None,
                Verdict::Create => Some("+"),
                Verdict::Update | Verdict::TakeBack => Some("~"),
                Verdict::ReplaceInPlace | Verdict::Replace | Verdict::TakeBackInPlace => Some("±"),
            };
            actions.extend(symbol.map(|symbol| format!("{symbol} {}", item.name)));
        }
        let declared: BTreeSet<&str> = items.iter().map(|item| item.name.as_str()).collect();
        let is_back = |name: &str| verdicts.get(name).is_some_and(|verdict| verdict.takes_back());
        let gone = self.known.keys().filter(|name| !declared.contains(name.as_str()) || is_back(name));
        let taken = |name: &str, copy: &Known| {
            let item = items.iter().find(|item| item.name == name);
            is_back(name) && item.is_some_and(|item| copy.is_called(cloud_name(item)))
        };
        let owed = self.owed.iter().filter(|(name, copy)| !taken(name, copy)).map(|(name, _)| name);
        actions.extend(gone.chain(owed).map(|name| format!("- {name}")));
        actions.sort();
        actions
    }

    fn verdicts<'i>(&self, items: &'i [Item]) -> BTreeMap<&'i str, Verdict> {
        let mut verdicts: BTreeMap<&str, Verdict> = BTreeMap::new();
        for item in items {
            let verdict = self.verdict(item, items, &verdicts);
            verdicts.insert(&item.name, verdict);
        }
        verdicts
    }

    fn verdict(&self, item: &Item, items: &[Item], verdicts: &BTreeMap<&str, Verdict>) -> Verdict {
        let is_it = |known: &&Known| known.is_called(cloud_name(item));
        let present = self.known.get(&item.name);
        let copies = self.owed.iter().filter(|(name, _)| *name == item.name).map(|(_, copy)| copy);
        let copy = copies.filter(|_| present.filter(is_it).is_none()).find(is_it);
        let Some(known) = copy.or(present) else { return Verdict::Create };
        let inputs = inputs(item, items);
        let unknown = |key: &str| {
            let used = item.links.get(key).map(|other| verdicts[other.as_str()]);
            let asked = item.asks.get(key).map(|other| (other, verdicts[other.as_str()]));
            matches!(used, Some(Verdict::ReplaceInPlace | Verdict::TakeBackInPlace))
                || asked.is_some_and(|(other, verdict)| match verdict {
                    Verdict::Create | Verdict::Replace | Verdict::ReplaceInPlace => true,
                    Verdict::TakeBack | Verdict::TakeBackInPlace => true,
                    Verdict::Update => self.known[other].unfinished,
                    Verdict::Same => false,
                })
        };
        let keys: BTreeSet<&String> = inputs.keys().chain(known.inputs.keys()).collect();
        let changed: BTreeSet<&str> = keys
            .into_iter()
            .filter(|key| inputs.get(*key) != known.inputs.get(*key) || unknown(key))
            .map(String::as_str)
            .collect();
        if changed.contains("name") {
            Verdict::Replace
        } else if changed.contains("fixed") {
            if copy.is_some() { Verdict::TakeBackInPlace } else { Verdict::ReplaceInPlace }
        } else if copy.is_some() {
            Verdict::TakeBack
        } else if !changed.is_empty() || known.unfinished {
            Verdict::Update
        } else {
            Verdict::Same
        }
    }

    /// The program was carried out.
    pub fn apply(&mut self, items: &[Item]) {
        let known =
            |item: &Item| (item.name.clone(), Known { inputs: inputs(item, items), unfinished: false });
        self.known = items.iter().map(known).collect();
        self.owed.clear();
    }

    /// The objects that are in the cloud.
    pub fn objects(&self) -> BTreeMap<String, Value> {
        let object = |known: &Known| {
            let id = format!("T/{}", known.inputs["name"].as_str().unwrap_or_default());
            let mut object = known.inputs.clone();
            object.insert("id".into(), id.as_str().into());
            (id, Value::Map(object.into_iter().collect()))
        };
        self.known.values().map(object).collect()
    }

    /// Something went wrong: what is there is what the state says, as far as it does. The engine looks up the rest when it
    /// plans, and so does this.
    pub async fn learn(&mut self, world: &World) {
        let plan = world.preview(&[]).await.unwrap();
        self.known.clear();
        self.owed.clear();
        for old in plan.operations.iter().filter_map(|operation| operation.old.as_deref()) {
            let name = old.urn.name().to_owned();
            let inputs = old.inputs.as_map().into_iter().flatten();
            let inputs = inputs.map(|(key, value)| (key.clone(), value.clone())).collect();
            let known = Known { inputs, unfinished: old.incomplete };
            if old.replaced {
                self.owed.push((name, known));
            } else {
                self.known.insert(name, known);
            }
        }
    }
}

fn inputs(item: &Item, items: &[Item]) -> BTreeMap<String, Value> {
    let other = |name: &String| items.iter().find(|item| item.name == *name).map_or(Value::Null, id);
    let mut inputs = item.properties.clone();
    inputs.insert("name".into(), cloud_name(item).into());
    inputs.extend(item.links.iter().chain(&item.asks).map(|(key, name)| (key.clone(), other(name))));
    inputs
}
