//! The habits of services that show a resource otherwise than it was written: ids and enumerations in another case,
//! regions by their long names, sets in another order, instants and durations spelled anew, numbers with a fraction,
//! nulls and empty lists for what was left out, defaults, and what only the service sets. Secrets are left out.
//!
//! Invariant: what is shown means the same as what was written. The same seed, id and kind of request give the same
//! answer; a read may spell otherwise than a write.

use atp_azure::descriptor::{Object, Property, Shape, TypeDescriptor};
use atp_azure::likeness;
use serde_json::{Map, Value, json};

use crate::catalog::{Catalog, own};
use crate::draw::draw;
use crate::locations;
use crate::message::{Method, Request, Response};

/// How deep below what was written the service adds objects of its own.
const DEPTH: usize = 2;

/// The answer as a service would give it that has all these habits: resources and lists of them are changed, all else is
/// left alone.
pub(crate) fn respelled(catalog: &Catalog, seed: u64, request: &Request, response: Response) -> Response {
    if response.status >= 300 || response.body.is_empty() || request.method == Method::Post {
        return response;
    }
    let mut body = response.value();
    let list = body.get_mut("value").and_then(Value::as_array_mut);
    let is_list = list.is_some();
    let resources: Vec<&mut Value> = match list {
        Some(items) => items.iter_mut().collect(),
        None => vec![&mut body],
    };
    for resource in resources {
        let text = |key: &str| resource.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (id, kind) = (text("id"), text("type"));
        // Lists of everything in a group show resources without their properties.
        let Some(descriptor) = catalog.get(&kind).filter(|_| !id.is_empty()) else { continue };
        let is_whole =
            !is_list || request.path.to_ascii_lowercase().ends_with(&descriptor.leaf().to_ascii_lowercase());
        if is_whole {
            let verb = if request.method == Method::Put { "write" } else { "read" };
            let noise = Noise { seed, salt: format!("{verb}/{}", id.to_ascii_lowercase()), id };
            noise.resource(descriptor, resource);
        }
    }
    let bytes = body.to_string().into_bytes();
    Response { body: bytes, ..response }
}

struct Noise {
    seed: u64,
    salt: String,
    id: String,
}

