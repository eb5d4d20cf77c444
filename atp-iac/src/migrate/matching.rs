//! Which resource of a program is which resource of the file.
//!
//! Ids say so: a plan predicts them, and the file has them. What lives in a state alone has no id to predict, and is found
//! by its name.

use super::{Counterpart, Foreign, ForeignFile, tidy};
use crate::Urn;
use crate::plan::ImportRequest;
use crate::provider::Provider;
use std::collections::BTreeMap;

/// An object of a provider that a resource of the file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapped {
    /// Whose.
    pub provider: String,
    /// Its type.
    pub kind: String,
    /// Its id in the cloud.
    pub id: String,
    /// Whether there is nothing of it but in states.
    pub lives_in_state: bool,
}

/// A resource of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Which.
    pub urn: Urn,
    /// Its provider.
    pub provider: String,
    /// Its type.
    pub kind: String,
    /// The id that it has or will have, where that is known.
    pub id: Option<String>,
    /// The ids of its parts that could be resources of their own.
    pub parts: Vec<String>,
    /// The id that the state has of it.
    pub managed: Option<String>,
}

/// What becomes of a resource of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is taken over.
    Adopted {
        /// For which resource of the program.
        urn: Urn,
        /// The id in the cloud.
        id: String,
    },
    /// The program that is written declares it.
    Declared {
        /// Its name there.
        name: String,
        /// Its type.
        kind: String,
        /// The id in the cloud.
        id: String,
    },
    /// A state has it already.
    Managed {
        /// As which resource.
        urn: Urn,
        /// The id in the cloud.
        id: String,
    },
    /// The program says it within another resource.
    Part {
        /// Within which: a URN, or a name in the program that is written.
        of: String,
        /// The id in the cloud.
        id: String,
    },
    /// The program does not declare it.
    NotDeclared {
        /// Its type.
        kind: String,
        /// The id in the cloud.
        id: String,
    },
    /// Nothing can be taken over.
    Left {
        /// Why not, and what to do instead.
        why: String,
    },
    /// The cloud did not answer when it was read.
    Unread {
        /// Its type.
        kind: String,
        /// The id in the cloud.
        id: String,
        /// Why not.
        why: String,
    },
}

/// A resource of the file, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What the other tool calls it.
    pub address: String,
    /// Its type there.
    pub kind: String,
    /// Whether the other tool is told not to delete it.
    pub is_protected: bool,
    /// What becomes of it.
    pub verdict: Verdict,
}

/// A resource of the program that the file does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotInFile {
    /// Which.
    pub urn: Urn,
    /// The id that it will have, where that is known.
    pub id: Option<String>,
}

/// Something that can be meant in several ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ambiguous {
    /// What the other tool calls it.
    pub address: String,
    /// Which resources of the program it may be.
    pub urns: Vec<Urn>,
}

/// What becomes of everything in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Migration {
    /// The resources of the file, in its order.
    pub lines: Vec<Line>,
    /// What the program declares besides.
    pub not_in_file: Vec<NotInFile>,
    /// What is to be said more clearly before anything is done.
    pub ambiguous: Vec<Ambiguous>,
}

impl Migration {
    /// What is to be taken over.
    pub fn requests(&self) -> Vec<ImportRequest> {
        let request = |line: &Line| match &line.verdict {
            Verdict::Adopted { urn, id } => Some(ImportRequest { urn: urn.clone(), id: id.clone() }),
            _ => None,
        };
        self.lines.iter().filter_map(request).collect()
    }

    /// How many resources of the file `is` true of.
    pub fn count(&self, is: impl Fn(&Verdict) -> bool) -> usize {
        self.lines.iter().filter(|line| is(&line.verdict)).count()
    }
}

/// What each resource of the file is to the providers, in its order.
///
/// # Errors
/// Why one is nothing that can be taken over.
pub fn claims<'p>(
    file: &ForeignFile,
    providers: impl Iterator<Item = &'p dyn Provider> + Clone,
) -> Vec<Result<Mapped, String>> {
    let mut seen: BTreeMap<(String, String), &str> = BTreeMap::new();
    let mut claims = Vec::with_capacity(file.resources.len());
    for resource in &file.resources {
        let claim = claim(resource, file, providers.clone());
        claims.push(claim.and_then(|mapped| {
            // A value that is kept in a state is no object that two could share.
            if mapped.lives_in_state {
                return Ok(mapped);
            }
            let key = (mapped.provider.clone(), folded(&mapped.id));
            match seen.get(&key) {
                Some(first) => Err(format!("it is the same object as `{first}`, and is taken over with it")),
                None => {
                    seen.insert(key, &resource.address);
                    Ok(mapped)
                }
            }
        }));
    }
    claims
}

fn claim<'p>(
    resource: &Foreign,
    file: &ForeignFile,
    mut providers: impl Iterator<Item = &'p dyn Provider>,
) -> Result<Mapped, String> {
    if let Some(why) = &resource.not_managed {
        return Err(why.clone());
    }
    let known = providers.find_map(|own| Some((own, own.foreign(resource, file)?)));
    let Some((own, counterpart)) = known else {
        return Err(format!(
            "no provider of this program knows `{}`: leave it with {}",
            resource.kind,
            file.tool.name()
        ));
    };
    match counterpart {
        Counterpart::Object { kind, id } => {
            let lives_in_state = own.lives_in_state(&kind);
            Ok(Mapped { provider: own.name().to_owned(), kind, id, lives_in_state })
        }
        Counterpart::Nothing { why } => Err(why),
    }
}

