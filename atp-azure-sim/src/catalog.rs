//! The types that the cloud knows, and how they contain each other.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use atp_azure::descriptor::{
    Method as Verb, NameRules, Object, Parent, Property, Shape, TypeDescriptor, Unique,
};
use atp_azure::nested::{Form, shown_as};
use regex_lite::Regex;

use crate::errors::{Answer, ApiError};
use crate::message::Method;
use crate::route::{Route, Target};

/// The types that the cloud knows.
#[derive(Debug)]
pub(crate) struct Catalog {
    types: BTreeMap<String, &'static TypeDescriptor>,
    namespaces: BTreeSet<String>,
    embedded: HashMap<&'static str, Vec<&'static TypeDescriptor>>,
    patterns: HashMap<&'static str, Option<Regex>>,
    accept_unknown: bool,
}

impl Catalog {
    pub fn new(descriptors: &[&'static TypeDescriptor], accept_unknown: bool) -> Catalog {
        let types: BTreeMap<_, _> = descriptors.iter().map(|d| (d.name.to_ascii_lowercase(), *d)).collect();
        let namespaces = types.values().map(|d| d.namespace().to_ascii_lowercase()).collect();
        let mut embedded: HashMap<&'static str, Vec<&'static TypeDescriptor>> = HashMap::new();
        for child in types.values() {
            let Parent::Resource(parent) = child.parent else { continue };
            let Some(parent) = types.get(&parent.to_ascii_lowercase()) else { continue };
            if embeds(parent, child) {
                embedded.entry(parent.name).or_default().push(child);
            }
        }
        Catalog { types, namespaces, embedded, patterns: HashMap::new(), accept_unknown }
    }

    pub fn get(&self, type_name: &str) -> Option<&'static TypeDescriptor> {
        self.types.get(&type_name.to_ascii_lowercase()).copied()
    }

    pub fn types(&self) -> impl Iterator<Item = &'static TypeDescriptor> {
        self.types.values().copied()
    }

    pub fn has_namespace(&self, namespace: &str) -> bool {
        self.namespaces.contains(&namespace.to_ascii_lowercase())
    }

    pub fn namespaces(&self) -> impl Iterator<Item = &String> {
        self.namespaces.iter()
    }

    /// Whether types and properties that no descriptor knows are accepted.
    pub fn accepts_unknown(&self) -> bool {
        self.accept_unknown
    }

    /// The type, or the error for a namespace or type that nobody knows.
    pub fn known(&mut self, type_name: &str, method: Method) -> Answer<&'static TypeDescriptor> {
        if let Some(descriptor) = self.get(type_name) {
            return Ok(descriptor);
        }
        if self.accept_unknown && is_type(type_name) {
            let descriptor = any_document(type_name);
            self.types.insert(type_name.to_ascii_lowercase(), descriptor);
            return Ok(descriptor);
        }
        let namespace = type_name.split('/').next().unwrap_or_default();
        if !self.has_namespace(namespace) {
            let message = format!("The resource namespace '{namespace}' is invalid.");
            return Err(ApiError::new(404, "InvalidResourceNamespace", message));
        }
        let kind = type_name.split_once('/').map_or("", |(_, kind)| kind);
        let message =
            format!("The resource type '{kind}' could not be found in the namespace '{namespace}'.");
        let status = if matches!(method, Method::Get | Method::Head) { 404 } else { 400 };
        Err(ApiError::new(status, "InvalidResourceType", message))
    }

    /// Spells keywords, namespaces and types in the ids of a route as Azure does. Names stay as they were sent.
    pub fn spell(&self, route: &mut Route) {
        match &mut route.target {
            Target::Instance(instance) => {
                for id in [&mut instance.id, &mut instance.parent, &mut instance.scope] {
                    *id = self.spelled(id);
                }
            }
            Target::Collection(list) => list.parent = self.spelled(&list.parent),
            _ => {}
        }
    }

    fn spelled(&self, id: &str) -> String {
        let mut segments: Vec<&str> = id.split('/').skip(1).collect();
        // What comes after `providers` and has been read so far, when that is where we are.
        let mut type_name = String::new();
        let mut at = 0;
        while at < segments.len() {
            let keyword = segments[at].to_ascii_lowercase();
            match keyword.as_str() {
                "subscriptions" if at == 0 => segments[at] = "subscriptions",
                "resourcegroups" if at == 2 => segments[at] = "resourceGroups",
                "providers" => {
                    segments[at] = "providers";
                    type_name = segments.get(at + 1).copied().unwrap_or_default().to_ascii_lowercase();
                }
                _ if !type_name.is_empty() => {
                    type_name = format!("{type_name}/{keyword}");
                    if let Some(known) = self.get(&type_name) {
                        segments[at] = known.leaf();
                        if segments.get(at.wrapping_sub(2)).is_some_and(|before| *before == "providers") {
                            segments[at - 1] = known.namespace();
                        }
                    }
                }
                _ => {}
            }
            at += 2;
        }
        segments.iter().fold(String::new(), |id, segment| id + "/" + segment)
    }

    /// The child types whose instances the body of `parent` shows in a list: `subnets` of a network.
    pub fn embedded(&self, parent: &TypeDescriptor) -> &[&'static TypeDescriptor] {
        self.embedded.get(parent.name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether the instances of `child` are shown in the body of their parent.
    pub fn is_embedded(&self, child: &TypeDescriptor) -> bool {
        let Parent::Resource(parent) = child.parent else { return false };
        self.get(parent).is_some_and(|parent| self.embedded(parent).iter().any(|c| c.name == child.name))
    }

    /// The compiled pattern; `None` when it is empty or uses what the engine does not have.
    pub fn pattern(&mut self, pattern: &'static str) -> Option<&Regex> {
        if pattern.is_empty() {
            return None;
        }
        self.patterns.entry(pattern).or_insert_with(|| Regex::new(pattern).ok()).as_ref()
    }
}

/// Whether a descriptor was made for a type that nobody knows.
pub(crate) fn is_unknown(descriptor: &TypeDescriptor) -> bool {
    descriptor.api_version.is_empty()
}

/// A namespace with a dot, and types.
fn is_type(name: &str) -> bool {
    let mut segments = name.split('/');
    let plain = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric());
    let namespace = segments.next().unwrap_or_default();
    namespace.contains('.')
        && namespace.split('.').all(plain)
        && segments.clone().count() > 0
        && segments.all(plain)
}

