//! What a type looks like in Rust.

mod naming;
mod outputs;

use super::names;
use super::schema::{Document, Kind, Node};
use super::tables::{self, Entry};
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};

/// A generated resource.
pub struct Resource {
    pub entry: &'static Entry,
    pub api_version: String,
    pub parent: Parent,
    pub main: Struct,
    pub outputs: Vec<Output>,
    pub structs: Vec<Struct>,
    pub enums: Vec<Enum>,
    pub unions: Vec<Union>,
    /// The actions that tell something.
    pub actions: Vec<Action>,
    /// The only name that an instance can have.
    pub fixed_name: Option<String>,
    namespaces: BTreeSet<String>,
}

/// What an instance lives in.
pub enum Parent {
    Subscription,
    ResourceGroup,
    Resource(&'static str, String),
    Scope,
}

/// A structure of properties.
pub struct Struct {
    pub name: String,
    pub path: String,
    pub fields: Vec<Field>,
}

/// One property.
pub struct Field {
    pub rust: String,
    pub wire: String,
    pub path: String,
    pub form: Form,
    pub item: String,
    /// Position among the arguments of `new`.
    pub required: Option<usize>,
    pub preset: Option<String>,
    pub facts: Vec<String>,
    pub write_only: bool,
}

/// Which of the inputs a property is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Single,
    List,
    Map,
}

/// A set of known texts.
pub struct Enum {
    pub name: String,
    pub path: String,
    pub open: bool,
    pub values: Vec<String>,
}

/// A value that has one of several shapes.
pub struct Union {
    pub name: String,
    pub path: String,
    /// The property that tells them apart.
    pub tag: String,
    pub variants: Vec<Variant>,
}

/// One shape of a union.
pub struct Variant {
    pub name: String,
    /// The structure with its properties.
    pub item: String,
    /// What the tag says.
    pub value: String,
}

/// A POST that tells something, such as `listKeys`.
pub struct Action {
    pub wire: String,
    /// What it is asked with.
    pub main: Struct,
    /// What it says.
    pub outputs: Vec<Output>,
}

/// One output of a handle.
pub struct Output {
    pub rust: String,
    pub wire: String,
    pub kind: String,
}

struct Builder<'a> {
    document: &'a Document,
    entry: &'static Entry,
    used: BTreeSet<String>,
    /// By name of a type: the names of what it stands in, below the resource, and its own.
    places: BTreeMap<String, Vec<String>>,
    definitions: BTreeMap<String, String>,
    stack: Vec<String>,
    structs: Vec<Struct>,
    enums: Vec<Enum>,
    unions: Vec<Union>,
    namespaces: BTreeSet<String>,
}

impl Resource {
    /// Decides how a type is written.
    pub fn build(document: &Document, entry: &'static Entry) -> Result<Self> {
        let module = names::module(entry.kind);
        let used = tables::TYPES
            .iter()
            .filter(|other| names::module(other.kind) == module)
            .flat_map(|other| [other.name.to_owned(), format!("{}Handle", other.name)])
            .collect();
        let mut builder = Builder {
            document,
            entry,
            used,
            places: BTreeMap::new(),
            definitions: BTreeMap::new(),
            stack: Vec::new(),
            structs: Vec::new(),
            enums: Vec::new(),
            unions: Vec::new(),
            namespaces: BTreeSet::new(),
        };
        let parent = builder.parent();
        let mut reserved: BTreeSet<String> = ["name".to_owned()].into();
        match parent {
            Parent::Subscription => {}
            Parent::Scope => drop(reserved.insert("scope".into())),
            Parent::ResourceGroup | Parent::Resource(..) => drop(reserved.insert("parent".into())),
        }
        let mut fields = Vec::new();
        builder.fields(document.body(), "", "", entry.name, &mut reserved, &mut fields);
        if matches!(parent, Parent::ResourceGroup) {
            // Whatever its schema says: a resource in a group has a region.
            let location = fields.iter_mut().find(|field| field.path == "location");
            location.into_iter().for_each(|field| field.required = Some(0));
        }
        order_arguments(&mut fields, document.body(), entry.kind);
        let outputs = builder.outputs(&fields);
        let actions = builder.actions();
        let Builder { structs, enums, unions, namespaces, .. } = builder;
        let main = Struct { name: entry.name.to_owned(), path: String::new(), fields };
        let api_version = document.api_version.clone();
        let fixed_name = document.only_name().map(str::to_owned);
        Ok(Resource {
            entry,
            api_version,
            parent,
            main,
            outputs,
            structs,
            enums,
            unions,
            actions,
            fixed_name,
            namespaces,
        })
    }

