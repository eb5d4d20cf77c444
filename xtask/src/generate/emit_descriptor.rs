//! Writes the descriptor of a type.

use super::descriptor_names::{Rules, rules};
use super::model::{Parent, Resource};
use super::schema::{Document, Kind, Node};
use super::tables;
use super::{emit_typed, facts, names};
use anyhow::{Result, bail};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The code of the descriptor.
pub fn emit(document: &Document, resource: &Resource) -> Result<String> {
    let rules = rules(document, &resource.parent);
    let mut shapes = Shapes {
        document,
        located: matches!(resource.parent, Parent::ResourceGroup),
        in_answer: false,
        statics: BTreeMap::new(),
    };
    let body = shapes.object(document.body(), "");
    shapes.statics.insert("BODY".into(), ("Object", body));
    let actions = actions(document, &mut shapes);
    let mut out = String::new();
    let kind = resource.entry.kind;
    writeln!(out, "/// What is known of `{kind}`.")?;
    writeln!(out, "pub static {}: TypeDescriptor = TypeDescriptor {{", names::constant(resource.entry.name))?;
    writeln!(out, "name: {kind:?}, api_version: {:?},", document.api_version)?;
    writeln!(out, "parent: {},", parent(&resource.parent))?;
    writeln!(out, "names: {},", name_rules(&rules))?;
    writeln!(out, "body: &Shape::Object(&BODY),")?;
    let put =
        method(document, "PUT").unwrap_or_else(|| "Method { codes: &[200, 201], long_running: None }".into());
    writeln!(out, "put: {put},")?;
    for (field, verb) in [("patch", "PATCH"), ("delete", "DELETE")] {
        let method = method(document, verb).map_or("None".into(), |method| format!("Some({method})"));
        writeln!(out, "{field}: {method},")?;
    }
    writeln!(out, "lists: {},", list(&lists(document)))?;
    writeln!(out, "actions: &[{actions}],")?;
    writeln!(out, "create_only: {},", list(&create_only(document)?))?;
    writeln!(out, "references: {},", pairs(&facts::references(document)))?;
    writeln!(out, "defaults: {},", pairs(&facts::defaults(document)))?;
    writeln!(out, "typed: Some(&TYPED), }};\n")?;
    for (name, (kind, code)) in &shapes.statics {
        writeln!(out, "static {name}: {kind} = {code};\n")?;
    }
    out.push_str(&emit_typed::emit(resource));
    Ok(out)
}