/// A type whose instances are documents: whatever is sent is kept. It lives as long as the process.
fn any_document(name: &str) -> &'static TypeDescriptor {
    let name: &'static str = name.to_owned().leak();
    let nested = name.matches('/').count() > 1;
    let parent = name.rsplit_once('/').filter(|_| nested).map(|(parent, _)| Parent::Resource(parent));
    let names = NameRules {
        min: 1,
        max: 260,
        pattern: "",
        hyphens: true,
        upper: true,
        unique: Unique::Parent,
        fixed: None,
    };
    Box::leak(Box::new(TypeDescriptor {
        name,
        api_version: "",
        parent: parent.unwrap_or(Parent::Scope),
        names,
        body: &Shape::Any,
        put: Verb { codes: &[200, 201], long_running: None },
        patch: None,
        delete: Some(Verb { codes: &[200, 204], long_running: None }),
        lists: &[],
        actions: &[],
        create_only: &[],
        references: &[],
        defaults: &[],
        typed: None,
    }))
}

/// The list in the properties of the parent that shows the instances of `child`, and whether its items are flat. A write
/// of the parent never removes what is flat.
pub(crate) fn list_in_parent(child: &TypeDescriptor) -> (&'static str, bool) {
    let (list, form) = shown_as(child);
    (list, form == Form::Flat)
}

fn embeds(parent: &TypeDescriptor, child: &TypeDescriptor) -> bool {
    let (list, flat) = list_in_parent(child);
    let Some(property) = property(parent.body, &format!("properties.{list}")) else { return false };
    let Shape::List { item: Shape::Object(item), .. } = property.shape else { return false };
    // A list whose items cannot be named by a client is only shown, or not a list of these children.
    let named = own(item, "name").is_some_and(|name| property.flags.read_only || !name.flags.read_only);
    named && (flat || own(item, "properties").is_some())
}

/// The property `name` of an object or one of its variants.
pub(crate) fn own(object: &'static Object, name: &str) -> Option<&'static Property> {
    let direct = object.properties.iter().find(|property| property.name == name);
    let variants = object.variants.iter().flat_map(|(_, variants)| variants.iter());
    direct
        .or_else(|| variants.flat_map(|(_, object)| object.properties).find(|property| property.name == name))
}

/// The property at a dotted path without lists.
pub(crate) fn property(shape: &'static Shape, path: &str) -> Option<&'static Property> {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let object = match shape {
        Shape::Object(object) => object,
        Shape::Map(item) => return property(item, rest?),
        _ => return None,
    };
    let found = own(object, name)?;
    match rest {
        Some(rest) => property(found.shape, rest),
        None => Some(found),
    }
}