    /// The other namespaces that the code names.
    pub fn namespaces(&self) -> impl Iterator<Item = &str> {
        let own = names::module(self.entry.kind);
        self.namespaces.iter().map(String::as_str).filter(move |name| *name != own)
    }
}

/// Location first, then what the schema requires in its own order, then the table in its order.
fn order_arguments(fields: &mut [Field], body: Node<'_>, kind: &str) {
    let nested = body.properties().get("properties").map(|node| node.required()).unwrap_or_default();
    let named = body.required().into_iter().map(str::to_owned);
    let nested = nested.into_iter().map(|name| format!("properties.{name}"));
    let table =
        tables::REQUIRED.iter().filter(|(owner, _)| *owner == kind).map(|(_, path)| (*path).to_owned());
    let order: Vec<String> =
        std::iter::once("location".to_owned()).chain(named).chain(nested).chain(table).collect();
    for field in fields.iter_mut().filter(|field| field.required.is_some()) {
        let place = order.iter().position(|path| *path == field.path);
        field.required = Some(place.unwrap_or(order.len()));
    }
}

impl<'a> Builder<'a> {
    fn parent(&mut self) -> Parent {
        let kind = self.entry.kind;
        if kind == "Microsoft.Resources/resourceGroups" {
            Parent::Subscription
        } else if let Some((parent, _)) = kind.rsplit_once('/').filter(|(parent, _)| parent.contains('/')) {
            Parent::Resource(parent, self.id_type(parent))
        } else if self.document.has_scope("extension") || !self.document.has_scope("resourceGroup") {
            Parent::Scope
        } else {
            self.namespaces.insert("resources".into());
            Parent::ResourceGroup
        }
    }

    /// The Rust type of an id that names a resource of type `kind`.
    fn id_type(&mut self, kind: &str) -> String {
        let own = names::module(self.entry.kind);
        let known = tables::entry_of(kind);
        match known.filter(|entry| tables::may_name(&own, &names::module(entry.kind))) {
            None => "Scope".into(),
            Some(entry) => {
                let module = names::module(entry.kind);
                self.namespaces.insert(module.clone());
                format!("ResourceId<crate::{module}::{}>", entry.name)
            }
        }
    }

