//! Rust code that declares resources which exist: what `import` writes.
//!
//! Each resource is its typed structure, or a [`RawResource`](crate::RawResource) where that cannot say what is to be
//! said. Where a property names another declared resource, the code uses that one's id. Secrets, which no service shows,
//! are fields of a structure that the program's configuration can have.

mod json;
mod layout;
mod names;
mod resource;
mod shared;
mod values;
mod wiring;

use crate::provider::API_VERSION;
use crate::provider::body::without_address;
use crate::provider::catalog::Catalog;
use atp_iac::provider::Declaration;
use atp_iac::value::{Map, Value};
use layout::Expr;
use names::Names;
use resource::Writer;
use shared::{scope, shared_tags, tags_of};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write};
use wiring::Wiring;

/// The code of a module with a function that declares these resources.
pub(crate) fn module(catalog: &Catalog, declarations: &[Declaration<'_>]) -> String {
    let mut code = String::new();
    // Writing to a `String` does not fail.
    let _ = Module::new(catalog, declarations).write(&mut code);
    code
}

struct Module<'a> {
    catalog: &'a Catalog,
    declarations: &'a [Declaration<'a>],
    wiring: Wiring,
    /// What most ids begin with.
    scope: String,
    modules: BTreeSet<String>,
    /// Secrets that have to be given: the field, and what it is for.
    hidden: Vec<(String, String)>,
    fields: Names,
    /// Variables for the tags that several resources have, by the code of the tags.
    tags: BTreeMap<String, String>,
    imports_whole_ids: bool,
}

