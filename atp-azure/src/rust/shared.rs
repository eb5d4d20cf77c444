//! What many resources have in common, and the code says once.

use super::layout::Expr;
use atp_iac::provider::Declaration;
use atp_iac::value::{Map, Value};
use std::collections::BTreeMap;

/// What most of the ids begin with: the resource group, or the subscription where they are in several; empty when there is
/// none.
pub(super) fn scope(declarations: &[Declaration<'_>]) -> String {
    let starts = |segments: usize| {
        let mut starts: BTreeMap<&str, usize> = BTreeMap::new();
        for id in declarations.iter().map(|declaration| declaration.id) {
            let end = id.match_indices('/').nth(segments).map_or(id.len(), |(at, _)| at);
            let start = id.get(..end).filter(|start| start.matches('/').count() == segments);
            start.into_iter().for_each(|start| *starts.entry(start).or_default() += 1);
        }
        starts
    };
    let (groups, subscriptions) = (starts(4), starts(2));
    let of_many = match groups.len() {
        1 => groups,
        _ => subscriptions,
    };
    let most = of_many.into_iter().max_by_key(|(_, count)| *count);
    most.map(|(start, _)| start.to_owned())
        .filter(|start| start.starts_with("/subscriptions/"))
        .unwrap_or_default()
}

/// Tags that several resources have, as the code writes them, and the variable that has them.
pub(super) fn shared_tags(declarations: &[Declaration<'_>]) -> BTreeMap<String, String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for declaration in declarations {
        let tags = declaration.inputs.get("tags").and_then(Value::as_map).filter(|tags| !tags.is_empty());
        tags.into_iter().for_each(|tags| *counts.entry(tags_of(tags).flat()).or_default() += 1);
    }
    let mut shared: Vec<(String, usize)> = counts.into_iter().filter(|(_, count)| *count > 1).collect();
    shared.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let name = |number: usize| if number == 0 { "tags".to_owned() } else { format!("tags_{}", number + 1) };
    shared.into_iter().enumerate().map(|(number, (code, _))| (code, name(number))).collect()
}

/// Tags as an array of pairs.
pub(super) fn tags_of(tags: &Map) -> Expr {
    let text = |value: &Value| Expr::text(value.as_str().unwrap_or_default());
    Expr::Array(tags.iter().map(|(key, value)| Expr::pair(Expr::text(key), text(value))).collect())
}