impl Noise {
    /// One of `count` ways, which follows from the place.
    fn way(&self, path: &str, count: usize) -> usize {
        let drawn = draw(self.seed, &format!("noise/{}/{path}", self.salt), 0) * count as f64;
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is from 0 to below count"
        )]
        let way = drawn as usize;
        way
    }

    fn resource(&self, descriptor: &TypeDescriptor, resource: &mut Value) {
        let Shape::Object(_) = descriptor.body else { return };
        for (path, default) in descriptor.defaults {
            if let Ok(default) = serde_json::from_str(default) {
                fill(descriptor.body, resource, path, default);
            }
        }
        let mut shown = self.value(descriptor.body, resource.take(), "", DEPTH);
        for key in ["id", "type"] {
            if let Some(Value::String(text)) = shown.get_mut(key) {
                *text = self.id_text(text, key);
            }
        }
        *resource = shown;
    }

    fn value(&self, shape: &'static Shape, value: Value, path: &str, depth: usize) -> Value {
        match (shape, value) {
            (Shape::String(text), Value::String(value)) => Value::String(self.text(text.values, value, path)),
            (Shape::Any, Value::String(value)) => Value::String(self.text(&[], value, path)),
            (Shape::Number, Value::Number(number)) if self.way(path, 2) == 0 => {
                number.as_f64().map_or(Value::Number(number), |number| json!(number))
            }
            (Shape::Object(object), Value::Object(map)) => {
                Value::Object(self.object(object, map, path, depth))
            }
            (Shape::Map(_), map @ Value::Object(_)) if likeness::is_literal(path) => map,
            (Shape::Map(item), Value::Object(map)) => {
                let entries = map.into_iter().map(|(key, value)| {
                    let inner = format!("{path}.{key}");
                    let shown = self.value(item, value, &inner, depth);
                    let key = if likeness::is_id(&key) { self.id_text(&key, &inner) } else { key };
                    (key, shown)
                });
                Value::Object(entries.collect())
            }
            (Shape::List { item, .. }, Value::Array(items)) => {
                let named = items.iter().all(|item| item.get("name").is_some_and(Value::is_string));
                let is_set = likeness::is_set(Some(shape), &pattern(path)) || named && are_parts(item);
                let shown = items.into_iter().enumerate();
                let shown =
                    shown.map(|(index, value)| self.value(item, value, &format!("{path}[{index}]"), depth));
                let mut shown: Vec<Value> = shown.collect();
                if is_set && !shown.is_empty() {
                    let by = self.way(path, shown.len());
                    shown.rotate_left(by);
                }
                Value::Array(shown)
            }
            (_, value) => value,
        }
    }

    fn object(
        &self,
        object: &'static Object,
        map: Map<String, Value>,
        path: &str,
        depth: usize,
    ) -> Map<String, Value> {
        let chosen = chosen(object, &map);
        let name = map.get("name").and_then(Value::as_str).map(str::to_owned);
        let mut shown = Map::new();
        for (key, value) in map {
            let inner = format!("{path}.{key}");
            match property_of(object, chosen, &key) {
                Some(property) if property.flags.secret => {}
                Some(property) => drop(shown.insert(key, self.value(property.shape, value, &inner, depth))),
                None => {
                    let value = match object.additional {
                        Some(shape) => self.value(shape, value, &inner, depth),
                        None => value,
                    };
                    shown.insert(key, value);
                }
            }
        }
        let own = chosen.map_or(&[][..], |variant| variant.properties);
        for property in object.properties.iter().chain(own) {
            let inner = format!("{path}.{}", property.name);
            if shown.contains_key(property.name) || property.flags.secret || property.flags.write_only {
                continue;
            }
            let added = match (property.flags.read_only, property.name) {
                (true, "id") => name
                    .as_ref()
                    .map(|name| json!(format!("{}{}/{name}", self.id, path.replace(['.', '['], "/")))),
                (true, _) => self.computed(property, &inner, depth),
                (false, _) => self.left_out(property, &inner),
            };
            if let Some(added) = added {
                shown.insert(property.name.to_owned(), added);
            }
        }
        shown
    }

    /// What a service shows where nothing was written: nothing, null, or an empty list or map.
    fn left_out(&self, property: &Property, path: &str) -> Option<Value> {
        let empty = match property.shape {
            Shape::List { .. } => json!([]),
            Shape::Map(_) => json!({}),
            _ => Value::Null,
        };
        match self.way(path, 3) {
            0 => None,
            1 => Some(Value::Null),
            _ => Some(empty),
        }
    }

    /// What only the service sets.
    fn computed(&self, property: &Property, path: &str, depth: usize) -> Option<Value> {
        // Whether it is shown does not change from one answer to the next.
        if draw(self.seed, &format!("noise/{}/{path}", self.id.to_ascii_lowercase()), 1) < 0.3 {
            return None;
        }
        Some(match property.shape {
            Shape::Any => return None,
            Shape::Boolean => json!(true),
            Shape::Integer { min, .. } => json!(min.unwrap_or(1)),
            Shape::Number => json!(1.0),
            Shape::String(text) => json!(computed_text(property.name, text.values)),
            Shape::List { .. } => json!([]),
            Shape::Map(_) => json!({}),
            Shape::Object(Object { variants: Some(_), .. }) => return None,
            Shape::Object(object) if depth > 0 => {
                Value::Object(self.object(object, Map::new(), path, depth - 1))
            }
            Shape::Object(_) => Value::Null,
        })
    }

    fn text(&self, values: &[&str], text: String, path: &str) -> String {
        let pattern = pattern(path);
        if likeness::is_literal(&pattern) || pattern == "name" {
            return text;
        }
        if likeness::is_id(&text) {
            return self.id_text(&text, path);
        }
        let way = self.way(path, 3);
        if values.iter().any(|value| value.eq_ignore_ascii_case(&text)) {
            return match way {
                0 => text,
                1 => text.to_ascii_lowercase(),
                _ => text.to_ascii_uppercase(),
            };
        }
        if likeness::is_location(&pattern) {
            let long = locations::display_names();
            let long = long.into_iter().find(|long| likeness::same_location(long, &text));
            return long.filter(|_| way > 0).map_or(text, str::to_owned);
        }
        if let Some(instant) = text.strip_suffix('Z').filter(|_| likeness::same_instant(&text, &text)) {
            return match (way, instant.contains('.')) {
                (1, false) => format!("{instant}.0000000Z"),
                (2, _) => format!("{instant}+00:00"),
                _ => text,
            };
        }
        match likeness::seconds(&text).filter(|_| way > 0) {
            Some(seconds) => duration(seconds, way == 1),
            None => text,
        }
    }

    /// An id as some service or other writes it.
    fn id_text(&self, id: &str, path: &str) -> String {
        let way = self.way(path, 4);
        match way {
            0 => id.to_owned(),
            1 => id.replacen("/resourceGroups/", "/resourcegroups/", 1),
            2 => id.to_ascii_lowercase(),
            _ => {
                let mut segments: Vec<String> = id.split('/').map(str::to_owned).collect();
                let group = segments.iter().position(|part| part.eq_ignore_ascii_case("resourceGroups"));
                if let Some(name) = group.and_then(|at| segments.get_mut(at + 1)) {
                    *name = name.to_ascii_uppercase();
                }
                segments.join("/").replace("/providers/Microsoft.", "/providers/microsoft.")
            }
        }
    }
}

