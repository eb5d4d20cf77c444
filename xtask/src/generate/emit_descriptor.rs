//! Writes the descriptor of a type.

use super::descriptor_names::{Rules, rules};
use super::model::{Parent, Resource};
use super::names;
use super::schema::{Document, Kind, Node};
use super::tables;
use anyhow::{Result, bail};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The code of the descriptor, and of the rules for names that the compiler checks.
pub fn emit(document: &Document, resource: &Resource) -> Result<String> {
    let rules = rules(document, &resource.parent);
    let mut shapes = Shapes {
        document,
        located: matches!(resource.parent, Parent::ResourceGroup),
        statics: BTreeMap::new(),
    };
    let body = shapes.object(document.body(), "");
    let mut out = named(resource.entry.name, &rules)?;
    let kind = resource.entry.kind;
    writeln!(out, "/// What is known of `{kind}`.")?;
    writeln!(out, "pub static {}: TypeDescriptor = TypeDescriptor {{", names::constant(resource.entry.name))?;
    writeln!(out, "name: {kind:?}, api_version: {:?},", document.api_version)?;
    writeln!(out, "parent: {},", parent(&resource.parent))?;
    writeln!(out, "names: {},", name_rules(&rules))?;
    writeln!(out, "body: &Shape::Object(&{body}),")?;
    let put =
        method(document, "PUT").unwrap_or_else(|| "Method { codes: &[200, 201], long_running: None }".into());
    writeln!(out, "put: {put},")?;
    for (field, verb) in [("patch", "PATCH"), ("delete", "DELETE")] {
        let method = method(document, verb).map_or("None".into(), |method| format!("Some({method})"));
        writeln!(out, "{field}: {method},")?;
    }
    writeln!(out, "lists: {},", list(&lists(document)))?;
    writeln!(out, "actions: {},", list(&actions(document)))?;
    writeln!(out, "create_only: {},", list(&create_only(document)?))?;
    let references: Vec<String> =
        references(kind).into_iter().map(|(path, target)| format!("({path:?}, {target:?})")).collect();
    writeln!(out, "references: &[{}], }};\n", references.join(", "))?;
    for (name, code) in &shapes.statics {
        writeln!(out, "static {name}: Object = {code};\n")?;
    }
    Ok(out)
}

fn named(name: &str, rules: &Rules) -> Result<String> {
    let Rules { min, max, hyphens, upper, punctuation, .. } = rules;
    let mut out = String::new();
    writeln!(
        out,
        "impl Named for {name} {{ const RULES: atp_iac::NameRules = atp_iac::NameRules {{ min: {min}, max: {max}, hyphens: {hyphens}, upper: {upper}, punctuation: {punctuation} }}; }}\n"
    )?;
    Ok(out)
}

fn name_rules(rules: &Rules) -> String {
    let Rules { min, max, hyphens, upper, unique, .. } = rules;
    let pattern = names::literal(&rules.pattern);
    format!(
        "NameRules {{ min: {min}, max: {max}, pattern: {pattern}, hyphens: {hyphens}, upper: {upper}, unique: Unique::{unique}, fixed: {:?} }}",
        rules.fixed
    )
}

fn parent(parent: &Parent) -> String {
    match parent {
        Parent::Subscription => "Parent::Subscription".into(),
        Parent::ResourceGroup => "Parent::ResourceGroup".into(),
        Parent::Resource(kind, _) => format!("Parent::Resource({kind:?})"),
        Parent::Scope => "Parent::Scope".into(),
    }
}

fn list(texts: &[String]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| format!("{text:?}")).collect();
    format!("&[{}]", quoted.join(", "))
}