/// What becomes of the resources of a file, of which `claims` tells, in a program.
pub fn matched(file: &ForeignFile, claims: &[Result<Mapped, String>], planned: &[Planned]) -> Migration {
    let program = Declared::new(planned);
    let mut migration = Migration::default();
    let mut met = Vec::new();
    for (resource, claim) in file.resources.iter().zip(claims) {
        let verdict = match claim {
            Err(why) => Verdict::Left { why: why.clone() },
            Ok(mapped) => match program.find(mapped, resource).as_slice() {
                [] => program.absent(mapped),
                [one] => {
                    met.push(&one.urn);
                    found(one, mapped)
                }
                several => {
                    let urns = several.iter().map(|one| one.urn.clone()).collect();
                    migration.ambiguous.push(Ambiguous { address: resource.address.clone(), urns });
                    Verdict::NotDeclared { kind: mapped.kind.clone(), id: mapped.id.clone() }
                }
            },
        };
        migration.lines.push(Line {
            address: resource.address.clone(),
            kind: resource.kind.clone(),
            is_protected: resource.is_protected,
            verdict,
        });
    }
    migration.ambiguous.extend(twice(&migration.lines));
    let others = planned.iter().filter(|one| one.managed.is_none() && !met.contains(&&one.urn));
    migration.not_in_file =
        others.map(|one| NotInFile { urn: one.urn.clone(), id: one.id.clone() }).collect();
    migration
}

fn found(one: &Planned, mapped: &Mapped) -> Verdict {
    let urn = one.urn.clone();
    match &one.managed {
        Some(id) if folded(id) == folded(&mapped.id) => Verdict::Managed { urn, id: id.clone() },
        Some(_) if mapped.lives_in_state => {
            Verdict::Left { why: format!("the stack has another value as `{urn}` already") }
        }
        // As the program spells it, where both mean the same.
        _ => Verdict::Adopted { urn, id: one.id.clone().unwrap_or_else(|| mapped.id.clone()) },
    }
}

/// Resources of the program that several of the file would be.
fn twice(lines: &[Line]) -> Vec<Ambiguous> {
    let mut first: BTreeMap<&Urn, &str> = BTreeMap::new();
    let mut twice = Vec::new();
    for line in lines {
        if let Verdict::Adopted { urn, .. } = &line.verdict
            && first.insert(urn, &line.address).is_some()
        {
            twice.push(Ambiguous { address: line.address.clone(), urns: vec![urn.clone()] });
        }
    }
    twice
}

/// The resources of the program, by what they are found by.
struct Declared<'p> {
    ids: BTreeMap<(&'p str, String), Vec<&'p Planned>>,
    parts: BTreeMap<(&'p str, String), &'p Planned>,
    /// By type and last name.
    names: BTreeMap<(&'p str, &'p str, String), Vec<&'p Planned>>,
}

impl<'p> Declared<'p> {
    fn new(planned: &'p [Planned]) -> Self {
        let mut declared = Declared { ids: BTreeMap::new(), parts: BTreeMap::new(), names: BTreeMap::new() };
        for one in planned {
            let (provider, name) = (one.provider.as_str(), one.urn.name().rsplit('/').next());
            if let Some(id) = &one.id {
                declared.ids.entry((provider, folded(id))).or_default().push(one);
            }
            for part in &one.parts {
                declared.parts.insert((provider, folded(part)), one);
            }
            let name = spoken(name.unwrap_or_default());
            declared.names.entry((provider, &one.kind, name)).or_default().push(one);
        }
        declared
    }

    fn find(&self, mapped: &'p Mapped, resource: &Foreign) -> Vec<&'p Planned> {
        let provider = mapped.provider.as_str();
        if !mapped.lives_in_state {
            return self.ids.get(&(provider, folded(&mapped.id))).cloned().unwrap_or_default();
        }
        let with_key = resource.key.as_ref().map(|key| format!("{}-{key}", resource.name));
        let names = with_key.iter().map(String::as_str).chain([resource.name.as_str()]);
        let mut found =
            names.filter_map(|name| self.names.get(&(provider, mapped.kind.as_str(), spoken(name))));
        found.next().cloned().unwrap_or_default()
    }

    fn absent(&self, mapped: &'p Mapped) -> Verdict {
        let id = mapped.id.clone();
        match self.parts.get(&(mapped.provider.as_str(), folded(&mapped.id))) {
            Some(whole) => Verdict::Part { of: whole.urn.to_string(), id },
            None => Verdict::NotDeclared { kind: mapped.kind.clone(), id },
        }
    }
}

/// What ids that mean the same have in common.
pub(crate) fn folded(id: &str) -> String {
    id.trim_end_matches('/').to_ascii_lowercase()
}

/// What names have in common that differ only in how words are joined.
fn spoken(name: &str) -> String {
    tidy(name).replace(['_', '.'], "-").to_lowercase()
}