/// A length of time in minutes or hours as far as they are whole, or else in hours, minutes and seconds.
fn duration(seconds: u64, in_one_unit: bool) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (in_one_unit, rest) {
        (_, _) if seconds == 0 => "PT0S".to_owned(),
        (true, 0) => format!("PT{}M", seconds / 60),
        (true, _) => format!("PT{seconds}S"),
        (false, _) => {
            let part =
                |number: u64, unit: char| if number == 0 { String::new() } else { format!("{number}{unit}") };
            format!("PT{}{}{}", part(hours, 'H'), part(minutes, 'M'), part(rest, 'S'))
        }
    }
}

fn computed_text(name: &str, values: &[&str]) -> String {
    let lower = name.to_ascii_lowercase();
    match values.first() {
        _ if name == "provisioningState" => "Succeeded".to_owned(),
        Some(first) => (*first).to_owned(),
        None if lower.ends_with("time") || lower.ends_with("date") => {
            "2026-01-01T00:00:00.1234567Z".to_owned()
        }
        None if lower.ends_with("id") => "00000000-0000-4000-8000-0000000000ff".to_owned(),
        None => format!("set by the service: {name}"),
    }
}

/// Whether items are parts of the resource with a name of their own, such as subnets: services show them in an order of
/// their own.
fn are_parts(item: &Shape) -> bool {
    let Shape::Object(object) = item else { return false };
    let writable = |name| own_property(object, name).is_some_and(|property| !property.flags.read_only);
    writable("name") && own_property(object, "properties").is_some()
}

fn own_property(object: &Object, name: &str) -> Option<&'static Property> {
    object.properties.iter().find(|property| property.name == name)
}

fn chosen(object: &'static Object, map: &Map<String, Value>) -> Option<&'static Object> {
    let (selector, variants) = object.variants?;
    let selected = map.get(selector)?.as_str()?;
    variants.iter().find(|(name, _)| name.eq_ignore_ascii_case(selected)).map(|(_, variant)| *variant)
}

fn property_of(
    object: &'static Object,
    chosen: Option<&'static Object>,
    name: &str,
) -> Option<&'static Property> {
    chosen.and_then(|variant| own_property(variant, name)).or_else(|| own(object, name))
}

/// A path without the positions of lists and without the dot in front.
fn pattern(path: &str) -> String {
    let mut pattern = String::new();
    let mut inside = false;
    for letter in path.trim_start_matches('.').chars() {
        inside &= letter != ']';
        if !inside {
            pattern.push(letter);
        }
        inside |= letter == '[';
    }
    pattern
}

/// Sets what a body is silent about, where the shape has it and what it is part of is there.
fn fill(shape: &'static Shape, body: &mut Value, path: &str, default: Value) {
    let Some(property) = crate::catalog::property(shape, path) else { return };
    if property.flags.write_only {
        return;
    }
    let (parents, name) = path.rsplit_once('.').unwrap_or(("", path));
    let mut parents = parents.split('.').filter(|part| !part.is_empty());
    let parent = parents.try_fold(body, |value, part| value.get_mut(part));
    if let Some(Value::Object(parent)) = parent {
        parent.entry(name).or_insert(default);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(seed: u64) -> Noise {
        Noise { seed, salt: "read/x".to_owned(), id: "/subscriptions/s/resourceGroups/g".to_owned() }
    }

    #[test]
    fn everything_that_is_varied_means_the_same() {
        let ids = ["/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/n"];
        for seed in 0..20 {
            for id in ids {
                assert!(noise(seed).id_text(id, "a").eq_ignore_ascii_case(id));
            }
            for text in ["PT60M", "P1D", "PT90S", "PT0S"] {
                assert!(
                    likeness::same_duration(&noise(seed).text(&[], text.to_owned(), ".a"), text),
                    "{text}"
                );
            }
            let instant = "2026-01-01T00:00:00Z".to_owned();
            assert!(likeness::same_instant(&noise(seed).text(&[], instant.clone(), ".a"), &instant));
            assert_eq!(noise(seed).text(&["PT1H"], "x".to_owned(), ".tags.a"), "x");
        }
    }

    #[test]
    fn every_habit_is_shown_by_some_seed() {
        let texts = |text: &str, path: &str, values: &[&str]| {
            (0..20).any(|seed| noise(seed).text(values, text.to_owned(), path) != text)
        };
        assert!(texts("westeurope", ".location", &[]));
        assert!(texts("Hot", ".a", &["Hot"]));
        assert!(texts("PT60M", ".a", &[]));
        assert!(texts("2026-01-01T00:00:00Z", ".a", &[]));
        assert!(texts("/subscriptions/s/resourceGroups/g", ".a", &[]));
        assert!(!texts("/subscriptions/s/resourceGroups/g", ".tags.a", &[]));
    }

    #[test]
    fn positions_are_no_part_of_a_pattern() {
        assert_eq!(pattern(".properties.rules[12].name"), "properties.rules[].name");
    }
}
