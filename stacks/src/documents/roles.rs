//! Who may do what, and where.

use super::Estate;
use super::estate::{Found, Site, last, short, text};
use super::table::table;
use crate::helpers::BuiltInRole;
use std::collections::BTreeMap;
use std::fmt::Write;

pub(super) fn document(estate: &Estate) -> String {
    let mut document =
        "Principals that are made with the platform are named by the identity that has them; others \
                        by their object id. An assignment holds for everything in its scope.\n\n"
            .to_owned();
    for site in estate.sites() {
        let own = own_roles(estate, site);
        let mut rows: Vec<Vec<String>> = estate
            .of_type(site, "Microsoft.Authorization/roleAssignments")
            .into_iter()
            .map(|found| {
                vec![
                    principal(estate, site, &found),
                    role(&found, &own),
                    short(&found.text("parent")),
                    found.stack.to_owned(),
                ]
            })
            .collect();
        rows.sort();
        let _ = write!(
            document,
            "## {}\n\n{}\n",
            site.title(),
            table(&["principal", "role", "scope", "stack"], rows)
        );
    }
    document
}

/// The resource that has the principal, by its name in Azure; its object id where it is none of the platform.
fn principal(estate: &Estate, site: Site<'_>, found: &Found<'_>) -> String {
    let id = found.text("properties/principalId");
    let ends = [".properties.principalId", ".identity.principalId"];
    let own = id.split(", ").find_map(|origin| ends.iter().find_map(|end| origin.strip_suffix(end)));
    let named = own.and_then(|name| {
        let resources = estate.resources(site).into_iter();
        resources.filter(|other| other.stack == found.stack).find(|other| other.operation.urn.name() == name)
    });
    let other = id.split_once('/').and_then(|(stack, output)| {
        let planned = estate.stacks(site).find(|planned| planned.program.name == stack)?;
        let id = text(planned.outputs.get(output)?, "id");
        Some(last(&id).to_owned()).filter(|name| !name.is_empty())
    });
    named.map(|resource| resource.text("name")).or(other).unwrap_or(id)
}

/// The roles that the platform defines, by GUID.
fn own_roles(estate: &Estate, site: Site<'_>) -> BTreeMap<String, String> {
    let definitions = estate.of_type(site, "Microsoft.Authorization/roleDefinitions").into_iter();
    definitions.map(|found| (found.text("name"), found.text("properties/roleName"))).collect()
}

fn role(found: &Found<'_>, own: &BTreeMap<String, String>) -> String {
    let id = found.text("properties/roleDefinitionId");
    let guid = last(&id);
    let built_in = BuiltInRole::of_guid(guid).map(|role| words(&format!("{role:?}")));
    built_in.or_else(|| own.get(guid).cloned()).unwrap_or(id)
}

/// `KeyVaultSecretsUser` as `Key Vault Secrets User`.
fn words(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(letter);
    }
    words
}
