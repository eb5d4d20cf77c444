//! What `pulumi stack export` writes: the deployment of a stack, as JSON.
//!
//! A secret is an object with a signature in the place of its value, encrypted or in clear. It is no text, and so it is
//! never looked at.

use super::json::Node;
use super::{Foreign, ForeignFileError, Texts, Tool};
use serde_json::Value as Json;

/// The version of the format that this reads.
const VERSION: u64 = 3;

pub(super) fn resources(whole: &Json) -> Result<Vec<Foreign>, ForeignFileError> {
    let whole = Node::whole(whole);
    whole.object()?;
    if whole.get("checkpoint").is_some() {
        let hint = "run `pulumi stack export --file FILE`, and give that file".to_owned();
        return Err(ForeignFileError::Another {
            what: "a checkpoint of Pulumi's own store".to_owned(),
            hint,
        });
    }
    let (Some(version), Some(deployment)) = (whole.get("version"), whole.get("deployment")) else {
        let what = match whole.get("serial").or(whole.get("format_version")) {
            Some(_) => "a file of Terraform, and no export of Pulumi",
            None => "no export of a Pulumi stack: `version` or `deployment` is missing",
        };
        let hint = "run `pulumi stack export --file FILE`; files of Terraform go to `--from-terraform`";
        return Err(ForeignFileError::Another { what: what.to_owned(), hint: hint.to_owned() });
    };
    if version.value.as_u64() != Some(VERSION) {
        let hint = "export it with a Pulumi that writes version 3";
        let found = version.value.as_u64().map_or_else(|| "?".to_owned(), |found| found.to_string());
        return Err(ForeignFileError::Version { tool: Tool::Pulumi, found, known: "3", hint });
    }
    deployment.object()?;
    let mut resources = Vec::new();
    for one in deployment.items("resources")? {
        resources.extend(resource(&one)?);
    }
    for open in deployment.items("pending_operations")? {
        resources.extend(pending(&open)?);
    }
    Ok(resources)
}

/// A resource; `None` of a component, a provider, or the stack itself.
fn resource(one: &Node<'_>) -> Result<Option<Foreign>, ForeignFileError> {
    one.object()?;
    let (urn, kind) = (one.text("urn")?, one.text("type")?);
    let id = one.text_if_there("id")?;
    if !one.flag("custom")? || kind.starts_with("pulumi:") {
        return Ok(None);
    }
    let not_managed = if one.flag("external")? {
        Some("Pulumi only reads it: declare a query, or refer to the stack that manages it")
    } else if one.flag("delete")? {
        Some("Pulumi has replaced it, and is still to delete it: run `pulumi up` there first")
    } else if one.flag("pendingReplacement")? {
        Some("Pulumi has deleted it, and is still to make the new one: run `pulumi up` there first")
    } else if id.is_none_or(str::is_empty) {
        Some("Pulumi has no id of it: run `pulumi refresh` there first")
    } else {
        None
    };
    // Inputs say what outputs do not.
    let mut texts = one.texts("inputs", |_| false)?;
    let outputs = one.texts("outputs", |_| false)?;
    outputs.0.into_iter().for_each(|(name, text)| _ = texts.0.insert(name, text));
    Ok(Some(Foreign {
        address: urn.to_owned(),
        modules: Vec::new(),
        name: name(one, urn)?.to_owned(),
        key: None,
        kind: kind.to_owned(),
        id: id.unwrap_or_default().to_owned(),
        texts,
        is_protected: one.flag("protect")? || one.flag("retainOnDelete")?,
        not_managed: not_managed.map(str::to_owned),
    }))
}

/// What an update of Pulumi was doing when it was cut off.
fn pending(open: &Node<'_>) -> Result<Option<Foreign>, ForeignFileError> {
    let what = open.text("type")?;
    let Some(one) = open.get("resource") else { return open.damaged("has no resource") };
    let why = format!(
        "an update of Pulumi was cut off in the middle of `{what}`: run `pulumi refresh` there, and export again"
    );
    Ok(resource(&one)?.map(|one| Foreign { not_managed: Some(why), texts: Texts::default(), ..one }))
}

/// The name in `urn:pulumi:<stack>::<project>::<types>::<name>`.
fn name<'j>(one: &Node<'j>, urn: &'j str) -> Result<&'j str, ForeignFileError> {
    let name = urn.strip_prefix("urn:pulumi:").and_then(|urn| urn.splitn(4, "::").nth(3));
    match name.filter(|name| !name.is_empty()) {
        Some(name) => Ok(name),
        None => one.damaged("has no URN of Pulumi"),
    }
}