impl<'a> Module<'a> {
    fn new(catalog: &'a Catalog, declarations: &'a [Declaration<'a>]) -> Self {
        Module {
            catalog,
            declarations,
            wiring: Wiring::new(declarations),
            scope: scope(declarations),
            modules: BTreeSet::new(),
            hidden: Vec::new(),
            fields: Names::default(),
            tags: shared_tags(declarations),
            imports_whole_ids: false,
        }
    }

    fn write(mut self, out: &mut String) -> fmt::Result {
        let mut body = String::new();
        let mut done = BTreeSet::new();
        let order = self.wiring.order();
        let used: BTreeSet<usize> = self.wiring.uses.iter().flatten().copied().collect();
        for (number, position) in order.into_iter().enumerate() {
            let Some(declaration) = self.declarations.get(position) else { continue };
            if number > 0 {
                body.push('\n');
            }
            body += &self.resource(position, declaration, &done, used.contains(&position));
            done.insert(position);
        }
        let mut tags: Vec<(&String, &String)> = self.tags.iter().map(|(code, name)| (name, code)).collect();
        tags.sort();
        let tags = tags.into_iter().map(|(name, _)| self.tag_statement(name)).collect::<String>();
        let tags = if tags.is_empty() { tags } else { tags + "\n" };
        self.head(&body, out)?;
        let hidden = if self.hidden.is_empty() { "" } else { ", hidden: &Hidden" };
        let _ = writeln!(
            out,
            "/// Declares everything.\n///\n/// # Errors\n/// When a name is taken, or a text is no id."
        );
        writeln!(
            out,
            "pub fn declare(cx: &mut Context{hidden}) -> Result<()> {{\n{tags}{body}    Ok(())\n}}"
        )?;
        if !self.scope.is_empty() {
            writeln!(
                out,
                "\n/// The options of a resource that is taken over.\nfn import(path: &str) -> Options {{\n    \
                 Options::new().import(format!(\"{{SCOPE}}{{path}}\"))\n}}"
            )?;
        }
        Ok(())
    }

    fn head(&self, body: &str, out: &mut String) -> fmt::Result {
        writeln!(
            out,
            "//! Resources that existed before they were declared here.\n//!\n//! The options say which ids are taken over; \
             once that is done, they can go.\n"
        )?;
        let mut azure: Vec<String> = self.modules.iter().cloned().collect();
        if body.contains("RawResource::new(") {
            azure.insert(0, "RawResource".to_owned());
        }
        out.push_str(&layout::use_list("atp_azure", &azure));
        let mut engine = vec!["Context".to_owned()];
        if !self.scope.is_empty() || self.imports_whole_ids {
            engine.push("Options".to_owned());
        }
        engine.push("Result".to_owned());
        if !self.hidden.is_empty() {
            engine.insert(0, "Config".to_owned());
            engine.push("Secret".to_owned());
        }
        out.push_str(&layout::use_list("atp_iac", &engine));
        if body.contains("json!(") {
            writeln!(out, "use serde_json::json;")?;
        }
        out.push('\n');
        if !self.scope.is_empty() {
            writeln!(out, "/// What everything is in.\n{}", layout::constant("SCOPE", "&str", &self.scope))?;
        }
        if !self.hidden.is_empty() {
            writeln!(
                out,
                "/// What no service shows: it is to be given.\n#[derive(Clone, Debug, Config)]\npub struct Hidden {{"
            )?;
            for (field, what) in &self.hidden {
                writeln!(out, "    /// {what}\n    pub {field}: Secret<String>,")?;
            }
            writeln!(out, "}}\n")?;
        }
        Ok(())
    }

    /// The statement of a variable with tags.
    fn tag_statement(&self, name: &str) -> String {
        let all = self.declarations.iter().filter_map(|own| own.inputs.get("tags")?.as_map());
        let mut own =
            all.map(tags_of).filter(|tags| self.tags.get(&tags.flat()).is_some_and(|own| own == name));
        own.next().map(|tags| layout::statement(Some(name), &tags, 4)).unwrap_or_default()
    }

    /// The statements of one resource.
    fn resource(
        &mut self,
        position: usize,
        declaration: &Declaration<'_>,
        done: &BTreeSet<usize>,
        is_used: bool,
    ) -> String {
        let (expression, wired) = self.expression(declaration, done);
        let variable = self.wiring.variables.get(position).cloned().unwrap_or_default();
        let mut code = layout::statement(Some(&variable), &expression, 4);
        let mut options = self.options(declaration.id);
        let uses = self.wiring.uses.get(position).into_iter().flatten();
        for used in uses.filter(|used| done.contains(used) && !wired.contains(used)) {
            let name = self.wiring.variables.get(*used).map(String::as_str).unwrap_or_default();
            options = options.then("depends_on", [Expr::atom(format!("&{name}"))]);
        }
        let arguments = [Expr::text(declaration.name), options, Expr::atom(variable.clone())];
        let add = Expr::Try(Box::new(Expr::atom("cx").then("add_with", arguments)));
        code += &layout::statement(is_used.then_some(variable.as_str()), &add, 4);
        code
    }

    fn options(&mut self, id: &str) -> Expr {
        let start = id.get(..self.scope.len()).is_some_and(|start| start == self.scope);
        match id.get(self.scope.len()..) {
            Some(rest) if start && !self.scope.is_empty() => Expr::call("import", [Expr::text(rest)]),
            _ => {
                self.imports_whole_ids = true;
                Expr::call("Options::new", []).then("import", [Expr::text(id)])
            }
        }
    }

    /// The expression of a resource, and which others it uses.
    fn expression(
        &mut self,
        declaration: &Declaration<'_>,
        done: &BTreeSet<usize>,
    ) -> (Expr, BTreeSet<usize>) {
        let empty = Map::new();
        let inputs = declaration.inputs.as_map().unwrap_or(&empty);
        let descriptor = self.catalog.find(declaration.kind);
        if let Some(typed) = resource::typed_of(descriptor, inputs) {
            let mut writer = Writer::new(self.catalog, &self.wiring, done, typed);
            if let Ok(expression) = writer.resource(inputs) {
                let Writer { wired, hidden, modules, .. } = writer;
                self.modules.extend(modules.into_iter().map(str::to_owned));
                let expression = self.with_hidden(expression, declaration.name, &hidden);
                let expression = expression.with_array("tags", &self.tags);
                return (expression, wired);
            }
        }
        self.raw(declaration, inputs, done)
    }

    /// The expression with fields in the place of the marks of what has to be given.
    fn with_hidden(&mut self, expression: Expr, name: &str, hidden: &[resource::Hidden]) -> Expr {
        let fields: BTreeMap<&str, String> = hidden
            .iter()
            .map(|hidden| {
                let last = hidden.path.rsplit('.').next().unwrap_or_default();
                let field = self.fields.variable(&format!("{name}-{last}"));
                self.hidden.push((field.clone(), format!("`{}` of `{name}`.", hidden.path)));
                (hidden.mark.as_str(), format!("hidden.{field}.clone()"))
            })
            .collect();
        expression.replaced(&fields)
    }

    fn raw(
        &mut self,
        declaration: &Declaration<'_>,
        inputs: &Map,
        done: &BTreeSet<usize>,
    ) -> (Expr, BTreeSet<usize>) {
        let text = |key: &str| inputs.get(key).and_then(Value::as_str);
        let descriptor = self.catalog.find(declaration.kind);
        let version = text(API_VERSION).or(descriptor.map(|descriptor| descriptor.api_version));
        let parent = text("parent").unwrap_or_default();
        let mut wired = BTreeSet::new();
        let link =
            self.wiring.link(parent).filter(|link| link.rest.is_empty() && done.contains(&link.position));
        let parent = match link {
            Some(link) => {
                wired.insert(link.position);
                let variable = self.wiring.variables.get(link.position).cloned().unwrap_or_default();
                Expr::Atom(variable).then("id", [])
            }
            None => Expr::text(parent),
        };
        let name = text("name").unwrap_or_default();
        let arguments =
            [Expr::text(declaration.kind), Expr::text(version.unwrap_or_default()), parent, Expr::text(name)];
        let resource = Expr::call("RawResource::new", arguments);
        let body = values::without_secrets(without_address(declaration.inputs)).to_json_masked();
        (resource.then("body", [Expr::Json(body)]), wired)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const GROUP: &str = "/subscriptions/s/resourceGroups/g";

    fn written(all: &[(&str, &str, &str, serde_json::Value)]) -> String {
        let values: Vec<Value> = all.iter().map(|(.., inputs)| Value::from(inputs.clone())).collect();
        let declarations: Vec<Declaration<'_>> = all
            .iter()
            .zip(&values)
            .map(|((name, kind, id, _), inputs)| Declaration { name, kind, id, inputs })
            .collect();
        module(&Catalog::new(crate::descriptors()), &declarations)
    }

    #[test]
    fn a_secret_that_has_to_be_given_is_a_field_and_never_a_value() {
        let vault = format!("{GROUP}/providers/Microsoft.KeyVault/vaults/kv");
        let id = format!("{vault}/secrets/pin");
        let kind = "Microsoft.KeyVault/vaults/secrets";
        for value in [json!({}), json!({"value": "hunter2"})] {
            let code =
                written(&[("pin", kind, &id, json!({"parent": vault, "name": "pin", "properties": value}))]);
            assert!(
                code.contains("    /// `properties.value` of `pin`.\n    pub pin_value: Secret<String>,"),
                "{code}"
            );
            assert!(code.contains("hidden.pin_value.clone(),"), "{code}");
            assert!(
                code.contains("pub fn declare(cx: &mut Context, hidden: &Hidden) -> Result<()> {"),
                "{code}"
            );
            assert!(!code.contains("hunter2"), "{code}");
        }
    }

    #[test]
    fn what_no_field_can_say_is_said_by_its_path() {
        let id = format!("{GROUP}/providers/Microsoft.KeyVault/vaults/kv");
        let vault = |properties: serde_json::Value| {
            let inputs = json!({"parent": GROUP, "name": "kv", "location": "x", "properties": properties});
            written(&[("kv", "Microsoft.KeyVault/vaults", &id, inputs)])
        };
        let code = vault(json!({"tenantId": "t", "sku": {"name": "golden", "family": "A"}, "new": {"a": 1}}));
        assert!(
            code.contains("key_vault::VaultSku::new(atp_iac::Input::<key_vault::VaultSkuName>::Unset)"),
            "{code}"
        );
        assert!(code.contains(".extra(\"properties.sku.name\", atp_iac::Value::from(\"golden\"))"), "{code}");
        assert!(
            code.contains(".extra(\"properties.new\", atp_iac::Value::from(json!({\"a\": 1})))"),
            "{code}"
        );
        let code = vault(json!({"tenantId": "t", "accessPolicies": [{"unheardOf": true}]}));
        assert!(code.contains("json!([{\"unheardOf\": true}])"), "{code}");
    }

    #[test]
    fn what_is_used_without_a_property_that_could_hold_it_is_waited_for() {
        let bar = format!("{GROUP}/providers/Microsoft.Foo/bars/a");
        let inputs =
            json!({"parent": GROUP, "name": "a", "$apiVersion": "2024-01-01", "properties": {"in": GROUP}});
        let code = written(&[
            ("bar", "Microsoft.Foo/bars", &bar, inputs),
            ("group", "Microsoft.Resources/resourceGroups", GROUP, json!({"name": "g", "location": "x"})),
        ]);
        assert!(
            code.contains("RawResource::new(\"Microsoft.Foo/bars\", \"2024-01-01\", group.id(), \"a\")"),
            "{code}"
        );
        assert!(code.find("let group").unwrap() < code.find("let bar").unwrap(), "{code}");
    }
}