/// What the compiler knows of the names of a type.
pub fn emit_names(document: &Document, resource: &Resource) -> Result<String> {
    named(resource.entry.name, &rules(document, &resource.parent))
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

fn pairs(pairs: &BTreeMap<String, String>) -> String {
    let pairs: Vec<String> =
        pairs.iter().map(|(path, value)| format!("({path:?}, {})", names::literal(value))).collect();
    format!("&[{}]", pairs.join(", "))
}

fn method(document: &Document, verb: &str) -> Option<String> {
    let facts = &document.fact("operations")[verb];
    let known = facts["codes"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect::<Vec<_>>();
    let reviewed = tables::CODES.iter().find(|(kind, method, _)| (*kind, *method) == (&*document.kind, verb));
    let codes = reviewed.map_or(known, |(_, _, codes)| codes.to_vec());
    if codes.is_empty() {
        return None;
    }
    let long_running = long_running(facts, &document.fact("lro")[verb]);
    Some(format!("Method {{ codes: &{codes:?}, long_running: {long_running} }}"))
}

/// How an operation is followed, by its codes and headers and by what is said of its end.
fn long_running(facts: &Value, lro: &Value) -> String {
    if facts["lro"].as_bool() != Some(true) && lro["isLro"].as_bool() != Some(true) {
        return "None".into();
    }
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
}

fn lists(document: &Document) -> Vec<String> {
    let lists = document.fact("operations")["LIST"].as_array().into_iter().flatten();
    let lists: BTreeSet<String> = lists.filter_map(Value::as_str).map(str::to_owned).collect();
    lists.into_iter().collect()
}

/// Actions whose answers are described: those that give out what is secret, and make it anew.
fn is_described(action: &str) -> bool {
    ["list", "regenerate", "generateCredentials", "sharedKeys", "readonlykeys"]
        .iter()
        .any(|start| action.starts_with(start))
}

/// Constant expressions of type `Action`.
fn actions<'a>(document: &'a Document, shapes: &mut Shapes<'a>) -> String {
    let declared = document.fact("functions").as_object().into_iter().flatten();
    let called = document.fact("operations")["POST"].as_object().into_iter().flatten();
    let names: BTreeSet<&String> = declared.chain(called).map(|(name, _)| name).collect();
    let mut code = String::new();
    for name in names {
        let facts = &document.fact("functions")[name.as_str()];
        let mut shape = |part: &str| {
            let known = is_described(name) && facts.get(part).is_some();
            let path = format!("{name}.{part}");
            if !known {
                return "None".to_owned();
            }
            shapes.in_answer = part == "output";
            let shape = shapes.shape(document.node(&facts[part]), &path, false);
            shapes.in_answer = false;
            format!("Some({shape})")
        };
        let (input, output) = (shape("input"), shape("output"));
        let long_running = long_running(&document.fact("operations")["POST"][name.as_str()], &Value::Null);
        // Writing to a `String` does not fail.
        let _ = writeln!(
            code,
            "Action {{ name: {name:?}, input: {input}, output: {output}, long_running: {long_running} }},"
        );
    }
    code
}

/// Sources that hold by themselves.
fn trusted(source: &str) -> bool {
    source == "sdk" || source == "arm-rpc" || source.starts_with("swagger")
}

fn create_only(document: &Document) -> Result<Vec<String>> {
    let fixed = tables::FIXED.iter().filter(|(kind, _)| *kind == document.kind);
    let mut paths: Vec<String> = fixed.map(|(_, path)| (*path).to_owned()).collect();
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
    // Where a hint is about more than is true, the part that is true stands in the table.
    let reviewed = tables::REVIEWS.iter().filter(|review| review.kind == document.kind && review.create_only);
    paths.extend(reviewed.map(|review| review.path.to_owned()));
    paths.sort();
    paths.dedup();
    Ok(paths)
}

struct Shapes<'a> {
    document: &'a Document,
    /// Whether instances have a region of their own, so that the service refuses a body without one.
    located: bool,
    /// Whether this is what an action answers: there, what only the service sets is what matters.
    in_answer: bool,
    /// Statics of the file, by name: type and code.
    statics: BTreeMap<String, (&'static str, String)>,
}

impl<'a> Shapes<'a> {
    /// A constant expression of type `&'static Shape`. `frozen`: only the service sets it, so that the shapes of
    /// lists do not matter.
    fn shape(&mut self, node: Node<'a>, path: &str, frozen: bool) -> String {
        match node.kind() {
            Kind::Any => "&Shape::Any".into(),
            Kind::Boolean => "&Shape::Boolean".into(),
            Kind::Number => "&Shape::Number".into(),
            Kind::Integer if tables::FRACTIONS.contains(&(&self.document.kind, path)) => {
                "&Shape::Number".into()
            }
            Kind::Integer => {
                let (min, max) = (node.fact("minimum").as_i64(), node.fact("maximum").as_i64());
                format!("&Shape::Integer {{ min: {min:?}, max: {max:?} }}")
            }
            Kind::String => self.text(node, path),
            Kind::List(items) => {
                let item = match items {
                    Some(items) if !frozen => self.shape(items, &format!("{path}[]"), frozen),
                    _ => "&Shape::Any".into(),
                };
                let (min, max) = (node.fact("minItems").as_u64().unwrap_or(0), most(node.fact("maxItems")));
                format!("&Shape::List {{ item: {item}, min: {min}, max: {max} }}")
            }
            Kind::Map(item) => format!("&Shape::Map({})", self.shape(item, &format!("{path}.*"), frozen)),
            Kind::Object if node.names_resource(path) => "&REFERENCE".into(),
            Kind::Object | Kind::Union => match node.definition {
                Some(definition) => {
                    let name = format!("OBJECT_{}", names::constant(definition));
                    if !self.statics.contains_key(&name) {
                        self.statics.insert(name.clone(), ("Object", String::new()));
                        let code = self.object(node, path);
                        self.statics.insert(name.clone(), ("Object", code));
                    }
                    format!("&Shape::Object(&{name})")
                }
                None => format!("&Shape::Object({})", self.own_static(node, path, path)),
            },
        }
    }

    /// A constant expression for a text; one with rules of its own is a static, called after its place.
    fn text(&mut self, node: Node<'_>, path: &str) -> String {
        let (min, max) = (node.fact("minLength").as_u64().unwrap_or(0), most(node.fact("maxLength")));
        let pattern = node.fact("pattern").as_str().filter(|pattern| regex_lite::Regex::new(pattern).is_ok());
        let values = node.values();
        if min == 0 && max == "usize::MAX" && pattern.is_none() && values.is_empty() {
            return "&TEXT".into();
        }
        let pattern = names::literal(pattern.unwrap_or_default());
        let code = format!(
            "Shape::String(&Text {{ min: {min}, max: {max}, pattern: {pattern}, values: &{values:?}, open: {} }})",
            node.open()
        );
        format!("&{}", self.named("TEXT", "Shape", node.definition.unwrap_or(path), code))
    }

    /// The name of a static with this code, called after its place.
    fn named(&mut self, prefix: &str, kind: &'static str, place: &str, code: String) -> String {
        let mut name = format!("{prefix}_{}", names::constant(place));
        while self.statics.get(&name).is_some_and(|other| *other != (kind, code.clone())) {
            name.push('_');
        }
        self.statics.insert(name.clone(), (kind, code));
        name
    }

    /// A static for an object without a name, called after its place.
    fn own_static(&mut self, node: Node<'a>, path: &str, place: &str) -> String {
        let code = self.object(node, path);
        format!("&{}", self.named("AT", "Object", place, code))
    }

    /// A constant expression of type `Object`.
    fn object(&mut self, node: Node<'a>, path: &str) -> String {
        let required = node.required();
        let children = if matches!(node.kind(), Kind::Union) { node.base() } else { node.properties() };
        let mut properties = String::new();
        for (name, child) in children {
            let at = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            let read_only = child.read_only() || tables::computed(&self.document.kind, &at);
            let shape = self.shape(child, &at, read_only && !self.in_answer);
            let location = at == "location" && self.located;
            let flags = flags(
                required.contains(&name) || location,
                read_only,
                child.write_only() || tables::never_returned(&self.document.kind, &at),
                child.secret() || self.document.is_secret(&at),
            );
            // Writing to a `String` does not fail.
            let _ = writeln!(properties, "Property {{ name: {name:?}, shape: {shape}, flags: {flags} }},");
        }
        let additional = match node.additional() {
            Some(node) => format!("Some({})", self.shape(node, &format!("{path}.*"), false)),
            None if matches!(node.kind(), Kind::Union) && tables::open_union(&self.document.kind, path) => {
                "Some(&Shape::Any)".to_owned()
            }
            None => "None".to_owned(),
        };
        let variants = match node.fact("discriminator").as_str() {
            None => "None".to_owned(),
            Some(selector) => {
                let variants: Vec<String> = node
                    .variants()
                    .into_iter()
                    .map(|(value, variant)| {
                        let place = format!("{path} {value}");
                        format!("({value:?}, {})", self.own_static(variant, path, &place))
                    })
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
