//! What resources of other tools are in Azure: those of Pulumi's `azure-native` and `azure`, and of Terraform's `azurerm`
//! and `azapi`.
//!
//! The id decides. Most are ids of Resource Manager. Those that are not, such as the URL of a container, are computed from
//! what else the file says ([`ids`]). What is no object of its own, such as an association of two, is in a table ([`parts`]).
//! The type in the other tool confirms: where it speaks of another service than the id ([`pulumi`]), neither is believed.

mod ids;
mod parts;
mod pulumi;

use crate::provider::catalog::Catalog;
use atp_iac::migrate::{Counterpart, Foreign, ForeignFile};

/// What a type of another tool is about.
enum Family {
    /// A type that is named after one of Resource Manager: the module and the name.
    Native { module: String, name: String },
    /// A type of `azurerm`, in small letters without `azurerm_`; also those that Pulumi made from it.
    Classic(String),
    /// Any type of Resource Manager.
    Any,
    /// A change of what something else makes.
    Change,
    /// Something that Resource Manager knows nothing of, and why.
    Elsewhere(&'static str),
}

/// What a resource of another tool is; `None` when it is not about Azure.
pub(crate) fn counterpart(catalog: &Catalog, resource: &Foreign, file: &ForeignFile) -> Option<Counterpart> {
    let found = match family(&resource.kind)? {
        Family::Native { module, name } => native(catalog, resource, &module, &name),
        Family::Classic(kind) => classic(catalog, &kind, resource, file),
        Family::Any => ids::object(catalog, &resource.id),
        Family::Change => Err("it changes a part of what another resource makes: say it there".to_owned()),
        Family::Elsewhere(why) => Err(why.to_owned()),
    };
    Some(match found {
        Ok((kind, id)) => Counterpart::Object { kind, id },
        Err(why) => Counterpart::Nothing { why },
    })
}

/// The type and the id of an object, or why there is none.
type Found = Result<(String, String), String>;

const GRAPH: &str =
    "it is of Microsoft Entra, which is no part of Resource Manager: leave it with the other tool";

fn family(kind: &str) -> Option<Family> {
    if let Some(rest) = kind.strip_prefix("azurerm_") {
        return Some(Family::Classic(rest.to_owned()));
    }
    match kind {
        "azapi_resource" => return Some(Family::Any),
        "azapi_update_resource" | "azapi_resource_action" => return Some(Family::Change),
        "azapi_data_plane_resource" => {
            return Some(Family::Elsewhere("it is data, and no resource: no tool has to declare it"));
        }
        _ if kind.starts_with("azuread_") => return Some(Family::Elsewhere(GRAPH)),
        _ => {}
    }
    let mut parts = kind.splitn(3, ':');
    let (package, module, name) = (parts.next()?, parts.next()?, parts.next()?);
    match package {
        // The module can carry a version: `network/v20240101`. `azure-nextgen` is what it was called at first.
        "azure-native" | "azure-nextgen" => {
            let module = module.split('/').next().unwrap_or_default().to_ascii_lowercase();
            Some(Family::Native { module, name: name.to_owned() })
        }
        // `azure:network/subnet:Subnet`.
        "azure" => Some(Family::Classic(snake(name))),
        "azuread" => Some(Family::Elsewhere(GRAPH)),
        // Packages of one version each: `azure-native_network_v20240101:network:Subnet`.
        _ if package.starts_with("azure-native_") => {
            let module = module.split('/').next().unwrap_or_default().to_ascii_lowercase();
            Some(Family::Native { module, name: name.to_owned() })
        }
        _ => None,
    }
}

fn native(catalog: &Catalog, resource: &Foreign, module: &str, name: &str) -> Found {
    if let Some(why) = pulumi::no_object(module, name) {
        return Err(why.to_owned());
    }
    let (kind, id) = ids::object(catalog, &resource.id)?;
    match pulumi::confirms(module, name, &kind) {
        true => Ok((kind, id)),
        false => Err(format!(
            "its type there is `{}`, and its id is one of `{kind}`: find out what it is, and take it over with `import RESOURCE \
             ID`",
            resource.kind
        )),
    }
}

fn classic(catalog: &Catalog, kind: &str, resource: &Foreign, file: &ForeignFile) -> Found {
    match parts::why_not(kind) {
        Some(why) => Err(why.to_owned()),
        None => ids::classic(catalog, resource, file),
    }
}

/// `SubnetNatGatewayAssociation` as `subnet_nat_gateway_association`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests;
