//! Reads one file of schema facts.

use super::tables;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// The facts of one ARM type.
pub struct Document {
    json: Value,
    /// Namespace and type.
    pub kind: String,
    /// The api-version.
    pub api_version: String,
}

/// One place in a schema: what it says of itself and, where it is a `$ref`, of its definition.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    document: &'a Document,
    site: &'a Value,
    value: &'a Value,
    /// The name of the definition that it refers to.
    pub definition: Option<&'a str>,
}

/// What kind of value a node is.
pub enum Kind<'a> {
    Any,
    Boolean,
    Integer,
    Number,
    String,
    List(Option<Node<'a>>),
    Map(Node<'a>),
    Object,
    Union,
}

impl Document {
    /// Reads the file of a type.
    pub fn read(folder: &Path, kind: &str, file: &str) -> Result<Self> {
        let path = folder.join(file);
        let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let json: Value = serde_json::from_str(&text).with_context(|| format!("in {}", path.display()))?;
        Self::of(json, kind).with_context(|| format!("in {}", path.display()))
    }

    /// From the text of a file, as JSON.
    pub fn of(json: Value, kind: &str) -> Result<Self> {
        let found = json["type"].as_str().unwrap_or_default();
        ensure!(found.eq_ignore_ascii_case(kind), "the facts are about `{found}`, not `{kind}`");
        let api_version = json["apiVersion"].as_str().context("no apiVersion")?.to_owned();
        Ok(Document { kind: kind.to_owned(), api_version, json })
    }

    /// A top-level fact.
    pub fn fact(&self, name: &str) -> &Value {
        &self.json[name]
    }

    /// The schema of the body.
    pub fn body(&self) -> Node<'_> {
        self.node(&self.json["schema"])
    }

    /// The scopes at which instances can be made.
    pub fn has_scope(&self, scope: &str) -> bool {
        texts(&self.json["scope"]).contains(&scope)
    }

    /// The only name that an instance can have. Lists of one are called open by the facts, and yet have no other.
    pub fn only_name(&self) -> Option<&str> {
        let name = &self.json["name"];
        match texts(&name["enum"]).as_slice() {
            [only] => Some(only),
            _ => name["const"].as_str(),
        }
    }

    /// Whether a path is known to hold a secret.
    pub fn is_secret(&self, path: &str) -> bool {
        let name = path.rsplit('.').next().unwrap_or(path);
        self.json["secret"].get(path).is_some() && !tables::NOT_SECRET.contains(&name)
    }

    /// A place in the document that is a schema.
    pub fn node<'a>(&'a self, site: &'a Value) -> Node<'a> {
        let definition = site["$ref"].as_str().and_then(|text| text.strip_prefix("#/defs/"));
        let value = definition.map_or(site, |name| &self.json["defs"][name]);
        Node { document: self, site, value, definition }
    }
}

impl<'a> Node<'a> {
    fn flag(&self, name: &str) -> bool {
        [self.site, self.value].iter().any(|value| value[name].as_bool() == Some(true))
    }
    /// Only the service sets it.
    pub fn read_only(&self) -> bool {
        self.flag("readOnly")
    }
    /// The service never returns it.
    pub fn write_only(&self) -> bool {
        self.flag("writeOnly")
    }
    /// Not to be shown.
    pub fn secret(&self) -> bool {
        self.flag("secret")
    }
    /// A fact of the value, such as `minLength`.
    pub fn fact(&self, name: &str) -> &'a Value {
        &self.value[name]
    }
    /// What kind of value it is.
    pub fn kind(&self) -> Kind<'a> {
        if self.value.get("discriminator").is_some() {
            return Kind::Union;
        }
        match self.value["type"].as_str() {
            Some("boolean") => Kind::Boolean,
            Some("integer") => Kind::Integer,
            Some("number") => Kind::Number,
            Some("string") => Kind::String,
            Some("array") => Kind::List(self.value.get("items").map(|items| self.document.node(items))),
            Some("object") if self.value.get("properties").is_some() => Kind::Object,
            Some("object") => match self.value.get("additionalProperties") {
                Some(item) if item.is_object() => Kind::Map(self.document.node(item)),
                _ => Kind::Any,
            },
            _ => Kind::Any,
        }
    }
    /// The properties of an object, by name.
    pub fn properties(&self) -> BTreeMap<&'a str, Node<'a>> {
        self.children(&self.value["properties"])
    }
    /// The variants of a union, by the value that selects each.
    pub fn variants(&self) -> BTreeMap<&'a str, Node<'a>> {
        self.children(&self.value["variants"])
    }
    /// The properties that all variants of a union have.
    pub fn base(&self) -> BTreeMap<&'a str, Node<'a>> {
        self.children(&self.value["base"]["properties"])
    }
    /// What all variants of a union have, as an object.
    pub fn base_node(&self) -> Node<'a> {
        self.document.node(&self.value["base"])
    }
    fn children(&self, object: &'a Value) -> BTreeMap<&'a str, Node<'a>> {
        let entries = object.as_object().into_iter().flatten();
        entries.map(|(name, child)| (name.as_str(), self.document.node(child))).collect()
    }
    /// The shape of properties that are not listed.
    pub fn additional(&self) -> Option<Node<'a>> {
        let additional = self.value.get("additionalProperties")?;
        (additional.as_bool() != Some(false)).then(|| self.document.node(additional))
    }
    /// Names of required properties.
    pub fn required(&self) -> Vec<&'a str> {
        let base = self.value.get("base").unwrap_or(self.value);
        texts(&base["required"])
    }
    /// The known values of a text.
    pub fn values(&self) -> Vec<&'a str> {
        texts(&self.value["enum"])
    }
    /// Whether the service accepts other values than the known ones.
    pub fn open(&self) -> bool {
        self.value["open"].as_bool() == Some(true)
    }
    /// The writable properties of an object.
    pub fn writable(&self) -> BTreeMap<&'a str, Node<'a>> {
        self.properties().into_iter().filter(|(_, node)| !node.read_only()).collect()
    }
    /// Whether it is an object that has properties, of which none can be written.
    pub fn is_only_read(&self) -> bool {
        matches!(self.kind(), Kind::Object) && !self.properties().is_empty() && self.writable().is_empty()
    }
    /// Whether it is `{ id }` and nothing else that can be written.
    pub fn is_bare_reference(&self) -> bool {
        matches!(self.kind(), Kind::Object) && self.writable().into_keys().eq(["id"])
    }
    /// Whether it has the form of a whole resource: `{ id, properties, .. }`.
    pub fn is_resource(&self) -> bool {
        let properties = self.properties();
        matches!(self.kind(), Kind::Object)
            && properties.contains_key("properties")
            && properties.get("id").is_some_and(|id| !id.read_only())
    }
    /// Whether it names a resource of its own, of which only the id is written, rather than being a part of this one:
    /// resources with a region, and others that do not stand in a list.
    pub fn names_resource(&self, path: &str) -> bool {
        let part = path.ends_with(']') || tables::PARTS.iter().any(|part| path.ends_with(part));
        self.is_resource() && (self.properties().contains_key("location") || !part)
    }
}

/// The texts of a list.
fn texts(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}
