//! Names of ours for what has a name in another tool.

use super::{Foreign, Tool};
use std::collections::BTreeMap;

/// A name for each: as it is called there; with its type or its modules before it where others are called so, too; and a
/// number where that is still not enough.
pub(crate) fn names(tool: Tool, all: &[&Foreign]) -> Vec<String> {
    let forms: Vec<Vec<String>> = all.iter().map(|one| forms(tool, one)).collect();
    let mut chosen = vec![0; all.len()];
    loop {
        let names: Vec<&str> =
            forms.iter().zip(&chosen).filter_map(|(forms, at)| forms.get(*at)).map(String::as_str).collect();
        let mut is_changed = false;
        for position in shared(&names) {
            if let (Some(at), Some(forms)) = (chosen.get_mut(position), forms.get(position))
                && *at + 1 < forms.len()
            {
                *at += 1;
                is_changed = true;
            }
        }
        if !is_changed {
            return numbered(names.into_iter());
        }
    }
}

/// Where names stand that are not the only ones of their kind.
fn shared(names: &[&str]) -> Vec<usize> {
    let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (position, name) in names.iter().enumerate() {
        places.entry(name.to_lowercase()).or_default().push(position);
    }
    places.into_values().filter(|places| places.len() > 1).flatten().collect()
}

/// Names as they are, with a number where one was given already.
pub(crate) fn numbered<'n>(names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let mut given = std::collections::BTreeSet::new();
    let unique = |name: &str| {
        let mut own = name.to_owned();
        let mut number = 2;
        while !given.insert(own.to_lowercase()) {
            own = format!("{name}-{number}");
            number += 1;
        }
        own
    };
    names.map(unique).collect()
}

/// Names from short to long.
fn forms(tool: Tool, one: &Foreign) -> Vec<String> {
    let kind = match tool {
        Tool::Pulumi => kebab(one.kind.rsplit(':').next().unwrap_or_default()),
        Tool::Terraform => {
            one.kind.split_once('_').map_or(one.kind.as_str(), |(_, rest)| rest).replace('_', "-")
        }
    };
    let own: Vec<&str> = std::iter::once(one.name.as_str()).chain(one.key.as_deref()).collect();
    let modules: Vec<&str> = one.modules.iter().map(String::as_str).collect();
    let joined = |parts: &[&[&str]]| tidy(&parts.concat().join("-"));
    let kind = [kind.as_str()];
    let mut forms = vec![joined(&[&own]), joined(&[&kind, &own])];
    if !modules.is_empty() {
        forms.push(joined(&[&modules, &own]));
        forms.push(joined(&[&modules, &kind, &own]));
    }
    forms
}

/// `VirtualNetwork` as `virtual-network`.
fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for character in name.chars() {
        if character.is_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.extend(character.to_lowercase());
    }
    kebab
}

/// A text with nothing in it that means something in a name.
pub(crate) fn tidy(text: &str) -> String {
    let mut tidy = String::new();
    for character in text.chars() {
        if character.is_alphanumeric() || matches!(character, '_' | '.') {
            tidy.push(character);
        } else if !tidy.ends_with('-') {
            tidy.push('-');
        }
    }
    let trimmed = tidy.trim_matches('-');
    if trimmed.is_empty() { "resource".to_owned() } else { trimmed.to_owned() }
}
