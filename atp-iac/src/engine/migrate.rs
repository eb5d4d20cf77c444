//! Takes over what another tool manages: for a program that is there already, or as a program.

use super::discover::{Declared, DiscoverOptions, Discovered, DiscoveryNote, write};
use super::{Deployment, Engine, EngineError, Kind, UpdateOptions};
use crate::config::unknown;
use crate::migrate::{
    Foreign, ForeignFile, Line, Mapped, Migration, Planned, Verdict, claims, folded, matched, names,
    numbered, tidy,
};
use crate::plan::{Operation, OperationKind};
use crate::provider::{Found, Nested, Provider, ProviderError};
use crate::state::StateView;
use crate::value::Value;
use futures::StreamExt;
use std::collections::{BTreeMap, BTreeSet};

/// An object to declare.
struct Wanted {
    /// Which resource of the file it is; `None` for a part that only its parent shows.
    line: Option<usize>,
    name: String,
    kind: String,
    id: String,
}

impl Engine {
    /// What of a file of another tool the program of a stack declares, by the ids that its plan predicts. Writes nothing.
    ///
    /// # Errors
    /// As [`Engine::preview`].
    pub async fn migration(
        &self,
        deployment: &Deployment,
        options: &UpdateOptions,
        file: &ForeignFile,
    ) -> Result<Migration, EngineError> {
        let preview = self.preview(deployment, Kind::Up, options).await?;
        let view = self.state(&deployment.name).await?;
        let claims = claims(file, self.providers.values().map(AsRef::as_ref));
        let planned = preview.plan.operations.iter().filter_map(|one| self.planned(one, view.as_ref()));
        let planned: Vec<Planned> = planned.collect();
        Ok(matched(file, &claims, &planned))
    }

    /// What a plan says that a resource of the program will be.
    fn planned(&self, one: &Operation, view: Option<&StateView>) -> Option<Planned> {
        let options = one.options.as_ref()?;
        if matches!(one.action, OperationKind::Read | OperationKind::Delete | OperationKind::Retain) {
            return None;
        }
        let provider = self.providers.get(&one.provider)?;
        let id = options.import.clone().or_else(|| provider.id(&one.kind, &one.inputs));
        let parts = id.iter().flat_map(|id| provider.nested(&one.kind, id, &one.inputs));
        Some(Planned {
            urn: one.urn.clone(),
            provider: one.provider.clone(),
            kind: one.kind.clone(),
            parts: parts.map(|part| part.id).collect(),
            managed: view.and_then(|view| view.get(&one.urn)).map(|known| known.id.clone()),
            id,
        })
    }

    /// A program that declares what a file of another tool has of the objects of one provider, as the cloud says that they
    /// are. Reads only.
    ///
    /// # Errors
    /// When there is no such provider, and when it cannot be reached or writes no programs. What cannot be read is in the
    /// lines.
    pub async fn written_migration(
        &self,
        provider: &str,
        file: &ForeignFile,
        options: DiscoverOptions,
    ) -> Result<(Migration, Option<Discovered>), EngineError> {
        let provider = self.providers.get(provider).ok_or_else(|| {
            let known = self.providers.keys().map(String::as_str);
            EngineError::UnknownProvider { message: unknown("provider", provider, known) }
        })?;
        let provider = provider.as_ref();
        let verified = self.limits().ask(None, provider.verify()).await;
        verified.map_err(|error| EngineError::Cloud { provider: provider.describe(), error })?;
        let claims = claims(file, self.providers.values().map(AsRef::as_ref));
        let mut notes = Vec::new();
        let managed = match options.include_managed {
            true => BTreeMap::new(),
            false => self.managed_by(provider.name(), &mut notes).await?,
        };
        let mut lines = lines(file, &claims);
        let mut wanted = Vec::new();
        let known: Vec<(usize, &Mapped)> =
            claims.iter().enumerate().filter_map(|(at, claim)| Some((at, claim.as_ref().ok()?))).collect();
        let foreign: Vec<&Foreign> = known.iter().filter_map(|(at, _)| file.resources.get(*at)).collect();
        for ((at, Mapped { provider: of, kind, id, .. }), name) in
            known.into_iter().zip(names(file.tool, &foreign))
        {
            let verdict = match managed.get(&folded(id)) {
                _ if of != provider.name() => Some(Verdict::Left { why: by_hand(of, kind) }),
                Some(urn) => Some(Verdict::Managed { urn: urn.clone(), id: id.clone() }),
                None => None,
            };
            match verdict {
                Some(verdict) => judge(&mut lines, Some(at), verdict),
                None => wanted.push(Wanted { line: Some(at), name, kind: kind.clone(), id: id.clone() }),
            }
        }
        let declared = self.read_wanted(provider, wanted, &mut lines, &mut notes).await;
        let migration = Migration { lines, ..Migration::default() };
        if declared.is_empty() {
            return Ok((migration, None));
        }
        let (names, declared) = declared.into_iter().unzip();
        let discovered = write(provider, declared, names, notes)?;
        Ok((migration, Some(discovered)))
    }