fn method(document: &Document, verb: &str) -> Option<String> {
    let facts = &document.fact("operations")[verb];
    let known = facts["codes"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect::<Vec<_>>();
    let reviewed = tables::CODES.iter().find(|(kind, method, _)| (*kind, *method) == (&*document.kind, verb));
    let codes = reviewed.map_or(known, |(_, _, codes)| codes.to_vec());
    if codes.is_empty() {
        return None;
    }
    let lro = &document.fact("lro")[verb];
    let long_running = if facts["lro"].as_bool() == Some(true) || lro["isLro"].as_bool() == Some(true) {
        let headers = facts["lroHeaders"].as_object().into_iter().flatten();
        let headers: BTreeSet<&str> = headers
            .flat_map(|(_, names)| names.as_array().into_iter().flatten().filter_map(Value::as_str))
            .collect();
        let final_state = if lro["finalStateVia"] == "location" { "Location" } else { "Resource" };
        format!(
            "Some(LongRunning {{ azure_async_operation: {}, location: {}, final_state: FinalState::{final_state} }})",
            headers.contains("Azure-AsyncOperation"),
            headers.contains("Location"),
        )
    } else {
        "None".into()
    };
    Some(format!("Method {{ codes: &{codes:?}, long_running: {long_running} }}"))
}

fn lists(document: &Document) -> Vec<String> {
    let lists = document.fact("operations")["LIST"].as_array().into_iter().flatten();
    let lists: BTreeSet<String> = lists.filter_map(Value::as_str).map(str::to_owned).collect();
    lists.into_iter().collect()
}

fn actions(document: &Document) -> Vec<String> {
    let declared = document.fact("functions").as_object().into_iter().flatten();
    let called = document.fact("operations")["POST"].as_object().into_iter().flatten();
    let names: BTreeSet<String> = declared.chain(called).map(|(name, _)| name.clone()).collect();
    names.into_iter().collect()
}

/// Sources that hold by themselves.
fn trusted(source: &str) -> bool {
    source == "sdk" || source == "arm-rpc" || source.starts_with("swagger")
}

fn create_only(document: &Document) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    for (path, sources) in document.fact("mutability")["createOnly"].as_object().into_iter().flatten() {
        let mut sources = sources.as_array().into_iter().flatten().filter_map(Value::as_str);
        let reviewed =
            tables::REVIEWS.iter().find(|review| (review.kind, review.path) == (&document.kind, path));
        let create_only = match reviewed {
            Some(review) => review.create_only,
            None if sources.clone().any(trusted) => true,
            None if sources.any(|source| source == "azurerm") => {
                bail!("only azurerm says that {path} is create-only: decide in tables::REVIEWS")
            }
            None => false,
        };
        if create_only {
            paths.push(path.clone());
        }
    }
    paths.sort();
    Ok(paths)
}

fn references(kind: &str) -> BTreeMap<&'static str, &'static str> {
    let own = tables::REFERENCES.iter().filter(|(owner, _, target)| *owner == kind && *target != tables::ANY);
    own.map(|(_, path, target)| (*path, *target)).collect()
}

struct Shapes<'a> {
    document: &'a Document,
    /// Whether instances have a region of their own, so that the service refuses a body without one.
    located: bool,
    statics: BTreeMap<String, String>,
}

