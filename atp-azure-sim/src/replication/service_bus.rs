//! Aliases of Service Bus namespaces, and the copies that they keep.

use serde_json::{Map, Value, json};

use atp_azure::descriptor::TypeDescriptor;

use super::{above, is, last, property, refused, set};
use crate::cloud::Cloud;
use crate::errors::Answer;
use crate::store::Resource;

pub(super) const ALIASES: &str = "microsoft.servicebus/namespaces/disasterrecoveryconfigs";
const ALIAS: &str = "Microsoft.ServiceBus/namespaces/disasterRecoveryConfigs";
const NAMESPACES: &str = "microsoft.servicebus/namespaces";

/// Whether resources of a type are copied: queues, topics, and what is in them.
pub(super) fn is_entity(type_name: &str) -> bool {
    let name = type_name.to_ascii_lowercase();
    let rest = name.strip_prefix(NAMESPACES).and_then(|rest| rest.strip_prefix('/'));
    rest.is_some_and(|rest| matches!(rest.split('/').next(), Some("queues" | "topics")))
}

/// The key of the other namespace; empty when there is none.
fn partner(body: &Map<String, Value>) -> String {
    property(body, "partnerNamespace").to_ascii_lowercase()
}

/// The namespace that an entity is in, and the rest of its key.
fn split(key: &str) -> Option<(&str, &str)> {
    let start = key.find("/providers/microsoft.servicebus/namespaces/")?;
    let name = start + "/providers/microsoft.servicebus/namespaces/".len();
    let end = name + key.get(name..)?.find('/')?;
    Some((&key[..end], &key[end..]))
}

/// An alias is deleted when its pairing is broken.
pub(super) fn refuse_paired(alias: &Resource) -> Answer<()> {
    match partner(&alias.body).is_empty() {
        true => Ok(()),
        false => refused(
            400,
            "BadRequest",
            format!(
                "The alias '{}' is in a pairing. Break the pairing before you delete the alias.",
                alias.name
            ),
        ),
    }
}

/// A secondary can take over, and a primary can break a pairing.
pub(super) fn refuse_action(alias: &Resource, action: &str) -> Answer<()> {
    let wanted = if action == "failover" { "Secondary" } else { "Primary" };
    let role = property(&alias.body, "role");
    if role == wanted {
        return Ok(());
    }
    let message = format!("'{action}' is for the namespace with the role {wanted}, and this one is {role}.");
    refused(400, "BadRequest", message)
}

impl Cloud {
    pub(super) fn refuse_alias(&self, key: &str, name: &str, body: &Map<String, Value>) -> Answer<()> {
        let (namespace, wanted) = (above(key), partner(body));
        if let Some(old) = self.store.get(key) {
            let present = partner(&old.body);
            if property(&old.body, "role") == "Secondary" {
                let message = "The alias can be changed on the primary namespace only.";
                return refused(409, "Conflict", message);
            }
            if present == wanted {
                return Ok(());
            }
            if !present.is_empty() {
                return refused(409, "Conflict", "Break the pairing before you pair with another namespace.");
            }
        } else if !self.is_alias_free(name) {
            return refused(
                400,
                "BadRequest",
                format!("Alias '{name}' is not available, please use a different name."),
            );
        }
        if wanted.is_empty() {
            return refused(400, "BadRequest", "The partner namespace is missing.");
        }
        let known = |key: &str| self.store.get(key).filter(|resource| is(&resource.type_name, NAMESPACES));
        let (Some(primary), Some(secondary)) = (known(namespace), known(&wanted)) else {
            let message =
                format!("The partner namespace '{}' does not exist.", property(body, "partnerNamespace"));
            return refused(400, "BadRequest", message);
        };
        let tier = |resource: &Resource| {
            resource.body.get("sku").and_then(|sku| sku["name"].as_str().map(str::to_owned))
        };
        if [primary, secondary].iter().any(|namespace| tier(namespace).as_deref() != Some("Premium")) {
            return refused(400, "BadRequest", "Both namespaces of a pairing have to be Premium.");
        }
        if self.location(namespace) == self.location(&wanted) {
            return refused(
                400,
                "BadRequest",
                "The namespaces of a pairing have to be in different regions.",
            );
        }
        if self.alias_of(namespace).is_some_and(|(other, _)| other != key) || self.alias_of(&wanted).is_some()
        {
            return refused(409, "Conflict", "A namespace can be in one pairing only.");
        }
        match self.entities(&wanted).is_empty() {
            true => Ok(()),
            false => {
                refused(409, "Conflict", "The secondary namespace has to be empty: it has queues or topics.")
            }
        }
    }

