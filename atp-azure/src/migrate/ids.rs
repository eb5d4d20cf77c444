//! Ids of other tools as ids of Resource Manager.

use super::Found;
use crate::descriptor::Parent;
use crate::provider::address::{fits, type_of};
use crate::provider::catalog::Catalog;
use atp_iac::migrate::{Foreign, ForeignFile};

const GROUP: &str = "Microsoft.Resources/resourceGroups";
/// What is beside the services of an account of storage in its id: the word in the host name, and that in the id.
const STORAGE: &[(&str, &str)] = &[
    ("blob", "blobServices/default/containers"),
    ("dfs", "blobServices/default/containers"),
    ("file", "fileServices/default/shares"),
    ("queue", "queueServices/default/queues"),
    ("table", "tableServices/default/tables"),
];

/// The object with an id of Resource Manager.
pub(super) fn object(catalog: &Catalog, id: &str) -> Found {
    let id = id.trim_end_matches('/');
    let segments: Vec<&str> = id.split('/').skip(1).collect();
    let is_clean = |segment: &&str| {
        !segment.is_empty()
            && !matches!(*segment, "." | "..")
            && !segment.chars().any(|c| c.is_control() || matches!(c, '?' | '#' | '%' | '\\' | '|'))
    };
    if !id.starts_with('/') || !segments.iter().all(is_clean) {
        return Err("its id is none of Azure Resource Manager".to_owned());
    }
    let kind = match fits(Parent::ResourceGroup, id) {
        true => Some(GROUP.to_owned()),
        false => type_of(id),
    };
    match kind {
        Some(kind) => {
            Ok((catalog.find(&kind).map_or(kind, |known| known.name.to_owned()), spelled(catalog, &segments)))
        }
        None => Err(
            "its id is that of no resource: it names a whole subscription, or something within a resource"
                .to_owned(),
        ),
    }
}

/// The id with its words as Resource Manager spells them: other tools write `resourcegroups` and `virtualnetworks`, too.
fn spelled(catalog: &Catalog, segments: &[&str]) -> String {
    let mut spelled = String::new();
    let mut kind = String::new();
    // Words and names take turns; `providers` and a namespace, too.
    for pair in segments.chunks(2) {
        let (word, name) =
            (pair.first().copied().unwrap_or_default(), pair.get(1).copied().unwrap_or_default());
        let is = |own: &str| word.eq_ignore_ascii_case(own);
        let (word, name) = match () {
            () if is("providers") => {
                kind = name.to_owned();
                ("providers", namespace(name))
            }
            () if is("subscriptions") && kind.is_empty() => ("subscriptions", name),
            () if is("resourceGroups") && kind.is_empty() => ("resourceGroups", name),
            () => {
                kind = format!("{kind}/{word}");
                (catalog.find(&kind).map_or(word, |known| known.leaf()), name)
            }
        };
        spelled.extend(["/", word, "/", name]);
    }
    spelled
}

/// A namespace as its types spell it.
fn namespace(own: &str) -> &str {
    let mut all = crate::descriptors().iter().map(|known| known.namespace());
    all.find(|known| known.eq_ignore_ascii_case(own)).unwrap_or(own)
}

/// The object of a resource of `azurerm`.
pub(super) fn classic(catalog: &Catalog, resource: &Foreign, file: &ForeignFile) -> Found {
    let id = resource.id.as_str();
    if let Some(url) = id.strip_prefix("https://") {
        return object(catalog, &of_url(url, resource, file)?);
    }
    if let Some(rest) = id.strip_prefix("/managementGroup/") {
        // The subscription of a management group: `/managementGroup/<group>/subscription/<id>`.
        let mut parts = rest.split('/');
        return match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(group), Some("subscription"), Some(subscription), None) => object(
                catalog,
                &format!(
                    "/providers/Microsoft.Management/managementGroups/{group}/subscriptions/{subscription}"
                ),
            ),
            _ => Err("its id is none of Azure Resource Manager".to_owned()),
        };
    }
    match id.split_once('|') {
        None => object(catalog, id),
        // A role assignment with its tenant, or a role definition with its scope.
        Some((first, _)) if type_of(first).is_some_and(|kind| is_role(&kind)) => object(catalog, first),
        // A diagnostic setting: its target and its name.
        Some((target, name))
            if !name.contains('/')
                && target.starts_with('/')
                && resource.kind.to_ascii_lowercase().contains("diagnostic") =>
        {
            object(catalog, &format!("{target}/providers/Microsoft.Insights/diagnosticSettings/{name}"))
        }
        Some(_) => Err(
            "it is no object of its own, but stands for two that belong together: say it within one of them"
                .to_owned(),
        ),
    }
}

fn is_role(kind: &str) -> bool {
    ["Microsoft.Authorization/roleAssignments", "Microsoft.Authorization/roleDefinitions"]
        .iter()
        .any(|role| role.eq_ignore_ascii_case(kind))
}

/// The id of what has a URL: a part of an account of storage, or of a vault.
fn of_url(url: &str, resource: &Foreign, file: &ForeignFile) -> Result<String, String> {
    let text = |name: &str| resource.texts.get(name).filter(|text| text.starts_with('/'));
    if let Some(id) = ["resource_manager_id", "resource_versionless_id"].into_iter().find_map(text) {
        return Ok(id.to_owned());
    }
    let (host, path) = url.split_once('/').unwrap_or((url, ""));
    let mut words = host.split('.');
    let (owner, service) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = path.trim_end_matches('/');
    if let Some((_, within)) = STORAGE.iter().find(|(word, _)| *word == service) {
        let account = text("storage_account_id").map(str::to_owned);
        let account = account.or_else(|| owned(file, "Microsoft.Storage/storageAccounts", owner));
        // `https://account.table.core.windows.net/Tables('name')`
        let name = path.strip_prefix("Tables('").and_then(|rest| rest.strip_suffix("')")).unwrap_or(path);
        return match account {
            _ if name.is_empty() || name.contains('/') => {
                Err("its URL is that of data, and of no resource".to_owned())
            }
            Some(account) => Ok(format!("{account}/{within}/{name}")),
            None => Err(format!(
                "the file does not say in which resource group its account `{owner}` is: take it over with `import RESOURCE ID`"
            )),
        };
    }
    let mut parts = path.split('/');
    let vault = || {
        text("key_vault_id").map(str::to_owned).or_else(|| owned(file, "Microsoft.KeyVault/vaults", owner))
    };
    match (parts.next(), parts.next().filter(|name| !name.is_empty())) {
        (Some(kind @ ("secrets" | "keys")), Some(name)) => match vault() {
            Some(vault) => Ok(format!("{vault}/{kind}/{name}")),
            None => Err(format!(
                "the file does not say in which resource group its vault `{owner}` is: take it over with `import RESOURCE ID`"
            )),
        },
        _ => Err("its URL is that of data, and of no resource of Azure Resource Manager".to_owned()),
    }
}

/// The id of the only resource in the file that has a type and a name.
fn owned(file: &ForeignFile, kind: &str, name: &str) -> Option<String> {
    let is_it = |id: &&str| {
        type_of(id).is_some_and(|own| own.eq_ignore_ascii_case(kind))
            && id.rsplit('/').next().is_some_and(|own| own.eq_ignore_ascii_case(name))
    };
    let mut ids = file.resources.iter().map(|one| one.id.trim_end_matches('/')).filter(is_it);
    let first = ids.next()?;
    ids.all(|other| other.eq_ignore_ascii_case(first)).then(|| first.to_owned())
}
