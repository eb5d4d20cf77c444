//! Inputs with everything that a descriptor lets a program set, or a part of it that follows from a seed.

use super::SUBSCRIPTION;
use super::sample::{sample_text, text_that_fits};
use atp_azure::descriptor::{Object, Property, Shape, Text, TypeDescriptor};
use atp_azure::likeness;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;

/// Most values in one body. Some types show whole other resources in their bodies.
const VALUES: usize = 1500;

/// What services set by themselves, whatever a body says, though some shapes let a program set it.
const OF_THE_SERVICE: [&str; 4] = ["etag", "eTag", "provisioningState", "systemData"];

/// Every property that can be set, or about half of the optional ones when `all` is not wanted.
pub fn body(descriptor: &'static TypeDescriptor, seed: u64, all: bool) -> Map<String, Json> {
    let mut draw = Draw { descriptor, seed, state: seed, all, left: VALUES, around: Vec::new() };
    let mut body = match draw.value(descriptor.body, "", "") {
        Json::Object(body) => body,
        other => panic!("{} has the body {other}", descriptor.name),
    };
    if descriptor.has_location() {
        body.insert("location".into(), "westeurope".into());
    }
    body
}

/// How many variants the largest union of a type has, in which one would be chosen.
pub fn largest_union(descriptor: &'static TypeDescriptor) -> usize {
    fn largest(shape: &'static Shape, seen: &mut BTreeSet<usize>) -> usize {
        match shape {
            Shape::List { item, .. } | Shape::Map(item) => largest(item, seen),
            Shape::Object(object) => {
                if !seen.insert(std::ptr::from_ref(*object) as usize) {
                    return 0;
                }
                let variants = object.variants.map_or(&[][..], |(_, variants)| variants);
                let objects = std::iter::once(*object).chain(variants.iter().map(|(_, variant)| *variant));
                let properties = objects.flat_map(|object| object.properties);
                let settable = properties.filter(|property| !property.flags.read_only);
                settable.map(|property| largest(property.shape, seen)).max().unwrap_or(0).max(variants.len())
            }
            _ => 0,
        }
    }
    largest(descriptor.body, &mut BTreeSet::new())
}

struct Draw {
    descriptor: &'static TypeDescriptor,
    seed: u64,
    state: u64,
    all: bool,
    /// How many values may still be made.
    left: usize,
    /// The objects around the place: a shape that contains itself ends there.
    around: Vec<*const Object>,
}

