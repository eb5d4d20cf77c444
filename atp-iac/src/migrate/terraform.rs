//! What `terraform state pull` and `terraform show -json` write, or `tofu` in its place.

use super::json::Node;
use super::{Foreign, ForeignFileError, Texts, Tool};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// The version of the state that this reads.
const STATE: u64 = 4;

/// Why there is a data source in the file.
const DATA: &str = "Terraform only reads it: declare a query, or refer to the stack that manages it";
const DEPOSED: &str =
    "Terraform has replaced it, and is still to delete it: run `terraform apply` there first";
const NO_ID: &str = "Terraform has no id of it";

pub(super) fn resources(whole: &Json) -> Result<Vec<Foreign>, ForeignFileError> {
    let whole = Node::whole(whole);
    whole.object()?;
    let another = |what: &str, hint: &str| {
        Err(ForeignFileError::Another { what: what.to_owned(), hint: hint.to_owned() })
    };
    let pull = "run `terraform state pull > FILE` or `tofu state pull > FILE`, and give that file";
    if whole.get("encrypted_data").is_some() {
        return another("an encrypted state of OpenTofu", pull);
    }
    if whole.get("planned_values").is_some() || whole.get("resource_changes").is_some() {
        return another("a plan of Terraform, and no state", pull);
    }
    if whole.get("format_version").is_some() {
        return shown(&whole);
    }
    let (Some(version), Some(_)) = (whole.get("version"), whole.get("serial")) else {
        let what = match whole.get("deployment") {
            Some(_) => "an export of Pulumi, and no state of Terraform: it goes to `--from-pulumi`",
            None => "no state of Terraform: `version` or `serial` is missing",
        };
        return another(what, pull);
    };
    if version.value.as_u64() != Some(STATE) {
        return Err(wrong_version(
            &version,
            "4",
            "upgrade it: `terraform apply -refresh-only` of a present Terraform writes version 4",
        ));
    }
    let mut resources = Vec::new();
    for one in whole.items("resources")? {
        of_state(&one, &mut resources)?;
    }
    Ok(resources)
}

fn wrong_version(version: &Node<'_>, known: &'static str, hint: &'static str) -> ForeignFileError {
    let found = match version.value {
        Json::Number(number) => number.to_string(),
        Json::String(text) if text.len() < 20 && text.chars().all(|c| c.is_ascii_digit() || c == '.') => {
            text.clone()
        }
        _ => "?".to_owned(),
    };
    ForeignFileError::Version { tool: Tool::Terraform, found, known, hint }
}

/// The instances of one resource of a state.
fn of_state(one: &Node<'_>, resources: &mut Vec<Foreign>) -> Result<(), ForeignFileError> {
    one.object()?;
    let (mode, kind, name) = (one.text("mode")?, one.text("type")?, one.text("name")?);
    let module = one.text_if_there("module")?;
    let provider = one.text("provider")?;
    if provider.is_empty() || !matches!(mode, "managed" | "data") {
        return one.damaged("is neither managed nor data");
    }
    let data = if mode == "data" { "data." } else { "" };
    let address = module.map(|module| format!("{module}.")).unwrap_or_default() + data + kind + "." + name;
    for instance in one.items("instances")? {
        instance.object()?;
        let key = key(&instance, "index_key")?;
        if instance.get("attributes").is_none() && instance.get("attributes_flat").is_some() {
            let what =
                "was last written by a Terraform before 0.12: run `terraform apply -refresh-only` there";
            return instance.damaged(what);
        }
        let secret = sensitive(&instance)?;
        let not_managed = match () {
            () if mode == "data" => Some(DATA),
            () if instance.get("deposed").is_some() => Some(DEPOSED),
            () => None,
        };
        let texts = instance.texts("attributes", |name| secret.contains(name))?;
        resources.push(foreign(
            (format!("{address}{}", bracket(key.as_ref())), modules(module)),
            (kind, name, key),
            texts,
            not_managed,
        ));
    }
    Ok(())
}

