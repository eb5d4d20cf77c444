//! Which resources are to be taken over: from the command line, or from a file with many.

use crate::Config;
use crate::Urn;
use crate::cli::Target;
use crate::cli::failure::Failure;
use crate::config::{ConfigError, ConfigProblem, Place, Placed, read_value, unknown};
use crate::plan::ImportRequest;
use crate::program::Registration;
use std::collections::BTreeMap;
use std::path::Path;

/// What is asked for, as it was typed.
pub(in crate::cli::commands) enum Asked<'a> {
    /// One resource and its id.
    One(&'a str, &'a str),
    /// A file with a list of them.
    File(&'a Path),
}

/// A resource and its id, as a file has them.
#[derive(Debug, Config)]
struct Line {
    /// A resource of the program: its URN, or a name that only one has.
    resource: String,
    /// Its id in the cloud.
    id: String,
}

/// The resources of the program that are meant.
///
/// # Errors
/// Everything that is wrong with what was asked for; of a file, with its places.
pub(super) fn requests(
    target: &Target<'_>,
    asked: &Asked<'_>,
    registrations: &[Registration],
) -> Result<Vec<ImportRequest>, Failure> {
    let stacks: Vec<&str> = target.program().references.iter().map(|reference| reference.stack).collect();
    let declared = Declared { registrations, stacks: &stacks };
    match asked {
        Asked::One(resource, id) => {
            let one = declared.request(resource, id);
            one.map(|one| vec![one])
                .map_err(|message| Failure::usage(message, "`preview` shows what there is"))
        }
        Asked::File(file) => of_file(target, file, &declared),
    }
}

fn of_file(target: &Target<'_>, file: &Path, declared: &Declared<'_>) -> Result<Vec<ImportRequest>, Failure> {
    let name = file.display().to_string();
    let bytes = match target.workspace.plans.read(&target.workspace.start.join(file)) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => {
            let failure = Failure::failed(format!("there is no file {name}"));
            return Err(failure.with_hint("name a file with a list of `resource:` and `id:`"));
        }
        Err(error) => return Err(Failure::failed(format!("{name} cannot be read")).with_cause(error)),
    };
    let text = String::from_utf8(bytes).map_err(|_| wrong(format!("{name}: this is no text in UTF-8")))?;
    let lines: Vec<Placed<Line>> = read_value(&name, &text).map_err(|error| wrong(error.to_string()))?;
    if lines.is_empty() {
        return Err(wrong(format!("{name}: the list is empty")));
    }
    let mut problems = Vec::new();
    let mut requests: Vec<ImportRequest> = Vec::new();
    let mut urns: BTreeMap<Urn, Place> = BTreeMap::new();
    let mut ids: BTreeMap<String, Place> = BTreeMap::new();
    for Placed { place, value: Line { resource, id } } in lines {
        let mut problem = |message| problems.push(problem_at(&place, message));
        match declared.request(&resource, &id) {
            Err(message) => problem(message),
            Ok(request) => {
                if let Some(first) = urns.insert(request.urn.clone(), place.clone()) {
                    problem(format!("`{resource}` was taken over at {first} already: leave one of them out"));
                }
                if let Some(first) = ids.insert(id.to_ascii_lowercase(), place.clone()) {
                    problem(format!("`{id}` was given at {first} already, and nothing can be two resources"));
                }
                requests.push(request);
            }
        }
    }
    match problems.is_empty() {
        true => Ok(requests),
        false => Err(wrong(ConfigError::new(problems).to_string())),
    }
}

fn problem_at(place: &Place, message: String) -> ConfigProblem {
    ConfigProblem { place: place.clone(), path: String::new(), message }
}

fn wrong(message: String) -> Failure {
    Failure::failed(message).with_hint("correct the file: nothing was taken over")
}

/// What can be taken over.
struct Declared<'d> {
    registrations: &'d [Registration],
    /// The stacks that the program refers to.
    stacks: &'d [&'d str],
}

impl Declared<'_> {
    /// A resource by its URN, or by a name that only one has.
    fn request(&self, resource: &str, id: &str) -> Result<ImportRequest, String> {
        let (resource, id) = (resource.trim(), id.trim());
        if id.is_empty() {
            return Err(format!("`{resource}` is given no id: say under which id the cloud has it"));
        }
        let of_name = |one: &&Registration| one.urn.as_str() == resource || one.urn.name() == resource;
        let found: Vec<&Registration> = self.registrations.iter().filter(of_name).collect();
        match found.as_slice() {
            [one] if one.is_query => Err(format!(
                "`{resource}` at {} is only read, and is not taken over: declare a resource for it",
                one.location
            )),
            [one] => Ok(ImportRequest { urn: one.urn.clone(), id: id.to_owned() }),
            [] => Err(self.not_declared(resource)),
            several => {
                let urns: Vec<String> = several.iter().map(|one| format!("`{}`", one.urn)).collect();
                Err(format!("`{resource}` can mean each of {}: say which", urns.join(", ")))
            }
        }
    }

    fn not_declared(&self, resource: &str) -> String {
        if self.stacks.contains(&resource) {
            return format!(
                "`{resource}` is another stack, which this one only refers to: take resources over there, with \
                 `--stack {resource}`"
            );
        }
        let inside = format!("{resource}/");
        let inner =
            self.registrations.iter().map(|one| one.urn.name()).find(|name| name.starts_with(&inside));
        if let Some(inner) = inner {
            return format!("`{resource}` is a component: name what is in it, such as `{inner}`");
        }
        let own = self.registrations.first().map(|one| one.urn.as_str());
        let stack = |urn: &str| urn.split_once("::").map(|(stack, _)| stack.to_owned());
        if resource.starts_with("urn:") && own.is_some_and(|own| stack(own) != stack(resource)) {
            return format!(
                "`{resource}` is of another stack: choose that one, with `--environment`, `--region` and `--stack`"
            );
        }
        let names = self.registrations.iter().filter(|one| !one.is_query).map(|one| one.urn.name());
        let message = unknown("resource", resource, names);
        match self.registrations.len() > 10 && !message.contains("did you mean") {
            true => format!("the program declares no resource `{resource}`: declare it first"),
            false => message,
        }
    }
}
