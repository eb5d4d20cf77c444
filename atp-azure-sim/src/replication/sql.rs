//! Failover groups of SQL servers.

use serde_json::{Map, Value, json};

use super::{above, is, last, property, refused, set};
use crate::cloud::Cloud;
use crate::errors::Answer;
use crate::store::Resource;

pub(super) const GROUPS: &str = "microsoft.sql/servers/failovergroups";
const GROUP: &str = "Microsoft.Sql/servers/failoverGroups";
const DATABASE: &str = "Microsoft.Sql/servers/databases";

/// The key of the other server.
fn partner(body: &Map<String, Value>) -> Option<String> {
    let servers = body.get("properties")?.get("partnerServers")?.as_array()?;
    Some(servers.first()?.get("id")?.as_str()?.to_ascii_lowercase())
}

/// Names of the databases in the group, as the body tells them.
fn databases(body: &Map<String, Value>) -> Vec<String> {
    let list = body.get("properties").and_then(|properties| properties.get("databases"));
    let ids = list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    ids.map(|id| last(id).to_owned()).collect()
}

fn is_copy(database: &Resource) -> bool {
    !property(&database.body, "secondaryType").is_empty()
}

/// Changes are made where the primary is.
pub(super) fn refuse_secondary(group: &Resource) -> Answer<()> {
    match property(&group.body, "replicationRole") {
        "Secondary" => refused(
            400,
            "FailoverGroupUpdateOrDeleteRequestOnSecondary",
            "Modifications to the failover group are not allowed on a secondary server. Execute the request on the \
             primary server.",
        ),
        _ => Ok(()),
    }
}

/// The side that is to lead is asked.
pub(super) fn refuse_primary(group: &Resource) -> Answer<()> {
    match property(&group.body, "replicationRole") {
        "Secondary" => Ok(()),
        _ => refused(
            400,
            "FailoverGroupFailoverRequestOnPrimary",
            "The server is the primary of the failover group. Execute the request on the secondary server.",
        ),
    }
}

impl Cloud {
    pub(super) fn refuse_group(&self, key: &str, body: &Map<String, Value>) -> Answer<()> {
        let server = above(key);
        if let Some(group) = self.store.get(key) {
            refuse_secondary(group)?;
        }
        let servers = body.get("properties").and_then(|p| p.get("partnerServers")).and_then(Value::as_array);
        if servers.is_some_and(|servers| servers.len() > 1) {
            let message = "Only one partner server is supported for a failover group.";
            return refused(400, "FailoverGroupCreateOrUpdateRequestUnsupportedPartnerCount", message);
        }
        let Some(partner) = partner(body).filter(|partner| self.store.get(partner).is_some()) else {
            let message = "The partners field of the request is empty or invalid.";
            return refused(400, "FailoverGroupCreateOrUpdateRequestInvalidPartner", message);
        };
        if partner == server {
            let message = "The primary server and the partner servers have to be different.";
            return refused(400, "FailoverGroupCreateOrUpdateRequestDuplicatePartner", message);
        }
        if self.location(&partner) == self.location(server) {
            let message = "Servers specified in a Failover Group cannot reside in the same region.";
            return refused(400, "InvalidFailoverGroupRegion", message);
        }
        let below = format!("{server}/databases/");
        let list = body.get("properties").and_then(|p| p.get("databases")).and_then(Value::as_array);
        for id in list.into_iter().flatten().filter_map(Value::as_str) {
            let database = id.to_ascii_lowercase();
            let Some(found) = self.store.get(&database).filter(|_| database.starts_with(&below)) else {
                let message =
                    format!("The database '{id}' does not exist on the primary server of the group.");
                return refused(400, "FailoverGroupCreateOrUpdateRequestInvalidDatabaseServer", message);
            };
            self.refuse_seeding(found, &partner)?;
        }
        Ok(())
    }