impl<'a> Shapes<'a> {
    /// A constant expression of type `&'static Shape`. `frozen`: only the service sets it, so that the shapes of
    /// lists do not matter.
    fn shape(&mut self, node: Node<'a>, path: &str, frozen: bool) -> String {
        match node.kind() {
            Kind::Any => "&Shape::Any".into(),
            Kind::Boolean => "&Shape::Boolean".into(),
            Kind::Number => "&Shape::Number".into(),
            Kind::Integer => {
                let (min, max) = (node.fact("minimum").as_i64(), node.fact("maximum").as_i64());
                format!("&Shape::Integer {{ min: {min:?}, max: {max:?} }}")
            }
            Kind::String => text(node),
            Kind::List(items) => {
                let item = match items {
                    Some(items) if !frozen => self.shape(items, &format!("{path}[]"), frozen),
                    _ => "&Shape::Any".into(),
                };
                let (min, max) = (node.fact("minItems").as_u64().unwrap_or(0), most(node.fact("maxItems")));
                format!("&Shape::List {{ item: {item}, min: {min}, max: {max} }}")
            }
            Kind::Map(item) => format!("&Shape::Map({})", self.shape(item, &format!("{path}.*"), frozen)),
            Kind::Object if node.is_located_resource() || (node.is_resource() && !path.ends_with(']')) => {
                "&REFERENCE".into()
            }
            Kind::Object | Kind::Union => {
                let Some(definition) = node.definition else {
                    return format!("&Shape::Object(&{})", self.object(node, path));
                };
                let name = format!("OBJECT_{}", names::constant(definition));
                if !self.statics.contains_key(&name) {
                    self.statics.insert(name.clone(), String::new());
                    let code = self.object(node, path);
                    self.statics.insert(name.clone(), code);
                }
                format!("&Shape::Object(&{name})")
            }
        }
    }

    /// A constant expression of type `Object`.
    fn object(&mut self, node: Node<'a>, path: &str) -> String {
        let required = node.required();
        let children = if matches!(node.kind(), Kind::Union) { node.base() } else { node.properties() };
        let mut properties = String::new();
        for (name, child) in children {
            let at = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            let read_only = child.read_only() || tables::computed(&self.document.kind, &at);
            let shape = self.shape(child, &at, read_only);
            let location = at == "location" && self.located;
            let flags = flags(
                required.contains(&name) || location,
                read_only,
                child.write_only(),
                child.secret() || self.document.is_secret(&at),
            );
            // Writing to a `String` does not fail.
            let _ = writeln!(properties, "Property {{ name: {name:?}, shape: {shape}, flags: {flags} }},");
        }
        let additional = node
            .additional()
            .map_or("None".into(), |node| format!("Some({})", self.shape(node, &format!("{path}.*"), false)));
        let variants = match node.fact("discriminator").as_str() {
            None => "None".to_owned(),
            Some(selector) => {
                let variants: Vec<String> = node
                    .variants()
                    .into_iter()
                    .map(|(value, variant)| format!("({value:?}, &{})", self.object(variant, path)))
                    .collect();
                format!("Some(({selector:?}, &[{}]))", variants.join(", "))
            }
        };
        format!("Object {{ properties: &[{properties}], additional: {additional}, variants: {variants} }}")
    }
}

fn flags(required: bool, read_only: bool, write_only: bool, secret: bool) -> String {
    match (required, read_only, write_only, secret) {
        (false, false, false, false) => "Flags::NONE".into(),
        (true, false, false, false) => "Flags::REQUIRED".into(),
        (false, true, false, false) => "Flags::READ_ONLY".into(),
        (false, false, true, false) => "Flags::WRITE_ONLY".into(),
        (false, false, false, true) => "Flags::SECRET".into(),
        _ => format!(
            "Flags {{ required: {required}, read_only: {read_only}, write_only: {write_only}, secret: {secret} }}"
        ),
    }
}

fn most(fact: &Value) -> String {
    fact.as_u64().map_or("usize::MAX".into(), |max| max.to_string())
}

fn text(node: Node<'_>) -> String {
    let (min, max) = (node.fact("minLength").as_u64().unwrap_or(0), most(node.fact("maxLength")));
    let pattern = node.fact("pattern").as_str().filter(|pattern| regex_lite::Regex::new(pattern).is_ok());
    let values = node.values();
    if min == 0 && max == "usize::MAX" && pattern.is_none() && values.is_empty() {
        return "&TEXT".into();
    }
    let pattern = names::literal(pattern.unwrap_or_default());
    format!(
        "&Shape::String(&Text {{ min: {min}, max: {max}, pattern: {pattern}, values: &{values:?}, open: {} }})",
        node.open()
    )
}