/// The names of the attributes of which any part is marked as sensitive.
fn sensitive<'j>(instance: &Node<'j>) -> Result<BTreeSet<&'j str>, ForeignFileError> {
    let mut names = BTreeSet::new();
    for path in instance.items("sensitive_attributes")? {
        let Json::Array(steps) = path.value else { return path.damaged("is no path") };
        match steps.first().and_then(|step| step.get("value")) {
            Some(Json::String(name)) => _ = names.insert(name.as_str()),
            _ => return path.damaged("is no path"),
        }
    }
    Ok(names)
}

/// What `show -json` writes.
fn shown(whole: &Node<'_>) -> Result<Vec<Foreign>, ForeignFileError> {
    let is_known = |version: &Node<'_>| {
        version
            .value
            .as_str()
            .is_some_and(|text| text == "1" || text.starts_with("1.") || text == "0.1" || text == "0.2")
    };
    if let Some(version) = whole.get("format_version").filter(|version| !is_known(version)) {
        return Err(wrong_version(
            &version,
            "0.1, 0.2 and 1",
            "give the state itself: `terraform state pull > FILE`",
        ));
    }
    let mut resources = Vec::new();
    let Some(values) = whole.get("values") else { return Ok(resources) };
    match values.get("root_module") {
        Some(root) => module(&root, &mut resources)?,
        None => return values.damaged("has no module"),
    }
    Ok(resources)
}

fn module(own: &Node<'_>, resources: &mut Vec<Foreign>) -> Result<(), ForeignFileError> {
    own.object()?;
    for one in own.items("resources")? {
        one.object()?;
        let (address, mode) = (one.text("address")?, one.text("mode")?);
        let (kind, name, key) = (one.text("type")?, one.text("name")?, key(&one, "index")?);
        let not_managed = match mode {
            "managed" if one.get("deposed_key").is_some() => Some(DEPOSED),
            "managed" => None,
            "data" => Some(DATA),
            _ => return one.damaged("is neither managed nor data"),
        };
        let marks = one.get("sensitive_values");
        let is_secret = |name: &str| match marks.as_ref().and_then(|marks| marks.value.get(name)) {
            None | Some(Json::Bool(false)) => false,
            Some(Json::Array(items)) if items.is_empty() => false,
            Some(Json::Object(map)) if map.is_empty() => false,
            Some(_) => true,
        };
        let texts = one.texts("values", is_secret)?;
        let of_module = own.text_if_there("address")?;
        resources.push(foreign(
            (address.to_owned(), modules(of_module)),
            (kind, name, key),
            texts,
            not_managed,
        ));
    }
    for child in own.items("child_modules")? {
        module(&child, resources)?;
    }
    Ok(())
}

fn foreign(
    (address, modules): (String, Vec<String>),
    (kind, name, key): (&str, &str, Option<Json>),
    texts: Texts,
    not_managed: Option<&str>,
) -> Foreign {
    let id = texts.get("id").unwrap_or_default().to_owned();
    let not_managed = not_managed.or(id.is_empty().then_some(NO_ID)).map(str::to_owned);
    let key = key.map(|key| key.as_str().map_or_else(|| key.to_string(), str::to_owned));
    let (kind, name) = (kind.to_owned(), name.to_owned());
    Foreign { address, modules, name, key, kind, id, texts, is_protected: false, not_managed }
}

fn key(one: &Node<'_>, name: &str) -> Result<Option<Json>, ForeignFileError> {
    match one.get(name) {
        None => Ok(None),
        Some(Node { value: key @ (Json::String(_) | Json::Number(_)), .. }) => Ok(Some(key.clone())),
        Some(other) => other.damaged("is no key"),
    }
}

fn bracket(key: Option<&Json>) -> String {
    key.map(|key| format!("[{key}]")).unwrap_or_default()
}

/// The names in `module.network.module.inner["a.b"]`, with their keys.
fn modules(address: Option<&str>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut rest = address.unwrap_or_default();
    while let Some(start) = rest.strip_prefix("module.") {
        let end = end_of_name(start);
        let (name, behind) = start.split_at_checked(end).unwrap_or((start, ""));
        names.push(name.to_owned());
        rest = behind.trim_start_matches('.');
    }
    names
}

/// Where the name of a module and its key end.
fn end_of_name(text: &str) -> usize {
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            '.' if !is_quoted => return at,
            _ => {}
        }
    }
    text.len()
}
