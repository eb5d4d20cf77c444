//! Facts about paths in a body: which hold ids, and what the service puts where nothing is said.

use super::schema::{Document, Kind, Node};
use super::tables;
use serde_json::Value;
use std::collections::BTreeMap;

/// The paths that hold the id of a resource of a known type.
pub fn references(document: &Document) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    walk(document.body(), "", &mut Vec::new(), &mut |path, node| {
        if !matches!(node.kind(), Kind::String) {
            return;
        }
        let target = tables::reference(&document.kind, path).filter(|target| *target != tables::ANY);
        if let Some(entry) = target.and_then(tables::entry_of) {
            found.insert(path.to_owned(), entry.kind.to_owned());
        }
    });
    found
}

/// Every path that can be written.
#[cfg(test)]
pub fn paths(document: &Document) -> std::collections::BTreeSet<String> {
    let mut found = std::collections::BTreeSet::new();
    walk(document.body(), "", &mut Vec::new(), &mut |path, _| {
        found.insert(path.to_owned());
    });
    found
}

/// Visits every value that can be written, once for each path. `open`: the definitions that it is in; schemas refer to
/// themselves.
fn walk<'a>(node: Node<'a>, path: &str, open: &mut Vec<&'a str>, visit: &mut impl FnMut(&str, Node<'a>)) {
    if node.definition.is_some_and(|definition| open.contains(&definition)) {
        return;
    }
    visit(path, node);
    open.extend(node.definition);
    match node.kind() {
        Kind::List(Some(items)) => walk(items, &format!("{path}[]"), open, visit),
        Kind::Map(item) => walk(item, &format!("{path}.*"), open, visit),
        Kind::Union => {
            for part in node.variants().into_values().chain([node.base_node()]) {
                walk(part, path, open, visit);
            }
        }
        Kind::Object => {
            // Of a whole resource that is named in a body only its id is looked at.
            let reference = !path.is_empty() && node.names_resource(path);
            for (name, child) in node.writable() {
                if !reference || name == "id" {
                    let at = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
                    walk(child, &at, open, visit);
                }
            }
        }
        _ => {}
    }
    if node.definition.is_some() {
        open.pop();
    }
}

/// What the service is expected to fill in where a body is silent: path and JSON. From the swagger of 2021 and the
/// defaults that terraform-provider-azurerm documents.
pub fn defaults(document: &Document) -> BTreeMap<String, String> {
    let mut hints: BTreeMap<&str, &Value> = BTreeMap::new();
    for (_, resource) in document.fact("azurerm").as_object().into_iter().flatten() {
        for (attribute, value) in resource["defaults"].as_object().into_iter().flatten() {
            if let Some(path) = resource["mapped"][attribute].as_str() {
                hints.insert(path, value);
            }
        }
    }
    hints.extend(
        document.fact("defaults2021").as_object().into_iter().flatten().map(|(k, v)| (k.as_str(), v)),
    );
    let mut found = BTreeMap::new();
    walk(document.body(), "", &mut Vec::new(), &mut |path, node| {
        let silent = node.write_only() || node.secret() || document.is_secret(path);
        let computed = tables::computed(&document.kind, path) || path == "location";
        if let Some(value) =
            hints.get(path).filter(|_| !silent && !computed).and_then(|hint| fitting(node, hint))
        {
            found.insert(path.to_owned(), value.to_string());
        }
    });
    found
}

/// A hint as a value of the property's own type, if it is one.
fn fitting(node: Node<'_>, hint: &Value) -> Option<Value> {
    let text = hint.as_str().map_or_else(|| hint.to_string(), str::to_owned);
    match node.kind() {
        Kind::Boolean => text.parse::<bool>().ok().map(Value::from),
        Kind::Integer => {
            let number = text.parse::<i64>().ok()?;
            let (min, max) = (node.fact("minimum").as_i64(), node.fact("maximum").as_i64());
            let fits = min.is_none_or(|min| number >= min) && max.is_none_or(|max| number <= max);
            fits.then(|| number.into())
        }
        Kind::String if !text.is_empty() => {
            let values = node.values();
            let known = values.iter().find(|value| value.eq_ignore_ascii_case(&text));
            match known {
                Some(known) => Some((*known).into()),
                None if values.is_empty() && !["true", "false"].contains(&text.as_str()) => Some(text.into()),
                None => None,
            }
        }
        _ => None,
    }
}
