//! The parameters of a template: what it cannot say, and whoever deploys it must.

use atp_iac::value::{Kind, Path};
use atp_iac::{StackName, Urn};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// A parameter of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its type in the template, such as `securestring`.
    pub kind: &'static str,
    /// Where its value comes from.
    pub source: Source,
    /// The same, for people.
    pub description: String,
}

/// Where the value of a parameter comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A program computes it, or it is secret: what stands at a path of the inputs of a resource.
    Input {
        /// Which resource.
        urn: Urn,
        /// Where in its inputs.
        path: Path,
    },
    /// What another stack says of what it deployed.
    Output {
        /// Which stack.
        stack: StackName,
        /// Which output.
        output: String,
        /// Where in it.
        path: Path,
    },
}

/// The parameters by name.
#[derive(Debug, Default)]
pub(super) struct Parameters(pub BTreeMap<String, Parameter>);

impl Parameters {
    /// A parameter with a name like `wanted`.
    pub fn add(
        &mut self,
        wanted: &str,
        kind: Kind,
        secret: bool,
        source: Source,
        description: String,
    ) -> String {
        let base = name(wanted);
        let mut name = base.clone();
        let mut number = 2;
        while self.0.contains_key(&name) {
            name = format!("{base}_{number}");
            number += 1;
        }
        self.0.insert(name.clone(), Parameter { kind: type_of(kind, secret), source, description });
        name
    }

    /// The part `parameters` of a template that uses these.
    pub fn declared(&self, used: &BTreeSet<String>) -> Json {
        let declared = self.0.iter().filter(|(name, _)| used.contains(*name)).map(|(name, parameter)| {
            let metadata = json!({ "description": parameter.description });
            (name.clone(), json!({ "type": parameter.kind, "metadata": metadata }))
        });
        Json::Object(declared.collect())
    }
}

/// The part `parameters` of a nested deployment: all as they are in the template around it.
pub(super) fn passed_on(used: &BTreeSet<String>) -> Json {
    let passed =
        used.iter().map(|name| (name.clone(), json!({ "value": format!("[parameters('{name}')]") })));
    Json::Object(passed.collect::<Map<_, _>>())
}

/// The type of a value in a template.
pub(super) fn type_of(kind: Kind, secret: bool) -> &'static str {
    match (kind, secret) {
        (Kind::Map | Kind::List | Kind::Number | Kind::Bool, true) => "secureObject",
        (_, true) => "securestring",
        (Kind::Map, false) => "object",
        (Kind::List, false) => "array",
        (Kind::Number, false) => "int",
        (Kind::Bool, false) => "bool",
        (Kind::String | Kind::Any | Kind::Null, false) => "string",
    }
}

/// Letters, digits and underscores only.
fn name(wanted: &str) -> String {
    let plain: String = wanted.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let words: Vec<&str> = plain.split('_').filter(|word| !word.is_empty()).collect();
    words.join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output() -> Source {
        let stack = StackName::new("dev", "north", "net").unwrap();
        Source::Output { stack, output: "uri".to_owned(), path: Path::root() }
    }

    #[test]
    fn names_are_plain_and_no_two_are_the_same() {
        let mut parameters = Parameters::default();
        let mut add = |wanted: &str| parameters.add(wanted, Kind::String, false, output(), String::new());
        assert_eq!(add("access/reads-secrets name"), "access_reads_secrets_name");
        assert_eq!(add("access.reads_secrets.name"), "access_reads_secrets_name_2");
    }

    #[test]
    fn only_what_is_used_is_declared_and_a_secret_has_no_plain_type() {
        let mut parameters = Parameters::default();
        parameters.add("password", Kind::String, true, output(), "why".to_owned());
        parameters.add("other", Kind::Map, true, output(), String::new());
        let used = BTreeSet::from(["password".to_owned()]);
        assert_eq!(
            parameters.declared(&used),
            json!({ "password": { "type": "securestring", "metadata": { "description": "why" } } })
        );
        assert_eq!(parameters.0["other"].kind, "secureObject");
        assert_eq!(passed_on(&used), json!({ "password": { "value": "[parameters('password')]" } }));
    }
}
