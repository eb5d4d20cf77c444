//! What handles offer.

use super::{Action, Builder, Field, Form, Output, Struct};
use crate::generate::schema::{Kind, Node};
use crate::generate::{names, tables};
use std::collections::BTreeSet;

impl Builder<'_> {
    /// The actions that give out secrets and change nothing.
    pub(super) fn actions(&mut self) -> Vec<Action> {
        let mut actions = Vec::new();
        for (wire, facts) in self.document.fact("functions").as_object().into_iter().flatten() {
            let tells = ["list", "sharedKeys", "readonlykeys"].iter().any(|start| wire.starts_with(start));
            let secret = ["keys", "sas", "credential", "connectionstrings"];
            if !tells || !secret.iter().any(|part| wire.to_ascii_lowercase().contains(part)) {
                continue;
            }
            let name = self.unique(&names::nested(self.entry.name, wire));
            self.used.insert(format!("{name}Handle"));
            let mut fields = Vec::new();
            if facts.get("input").is_some() {
                let mut reserved = BTreeSet::from(["resource".to_owned()]);
                let input = self.document.node(&facts["input"]);
                self.fields(input, "", "", &name, &mut reserved, &mut fields);
            }
            let mut outputs = Vec::new();
            for (wire, node) in self.document.node(&facts["output"]).properties() {
                outputs.push(Output {
                    rust: names::snake(wire),
                    wire: wire.to_owned(),
                    kind: answer_type(node),
                });
                let Kind::List(Some(item)) = node.kind() else { continue };
                for (part, child) in item.properties() {
                    let rust = names::snake(&format!("{}_{part}", names::singular(wire)));
                    outputs.push(Output { rust, wire: format!("{wire}/*/{part}"), kind: answer_type(child) });
                }
            }
            let main = Struct { name, path: String::new(), fields };
            actions.push(Action { wire: wire.clone(), main, outputs });
        }
        actions
    }

    /// What a handle offers: every property of the body and of its `properties`, and what only the service sets in
    /// the objects in them.
    pub(super) fn outputs(&mut self, fields: &[Field]) -> Vec<Output> {
        let mut outputs: Vec<Output> = fields
            .iter()
            .filter(|field| !field.write_only)
            .map(|field| {
                let kind = match field.form {
                    Form::Single => field.item.clone(),
                    Form::List => format!("Vec<{}>", field.item),
                    Form::Map => format!("BTreeMap<String, {}>", field.item),
                };
                Output { rust: field.rust.clone(), wire: field.wire.clone(), kind }
            })
            .collect();
        let body = self.document.body().properties();
        let nested = body.get("properties").map(|node| node.properties()).unwrap_or_default();
        let all = body.iter().map(|(name, node)| (String::new(), *name, *node));
        for (prefix, name, node) in
            all.chain(nested.iter().map(|(n, node)| ("properties/".to_owned(), *n, *node)))
        {
            if ["properties", "systemData"].contains(&name) {
                continue;
            }
            let wire = format!("{prefix}{name}");
            let path = wire.replace('/', ".");
            if tables::omitted(self.entry.kind, &path) {
                continue;
            }
            let computed = tables::computed(self.entry.kind, &path) || node.is_only_read();
            if node.read_only() || computed {
                outputs.push(Output {
                    rust: names::snake(name),
                    kind: output_type(node),
                    wire: wire.clone(),
                });
            }
            if matches!(node.kind(), Kind::Object) && !node.is_resource() && !node.is_bare_reference() {
                for (part, child) in node.properties() {
                    if (node.read_only() || child.read_only())
                        && !matches!(output_type(child).as_str(), "Value")
                    {
                        let rust = names::snake(&format!("{name}_{part}"));
                        outputs.push(Output {
                            rust,
                            wire: format!("{wire}/{part}"),
                            kind: output_type(child),
                        });
                    }
                }
            }
        }
        outputs.sort_by(|a, b| a.rust.cmp(&b.rust));
        let mut seen: BTreeSet<String> = ["id", "name", "urn"].map(str::to_owned).into();
        for output in &mut outputs {
            if !seen.insert(output.rust.clone()) {
                output.rust += "_property";
                seen.insert(output.rust.clone());
            }
        }
        outputs
    }
}

/// What an action says, all of which is secret.
fn answer_type(node: Node<'_>) -> String {
    let kind = output_type(node);
    let inner = kind.strip_prefix("Secret<").and_then(|rest| rest.strip_suffix('>'));
    inner.map_or(kind.clone(), str::to_owned)
}

fn output_type(node: Node<'_>) -> String {
    let scalar = |node: Node<'_>| match node.kind() {
        Kind::Boolean => "bool",
        Kind::Integer => "i64",
        Kind::Number => "f64",
        Kind::String => "String",
        _ => "Value",
    };
    if node.secret() {
        return "Secret<String>".into();
    }
    match node.kind() {
        Kind::List(Some(items)) if scalar(items) != "Value" => format!("Vec<{}>", scalar(items)),
        _ => scalar(node).into(),
    }
}