    /// Queues and topics of the secondary are copies.
    pub(super) fn refuse_copy(&self, key: &str) -> Answer<()> {
        let alias = split(key).and_then(|(namespace, _)| self.alias_of(namespace));
        match alias.filter(|(_, alias)| property(&alias.body, "role") == "Secondary") {
            None => Ok(()),
            Some((_, alias)) => {
                let message = format!("The namespace is the secondary of the alias '{}'.", alias.name);
                refused(409, "Conflict", message)
            }
        }
    }

    /// Whether an alias has the name that one of these would have.
    pub(crate) fn is_alias(&self, descriptor: &TypeDescriptor, name: &str) -> bool {
        is(descriptor.name, NAMESPACES) && !self.is_alias_free(name)
    }

    /// Whether nothing has this name, which aliases and namespaces share.
    fn is_alias_free(&self, name: &str) -> bool {
        [ALIASES, NAMESPACES].iter().all(|type_name| self.store.named(type_name, name).next().is_none())
    }

    /// The alias of a namespace with its key.
    fn alias_of(&self, namespace: &str) -> Option<(String, &Resource)> {
        let below = format!("{namespace}/disasterrecoveryconfigs/");
        let mut inside = self.store.range(&below, None);
        let (key, _) = inside.find(|(_, resource)| is(&resource.type_name, ALIASES))?;
        Some((key.clone(), self.store.get(key)?))
    }

    /// Keys of the queues and topics of a namespace, and of what is in them.
    fn entities(&self, namespace: &str) -> Vec<String> {
        let below = format!("{namespace}/");
        let inside = self.store.range(&below, None).filter(|(_, resource)| is_entity(&resource.type_name));
        inside.map(|(key, _)| key.clone()).collect()
    }

    /// The namespace that gets a copy of what is written in this one.
    fn copied_to(&self, namespace: &str) -> Option<String> {
        let (_, alias) = self.alias_of(namespace)?;
        let leads = property(&alias.body, "role") == "Primary" && alias.operation.is_none();
        Some(partner(&alias.body)).filter(|partner| leads && !partner.is_empty())
    }

    pub(super) fn copy_entity(&mut self, key: &str, entity: &Resource) {
        let Some((namespace, _)) = split(key) else { return };
        let Some(other) = self.copied_to(namespace) else { return };
        let id = format!("{}{}", self.id_of(&other), &entity.id[namespace.len()..]);
        self.put_copy(&entity.type_name, &id, entity.body.clone());
    }

    pub(super) fn forget_copy(&mut self, key: &str) {
        let Some((namespace, rest)) = split(key) else { return };
        if let Some(other) = self.copied_to(namespace) {
            self.remove_tree(&format!("{other}{rest}"));
        }
    }

    pub(super) fn end_alias(&mut self, key: &str, alias: &Resource, action: &str) {
        let (namespace, other) = (above(key).to_owned(), partner(&alias.body));
        let twin = format!("{other}/disasterrecoveryconfigs/{}", last(key));
        match action {
            "pair" if other.is_empty() => self.stand_alone(key),
            "pair" => {
                self.set_role(key, json!({ "role": "Primary", "pendingReplicationOperationsCount": 0 }));
                let mut body = alias.body.clone();
                let partner = self.id_of(&namespace);
                set(
                    &mut body,
                    json!({
                        "role": "Secondary", "partnerNamespace": partner, "pendingReplicationOperationsCount": 0,
                    }),
                );
                let id = format!("{}/disasterRecoveryConfigs/{}", self.id_of(&other), alias.name);
                self.put_copy(ALIAS, &id, body);
                for entity in self.entities(&namespace) {
                    let Some(resource) = self.store.get(&entity).cloned() else { continue };
                    self.copy_entity(&entity, &resource);
                }
            }
            // The alias goes over to this side, or stays at it; the other side has none then.
            _ => {
                self.stand_alone(key);
                self.store.remove(&twin);
            }
        }
    }

    /// Who asks for a pairing leads it.
    pub(super) fn lead(&mut self, key: &str) {
        self.set_role(key, json!({ "role": "Primary" }));
    }

    fn stand_alone(&mut self, key: &str) {
        self.set_role(
            key,
            json!({
                "role": "PrimaryNotReplicating", "partnerNamespace": "", "pendingReplicationOperationsCount": null,
            }),
        );
    }

    fn set_role(&mut self, key: &str, changes: Value) {
        let Some(mut alias) = self.store.get(key).cloned() else { return };
        set(&mut alias.body, changes);
        self.store.put(key, alias);
    }

    /// The namespace of one side is gone: the other side stands alone, or has no alias any more.
    pub(super) fn forget_alias(&mut self, gone: &Resource) {
        let other = partner(&gone.body);
        let twin = format!("{other}/disasterrecoveryconfigs/{}", gone.name.to_ascii_lowercase());
        match property(&gone.body, "role") {
            "Primary" => drop(self.store.remove(&twin)),
            "Secondary" => self.stand_alone(&twin),
            _ => {}
        }
    }
}