    fn fields(
        &mut self,
        node: Node<'a>,
        wire: &str,
        path: &str,
        owner: &str,
        reserved: &mut BTreeSet<String>,
        fields: &mut Vec<Field>,
    ) {
        let kind = self.entry.kind;
        let required = node.required();
        let wrapper = node.properties().contains_key("properties");
        for (name, child) in node.writable() {
            let at = format!("{path}{name}");
            let skipped = wrapper && ["id", "type", "etag", "systemData"].contains(&name);
            // An object in which nothing can be written is only read.
            let computed = tables::computed(kind, &at) || child.is_only_read();
            if skipped || computed || tables::omitted(kind, &at) {
                continue;
            }
            if name == "properties" && matches!(child.kind(), Kind::Object) {
                let (wire, path) = (format!("{wire}properties/"), format!("{at}."));
                self.fields(child, &wire, &path, owner, reserved, fields);
                continue;
            }
            let is_reference = child.is_bare_reference() || child.names_resource(&at);
            let target = is_reference.then(|| tables::reference(kind, &format!("{at}.id"))).flatten();
            let suffix = if target.is_some() { ".id" } else { "" };
            let at = format!("{at}{suffix}");
            let (form, item) = match target {
                Some(target) => (Form::Single, self.id_type(target)),
                None => self.form(child, &at, owner, name),
            };
            let mut rust = names::snake(name);
            if !reserved.insert(rust.clone()) {
                rust += "_property";
                reserved.insert(rust.clone());
            }
            let listed = tables::REQUIRED.iter().position(|entry| *entry == (kind, at.as_str()));
            // A name comes first, then what the schema requires in its order, then the table in its order.
            let schema = required.iter().position(|required| *required == name).map(|place| place + 1);
            let is_item = wrapper && path.ends_with("[].");
            let first = (name == "name" && (schema.is_some() || listed.is_some() || is_item)).then_some(0);
            fields.push(Field {
                rust,
                wire: format!("{wire}{name}{}", suffix.replace('.', "/")),
                form,
                preset: self.preset(&at, &item, child, schema.is_some()),
                item,
                required: first.or(schema).or(listed.map(|place| 1000 + place)),
                facts: facts(child),
                write_only: child.write_only() || tables::never_returned(self.entry.kind, &at),
                path: at,
            });
        }
    }

    /// What `new` sets by itself: what the table says, or the only value of a property that has to be there.
    fn preset(&self, path: &str, item: &str, node: Node<'a>, required: bool) -> Option<String> {
        let listed = tables::PRESETS.iter().find(|(kind, at, _)| (*kind, *at) == (self.entry.kind, path));
        let values = node.values();
        let value = match (listed, values.as_slice()) {
            (Some((_, _, value)), _) => value,
            (None, [only]) if required => only,
            _ => return None,
        };
        Some(match self.enums.iter().find(|known| known.name == item) {
            Some(Enum { open: true, .. }) => format!("{item}::{}", names::constant(value)),
            Some(_) => format!("{item}::{}", names::variant(value)),
            None => format!("{value:?}.to_owned()"),
        })
    }

    fn form(&mut self, node: Node<'a>, path: &str, owner: &str, name: &str) -> (Form, String) {
        let single = names::singular(name);
        if node.secret() || self.document.is_secret(path) {
            return (
                Form::Single,
                format!("Secret<{}>", if matches!(node.kind(), Kind::String) { "String" } else { "Value" }),
            );
        }
        match node.kind() {
            Kind::List(items) => (Form::List, self.item(items, &format!("{path}[]"), owner, &single)),
            Kind::Map(item) => (Form::Map, self.item(Some(item), &format!("{path}.*"), owner, &single)),
            _ => (Form::Single, self.item(Some(node), path, owner, name)),
        }
    }

    /// The Rust type of one value.
    fn item(&mut self, node: Option<Node<'a>>, path: &str, owner: &str, name: &str) -> String {
        let Some(node) = node else { return "Value".into() };
        if self.document.is_secret(path) || node.secret() {
            return "Secret<Value>".into();
        }
        match node.kind() {
            Kind::Any => "Value".into(),
            Kind::Union => self.union(node, path, owner, name),
            Kind::Boolean => "bool".into(),
            Kind::Integer if tables::FRACTIONS.contains(&(self.entry.kind, path)) => "f64".into(),
            Kind::Integer => "i64".into(),
            Kind::Number => "f64".into(),
            Kind::String => match tables::reference(self.entry.kind, path) {
                Some(target) => self.id_type(target),
                None if node.values().is_empty() => "String".into(),
                None => self.enumeration(node, path, owner, name),
            },
            Kind::List(items) => format!("Vec<{}>", self.item(items, &format!("{path}[]"), owner, name)),
            Kind::Map(item) => {
                format!("BTreeMap<String, {}>", self.item(Some(item), &format!("{path}.*"), owner, name))
            }
            Kind::Object => self.object(node, path, owner, name),
        }
    }