    /// Reads what is to be declared, and the parts that only it shows; containers come before what lies in them.
    async fn read_wanted(
        &self,
        provider: &dyn Provider,
        mut wanted: Vec<Wanted>,
        lines: &mut [Line],
        notes: &mut Vec<DiscoveryNote>,
    ) -> Vec<(String, Declared)> {
        let mut known: BTreeSet<String> = wanted.iter().map(|one| folded(&one.id)).collect();
        let mut read: Vec<(Wanted, Declared)> = Vec::new();
        while !wanted.is_empty() {
            let reads: Vec<_> = wanted.into_iter().map(|one| self.read_one(provider, one)).collect();
            let answers: Vec<_> = futures::stream::iter(reads).buffered(self.parallel).collect().await;
            wanted = Vec::new();
            for (one, answer) in answers {
                match answer {
                    Ok(declared) => {
                        wanted.extend(parts(provider, &one, &declared, &mut known));
                        read.push((one, declared));
                    }
                    Err(verdict) => leave(lines, notes, one, verdict),
                }
            }
        }
        let inner: BTreeMap<String, String> =
            read.iter().flat_map(|(one, own)| own_parts(provider, one, own)).collect();
        let (part, mut whole): (Vec<_>, Vec<_>) =
            read.into_iter().partition(|(one, _)| inner.contains_key(&folded(&one.id)));
        for (one, _) in part {
            let of = inner.get(&folded(&one.id)).cloned().unwrap_or_default();
            judge(lines, one.line, Verdict::Part { of, id: one.id });
        }
        // A path sorts behind what it begins with.
        whole.sort_by_cached_key(|(one, _)| folded(&one.id));
        // Parts that only their parents show may be called as something else is.
        let names = numbered(whole.iter().map(|(one, _)| one.name.as_str()));
        let declare = |((one, declared), name): ((Wanted, Declared), String)| {
            judge(lines, one.line, Verdict::Declared { name: name.clone(), kind: one.kind, id: one.id });
            (name, declared)
        };
        whole.into_iter().zip(names).map(declare).collect()
    }

    async fn read_one(&self, provider: &dyn Provider, one: Wanted) -> (Wanted, Result<Declared, Verdict>) {
        let outputs = self.limits().ask(None, provider.find(&one.kind, &one.id)).await;
        let left = |why: &str| Verdict::Left { why: why.to_owned() };
        let declared = match outputs {
            Ok(Some(outputs)) => match provider.inputs_of(&one.kind, &one.id, &outputs) {
                Some(inputs) => {
                    let found = Found { kind: one.kind.clone(), id: one.id.clone(), outputs: Some(outputs) };
                    Ok(Declared { found, inputs })
                }
                None => {
                    Err(left("the provider cannot say what a program would say of it: declare it by hand"))
                }
            },
            Ok(None) => Err(left("it is not there any more: take it out of the other tool")),
            Err(error) => Err(unread(&one, &error)),
        };
        (one, declared)
    }
}

/// What is not decided yet is not declared.
fn lines(file: &ForeignFile, claims: &[Result<Mapped, String>]) -> Vec<Line> {
    let line = |(resource, claim): (&Foreign, &Result<Mapped, String>)| Line {
        address: resource.address.clone(),
        kind: resource.kind.clone(),
        is_protected: resource.is_protected,
        verdict: match claim {
            Ok(Mapped { kind, id, .. }) => Verdict::NotDeclared { kind: kind.clone(), id: id.clone() },
            Err(why) => Verdict::Left { why: why.clone() },
        },
    };
    file.resources.iter().zip(claims).map(line).collect()
}

fn judge(lines: &mut [Line], at: Option<usize>, verdict: Verdict) {
    if let Some(line) = at.and_then(|at| lines.get_mut(at)) {
        line.verdict = verdict;
    }
}

/// What is not declared is told by its line, or by a note where it has none.
fn leave(lines: &mut [Line], notes: &mut Vec<DiscoveryNote>, one: Wanted, verdict: Verdict) {
    if one.line.is_none()
        && let Verdict::Left { why } | Verdict::Unread { why, .. } = &verdict
    {
        notes.push(DiscoveryNote::LeftOut { kind: one.kind, id: one.id, why: why.clone() });
    }
    judge(lines, one.line, verdict);
}

fn by_hand(provider: &str, kind: &str) -> String {
    format!(
        "declare it by hand, as `{kind}` of the provider `{provider}`, and run this again without `--out`"
    )
}

fn unread(one: &Wanted, error: &ProviderError) -> Verdict {
    let hint = error.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
    let why = format!("{}: {error}{hint}", error.code);
    Verdict::Unread { kind: one.kind.clone(), id: one.id.clone(), why }
}

/// The parts of a resource that its inputs do not say, because they are resources of their own.
fn parts(
    provider: &dyn Provider,
    one: &Wanted,
    declared: &Declared,
    known: &mut BTreeSet<String>,
) -> Vec<Wanted> {
    let nothing = Value::map();
    let outputs = declared.found.outputs.as_ref().unwrap_or(&nothing);
    let said: BTreeSet<String> =
        provider.nested(&one.kind, &one.id, &declared.inputs).iter().map(|part| folded(&part.id)).collect();
    let shown = provider.nested(&one.kind, &one.id, outputs).into_iter();
    let new = shown.filter(|part| !said.contains(&folded(&part.id)) && known.insert(folded(&part.id)));
    let wanted = |Nested { kind, id, .. }: Nested| {
        let own = id.rsplit('/').next().unwrap_or_default();
        Wanted { line: None, name: tidy(&format!("{}-{own}", one.name)), kind, id }
    };
    new.map(wanted).collect()
}

/// The parts that the inputs of a resource say, with its name.
fn own_parts<'a>(
    provider: &dyn Provider,
    one: &'a Wanted,
    declared: &Declared,
) -> impl Iterator<Item = (String, String)> + use<'a> {
    let parts = provider.nested(&one.kind, &one.id, &declared.inputs);
    parts.into_iter().map(|part| (folded(&part.id), one.name.clone()))
}