    /// A database goes into the pool of the same name, and takes no name that another database has.
    fn refuse_seeding(&self, database: &Resource, partner: &str) -> Answer<()> {
        let pool = last(property(&database.body, "elasticPoolId")).to_ascii_lowercase();
        if !pool.is_empty() && self.store.get(&format!("{partner}/elasticpools/{pool}")).is_none() {
            let message = format!(
                "The database '{}' is in the elastic pool '{pool}', and the partner server has no pool of that name.",
                database.name
            );
            return refused(400, "FailoverGroupElasticPoolMissing", message);
        }
        let copy = format!("{partner}/databases/{}", database.name.to_ascii_lowercase());
        match self.store.get(&copy) {
            Some(other) if !is_copy(other) && !is_copy(database) => {
                let message = format!("The partner server has a database '{}' already.", database.name);
                refused(409, "DatabaseAlreadyExists", message)
            }
            _ => Ok(()),
        }
    }

    /// Copies the databases of a group, and shows the group on both servers.
    pub(super) fn seed(&mut self, key: &str, group: &Resource) {
        let (server, Some(partner)) = (above(key).to_owned(), partner(&group.body)) else { return };
        let names = databases(&group.body);
        for name in &names {
            let Some(database) = self.store.get(&format!("{server}/databases/{}", name.to_ascii_lowercase()))
            else {
                continue;
            };
            let mut body = database.body.clone();
            body.insert("location".to_owned(), json!(self.location(&partner)));
            let pool = last(property(&body, "elasticPoolId"));
            let pool = match pool.is_empty() {
                true => Value::Null,
                false => {
                    json!(self.id_of(&format!("{partner}/elasticpools/{}", pool.to_ascii_lowercase())))
                }
            };
            set(&mut body, json!({ "elasticPoolId": pool, "secondaryType": "Geo" }));
            let id = format!("{}/databases/{name}", self.id_of(&partner));
            if self.store.get(&id.to_ascii_lowercase()).is_none() {
                self.put_copy(DATABASE, &id, body);
            }
        }
        self.show_group(group, &server, &partner, &names);
    }

    /// Shows a group on both of its servers.
    fn show_group(&mut self, group: &Resource, primary: &str, secondary: &str, names: &[String]) {
        let sides =
            [(primary, secondary, "Primary", "Secondary"), (secondary, primary, "Secondary", "Primary")];
        for (own, other, role, other_role) in sides {
            let ids = names.iter().map(|name| format!("{own}/databases/{}", name.to_ascii_lowercase()));
            let ids: Vec<String> = ids.map(|key| self.id_of(&key)).collect();
            let mut body = group.body.clone();
            body.insert("location".to_owned(), json!(self.location(own)));
            let partner = json!({
                "id": self.id_of(other), "location": self.location(other), "replicationRole": other_role,
            });
            set(
                &mut body,
                json!({
                    "databases": ids, "partnerServers": [partner], "replicationRole": role,
                    "replicationState": "CATCH_UP",
                }),
            );
            let id = format!("{}/failoverGroups/{}", self.id_of(own), group.name);
            self.put_copy(GROUP, &id, body);
        }
    }

    /// The secondary, whose view of the group `key` is, becomes the primary.
    pub(super) fn swap(&mut self, key: &str, group: &Resource) {
        let (server, Some(partner)) = (above(key).to_owned(), partner(&group.body)) else { return };
        let names = databases(&group.body);
        for name in &names {
            for (own, kind) in [(&server, Value::Null), (&partner, json!("Geo"))] {
                let key = format!("{own}/databases/{}", name.to_ascii_lowercase());
                let Some(mut database) = self.store.get(&key).cloned() else { continue };
                set(&mut database.body, json!({ "secondaryType": kind }));
                self.store.put(&key, database);
            }
        }
        self.show_group(group, &server, &partner, &names);
    }

    /// A group is gone from both servers, and the databases stay where they are.
    pub(super) fn forget_group(&mut self, key: &str, gone: &Resource) {
        let Some(partner) = partner(&gone.body) else { return };
        let other = format!("{partner}/failovergroups/{}", last(key));
        let pairs = |resource: &Resource| {
            is(&resource.type_name, GROUPS) && self::partner(&resource.body).as_deref() == Some(above(key))
        };
        if self.store.get(&other).is_some_and(pairs) {
            self.store.remove(&other);
        }
    }
}