    fn object(&mut self, node: Node<'a>, path: &str, owner: &str, name: &str) -> String {
        if node.is_bare_reference() || node.names_resource(path) {
            return "SubResource".into();
        }
        self.defined(node, |builder| {
            let type_name = builder.type_name(node, owner, name);
            let (mut fields, mut reserved) = (Vec::new(), BTreeSet::new());
            let place = builder.structs.len();
            builder.fields(node, "", &format!("{path}."), &type_name, &mut reserved, &mut fields);
            if fields.is_empty() {
                builder.used.remove(&type_name);
                return "Value".to_owned();
            }
            // The name is in front of what it needs.
            builder.structs.insert(place, Struct { name: type_name.clone(), path: path.to_owned(), fields });
            type_name
        })
    }

    /// The enumeration of the shapes that a value may have.
    fn union(&mut self, node: Node<'a>, path: &str, owner: &str, name: &str) -> String {
        self.defined(node, |builder| {
            let type_name = builder.type_name(node, owner, name);
            let tag = node.fact("discriminator").as_str().unwrap_or_default().to_owned();
            let mut variants = Vec::new();
            for (value, variant) in node.variants() {
                let label = names::variant(value.rsplit(['.', '/']).next().unwrap_or(value));
                let outer = builder.places.get(&type_name).into_iter().flatten();
                let place = outer.cloned().chain([label.clone()]).collect();
                let item = builder.name_at(place);
                let (mut fields, mut reserved) = (Vec::new(), BTreeSet::from([names::snake(&tag)]));
                let place = builder.structs.len();
                let at = format!("{path}.");
                for part in [node.base_node(), variant] {
                    builder.fields(part, "", &at, &item, &mut reserved, &mut fields);
                }
                fields.retain(|field| field.wire != tag);
                builder.structs.insert(place, Struct { name: item.clone(), path: path.to_owned(), fields });
                variants.push(Variant { name: label, item, value: value.to_owned() });
            }
            builder.unions.push(Union { name: type_name.clone(), path: path.to_owned(), tag, variants });
            type_name
        })
    }

    /// The type of what a definition is for, made once; a definition that refers to itself is untyped where it does.
    fn defined(&mut self, node: Node<'a>, make: impl FnOnce(&mut Self) -> String) -> String {
        let Some(definition) = node.definition else { return make(self) };
        if self.stack.iter().any(|open| open == definition) {
            return "Value".into();
        }
        if let Some(known) = self.definitions.get(definition) {
            return known.clone();
        }
        self.stack.push(definition.to_owned());
        let type_name = make(self);
        self.stack.pop();
        self.definitions.insert(definition.to_owned(), type_name.clone());
        type_name
    }

    fn enumeration(&mut self, node: Node<'a>, path: &str, owner: &str, name: &str) -> String {
        self.defined(node, |builder| {
            let type_name = builder.type_name(node, owner, name);
            let values = node.values().into_iter().map(str::to_owned).collect();
            let set = Enum { name: type_name.clone(), path: path.to_owned(), open: node.open(), values };
            builder.enums.push(set);
            type_name
        })
    }
}

/// What a documentation line says of a property besides its path.
fn facts(node: Node<'_>) -> Vec<String> {
    let mut facts = Vec::new();
    let bound = |low: &str, high: &str, unit: &str| {
        let (low, high) = (node.fact(low).as_i64(), node.fact(high).as_i64());
        match (low, high) {
            (Some(low), Some(high)) if low == high => Some(format!("{low}{unit}")),
            (Some(low), Some(high)) => Some(format!("{low} to {high}{unit}")),
            (Some(low), None) => Some(format!("At least {low}{unit}")),
            (None, Some(high)) => Some(format!("At most {high}{unit}")),
            (None, None) => None,
        }
    };
    facts.extend(bound("minLength", "maxLength", " characters"));
    facts.extend(bound("minimum", "maximum", ""));
    facts.extend(bound("minItems", "maxItems", " items"));
    if node.write_only() {
        facts.push("Never returned".into());
    }
    facts
}