impl Draw {
    /// A number below `count` (splitmix64).
    fn below(&mut self, count: usize) -> usize {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % count as u64) as usize
    }

    fn value(&mut self, shape: &'static Shape, name: &str, path: &str) -> Json {
        self.left = self.left.saturating_sub(1);
        match shape {
            Shape::Any => json!({"key": "value", "list": [1, 2]}),
            Shape::Boolean => json!(self.below(2) == 0),
            Shape::Integer { min, max } => {
                let low = min.unwrap_or(max.unwrap_or(1).min(1));
                json!(low.saturating_add(self.below(2) as i64).min(max.unwrap_or(i64::MAX)))
            }
            Shape::Number => json!(self.below(9) as f64 / 2.0),
            Shape::String(text) => json!(self.text(text, name, path)),
            Shape::List { item, min, max } => self.list(item, *min, *max, name, path),
            Shape::Map(item) => {
                let keys = if name == "userAssignedIdentities" {
                    ["a", "b"].map(|name| id_of("Microsoft.ManagedIdentity/userAssignedIdentities", name))
                } else {
                    ["first", "second"].map(str::to_owned)
                };
                keys.into_iter()
                    .map(|key| (key.clone(), self.value(item, &key, &format!("{path}.*"))))
                    .collect()
            }
            Shape::Object(object) => Json::Object(self.object(object, path)),
        }
    }

    /// Two items, or as many as the shape wants; of a union each variant.
    fn list(&mut self, item: &'static Shape, min: usize, max: usize, name: &str, path: &str) -> Json {
        let variants = match item {
            Shape::Object(Object { variants: Some((_, variants)), .. }) if self.all => variants.len(),
            _ => 0,
        };
        let wanted = if self.left == 0 { min } else { 2.max(variants).clamp(min, max) };
        let mut items: Vec<Json> = Vec::new();
        for number in 0..wanted {
            let outer = self.seed;
            self.seed = outer.wrapping_add(number as u64);
            let mut made = self.value(item, name, &format!("{path}[]"));
            self.seed = outer;
            if let Some(name) = made.get_mut("name").filter(|name| name.is_string()) {
                *name = json!(format!("item{number}"));
            }
            let is_twice = items.contains(&made);
            if !is_twice || items.len() < min {
                items.push(made);
            }
        }
        Json::Array(items)
    }

    fn object(&mut self, object: &'static Object, path: &str) -> Map<String, Json> {
        let mut found = Map::new();
        let mut properties: Vec<&'static Property> = object.properties.iter().collect();
        if let Some((selector, variants)) = object.variants {
            let (name, variant) = variants[self.seed as usize % variants.len()];
            found.insert(selector.to_owned(), json!(name));
            properties.extend(variant.properties);
        }
        let has_name = properties.iter().any(|property| property.name == "name");
        self.around.push(object);
        for property in properties {
            let is_set_by_the_service = OF_THE_SERVICE.contains(&property.name)
                || path.starts_with("identity") && property.name.ends_with("Id")
                // The id of a part follows from its name.
                || property.name == "id" && has_name && !property.flags.required;
            if property.flags.read_only || is_set_by_the_service || found.contains_key(property.name) {
                continue;
            }
            let inner =
                if path.is_empty() { property.name.to_owned() } else { format!("{path}.{}", property.name) };
            if property.flags.required || self.wants(property) {
                found.insert(property.name.to_owned(), self.value(property.shape, property.name, &inner));
            }
        }
        self.around.pop();
        found
    }

    fn wants(&mut self, property: &Property) -> bool {
        let is_possible = match innermost(property.shape) {
            Shape::Object(object) => !self.around.contains(&std::ptr::from_ref(*object)),
            Shape::String(text) => !text.values.is_empty() || text_that_fits(text, property.name).is_some(),
            _ => true,
        };
        if property.name == "name" && is_possible {
            return true;
        }
        let is_drawn = self.all || self.below(2) == 0;
        is_possible && is_drawn && self.left > 0
    }

    fn text(&mut self, text: &Text, name: &str, path: &str) -> String {
        if !text.values.is_empty() {
            return text.values[self.below(text.values.len())].to_owned();
        }
        let referred = self.descriptor.references.iter().find(|(at, _)| *at == path);
        let lower = name.to_lowercase();
        let meant = match referred {
            Some((_, kind)) if kind.contains('/') => id_of(kind, ["one", "two"][self.below(2)]),
            _ if lower == "location" => "westeurope".to_owned(),
            _ if likeness::is_location(name) => ["westeurope", "northeurope"][self.below(2)].to_owned(),
            _ if lower.ends_with("time") || lower.ends_with("date") => "2027-01-01T00:00:00Z".to_owned(),
            _ if ["duration", "frequency", "interval", "windowsize", "period"]
                .iter()
                .any(|end| lower.ends_with(end)) =>
            {
                ["PT60M", "P1D"][self.below(2)].to_owned()
            }
            _ => format!("{} {}", name, self.below(100)),
        };
        let fits = meant.len() >= text.min
            && meant.len() <= text.max
            && (text.pattern.is_empty()
                || regex_lite::Regex::new(text.pattern).is_ok_and(|pattern| pattern.is_match(&meant)));
        if fits { meant } else { sample_text(text, name).to_owned() }
    }
}

fn innermost(shape: &'static Shape) -> &'static Shape {
    match shape {
        Shape::List { item, .. } | Shape::Map(item) => innermost(item),
        other => other,
    }
}

/// The id of an instance of a type in a group of this subscription.
fn id_of(kind: &str, name: &str) -> String {
    let group = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/Elsewhere");
    let Some((namespace, types)) = kind.split_once('/') else { return group };
    if kind == "Microsoft.Resources/resourceGroups" {
        return group;
    }
    let segments = types.split('/').map(|part| format!("/{part}/{name}"));
    format!("{group}/providers/{namespace}{}", segments.collect::<String>())
}
