//! Random programs: which resources there may be, those that are there in a round, and what the engine gets of them.

use crate::dice::Dice;
use crate::kinds::{KINDS, Kind};
use atp_iac::engine::Deployment;
use atp_iac::output::Expression;
use atp_iac::program::Location;
use atp_iac::{Options, Output, StackName, Urn, Value};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// The subscription of everything.
pub(crate) const SUBSCRIPTION: &str = "00000000-0000-4000-8000-00000000c0de";

/// A resource that programs may have.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub kind: Kind,
    /// Its name in the program.
    pub name: String,
    /// Whether it is in the program.
    pub there: bool,
    /// What makes its name in the cloud another one.
    variant: u64,
    /// Where it stands.
    north: bool,
    /// What can be changed in place.
    size: u64,
    /// What it refers to, by position; `None` when there is nothing.
    refers: Vec<Option<usize>>,
    /// What it waits for besides.
    waits: Option<usize>,
    /// A secret among its tags.
    secret: Option<String>,
}

/// A program.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub items: Vec<Item>,
    seed: u64,
}

impl Program {
    /// What there may be, and nothing is there yet.
    pub fn nothing(dice: &mut Dice) -> Self {
        let mut items = Vec::new();
        for (kind, most) in KINDS {
            for number in 0..most {
                let name = format!("{kind:?}{number}").to_lowercase();
                if kind == Kind::Group || dice.below(5) < 3 {
                    items.push(Item {
                        kind,
                        name,
                        there: false,
                        variant: 0,
                        north: false,
                        size: 0,
                        refers: vec![None; kind.needs().len()],
                        waits: None,
                        secret: None,
                    });
                }
            }
        }
        Program { items, seed: dice.next() }
    }

    /// Another program, made of this one.
    pub fn changed(&self, dice: &mut Dice) -> Program {
        let mut next = self.clone();
        for index in 0..next.items.len() {
            next.change(index, dice);
        }
        next
    }

    fn change(&mut self, index: usize, dice: &mut Dice) {
        let was = self.items[index].there;
        self.items[index].there = if was { dice.below(6) > 0 } else { dice.below(5) < 3 };
        if !self.items[index].there {
            return;
        }
        for need in 0..self.items[index].refers.len() {
            let kept = self.items[index].refers[need].filter(|other| self.items[*other].there);
            if kept.is_none() || dice.one_in(12) {
                self.items[index].refers[need] = self.some(self.items[index].kind.needs()[need], dice);
            }
        }
        if self.items[index].refers.iter().any(Option::is_none) {
            self.items[index].there = false;
            return;
        }
        let waits = self.items[index].waits.filter(|other| self.items[*other].there);
        let others: Vec<usize> = (0..index).filter(|other| self.items[*other].there).collect();
        let anything = if others.is_empty() { None } else { Some(*dice.pick(&others)) };
        let seed = self.seed;
        let item = &mut self.items[index];
        item.waits = if dice.one_in(10) { anything } else { waits };
        if dice.one_in(3) {
            item.size = dice.below(3);
        }
        if dice.one_in(12) {
            item.variant = dice.below(3);
        }
        if item.kind != Kind::Group && dice.one_in(12) {
            item.north = !item.north;
        }
        if dice.one_in(8) {
            item.secret = dice.one_in(2).then(|| format!("planted-{:08x}-{}", seed as u32, dice.below(1000)));
        }
    }

    /// The program without resources.
    pub fn emptied(&self) -> Program {
        Program { items: Vec::new(), seed: self.seed }
    }

    /// A resource that is there and of one of these kinds.
    fn some(&self, kinds: &[Kind], dice: &mut Dice) -> Option<usize> {
        let fits = |index: &usize| self.items[*index].there && kinds.contains(&self.items[*index].kind);
        let fitting: Vec<usize> = (0..self.items.len()).filter(fits).collect();
        (!fitting.is_empty()).then(|| *dice.pick(&fitting))
    }

    /// The resources that are there.
    pub fn present(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| item.there)
    }

    /// The resource of a URN, whether it is there or not.
    pub fn item_of(&self, urn: &Urn) -> Option<&Item> {
        self.items.iter().find(|item| item.name == urn.name())
    }

    fn other<'p>(&'p self, item: &Item, need: usize) -> Option<&'p Item> {
        item.refers.get(need).copied().flatten().and_then(|index| self.items.get(index))
    }

    /// The id of a resource in the cloud, worked out without the engine.
    pub fn id(&self, item: &Item) -> String {
        let scope = self.other(item, 0).map(|scope| self.id(scope)).unwrap_or_default();
        let name = self.cloud_name(item, &scope);
        let type_name = item.kind.type_name();
        let last = type_name.rsplit('/').next().unwrap_or_default();
        match item.kind {
            Kind::Group => format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/{name}"),
            Kind::Container => format!("{scope}/blobServices/default/containers/{name}"),
            Kind::Subnet | Kind::VaultSecret | Kind::ZoneLink | Kind::Record => {
                format!("{scope}/{last}/{name}")
            }
            _ => format!("{scope}/providers/{type_name}/{name}"),
        }
    }

    /// Its name there. Names that are unique beyond their group are made of what else tells the resource apart, as people
    /// make them.
    fn cloud_name(&self, item: &Item, scope: &str) -> String {
        let Item { name, variant, .. } = item;
        let apart = |more: &str| crate::trace::name_of(format!("{scope} {more} {}", self.seed).as_bytes());
        match item.kind {
            Kind::Account => format!("{name}{}{variant}", apart("")),
            Kind::Vault => format!("{name}{}{variant}", apart(&item.north.to_string())),
            Kind::Assignment => {
                let identity = self.other(item, 1).map(|identity| self.id(identity)).unwrap_or_default();
                let name = crate::trace::name_of(format!("{scope} {identity} {name}").as_bytes());
                format!("{name}-0000-4000-8000-{:012x}", self.seed & 0xffff_ffff_ffff)
            }
            Kind::Zone => format!("{name}{variant}.example"),
            _ => format!("{name}-{variant}"),
        }
    }

    /// What the engine gets.
    pub fn deployment(&self, stack: &StackName) -> Deployment {
        let (program, name) = (self.clone(), stack.clone());
        Deployment::of_function(stack.clone(), move |cx| {
            let mut urns: BTreeMap<usize, Urn> = BTreeMap::new();
            for (index, item) in program.items.iter().enumerate().filter(|(_, item)| item.there) {
                let id = |index: usize| {
                    let other = &program.items[index];
                    Urn::new(&name, &[other.kind.type_name()], &[&other.name])
                        .map(|urn| (Output::<String>::of_resource(&urn, "id"), urn))
                };
                let refers: Result<Vec<_>, _> =
                    item.refers.iter().flatten().map(|other| id(*other)).collect();
                let inputs = program.inputs(item, &refers?);
                let waits = item.waits.and_then(|other| urns.get(&other)).cloned();
                let options = Options::new().depends_on_all(waits);
                let location = Location { file: "program.rs", line: index as u32 + 1 };
                let declared =
                    cx.register(item.kind.type_name(), "azure", &item.name, inputs, options, location)?;
                urns.insert(index, declared.urn().clone());
            }
            Ok(BTreeMap::new())
        })
    }

    fn inputs(&self, item: &Item, refers: &[(Output<String>, Urn)]) -> Expression {
        let scope = self.other(item, 0).map(|scope| self.id(scope)).unwrap_or_default();
        let mut inputs: BTreeMap<String, Expression> = BTreeMap::new();
        inputs.insert("name".to_owned(), Value::from(self.cloud_name(item, &scope)).into());
        if let Some((parent, _)) = refers.first() {
            let parent = match item.kind {
                Kind::Container => parent.map(|account| format!("{account}/blobServices/default")),
                _ => parent.clone(),
            };
            inputs.insert("parent".to_owned(), parent.into());
        }
        for (key, value) in self.body(item) {
            inputs.insert(key, Value::from(value).into());
        }
        if let Some(Json::Object(tags)) = tags(item) {
            let mut tags: BTreeMap<String, Expression> =
                tags.into_iter().map(|(key, value)| (key, Value::from(value).into())).collect();
            if let Some(secret) = &item.secret {
                tags.insert("token".to_owned(), Value::from(secret.as_str()).into_secret().into());
            }
            inputs.insert("tags".to_owned(), Expression::Map(tags));
        }
        let mut properties: BTreeMap<String, Expression> = match self.properties(item) {
            Json::Object(properties) => {
                properties.into_iter().map(|(key, value)| (key, Value::from(value).into())).collect()
            }
            _ => BTreeMap::new(),
        };
        let reference = |at: usize| refers.get(at).map(|(id, _)| Expression::from(id.clone()));
        let object = |entries: Vec<(&str, Option<Expression>)>| {
            let entries = entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
            Expression::Map(entries.collect())
        };
        match item.kind {
            Kind::VaultSecret => {
                let secret =
                    item.secret.clone().unwrap_or_else(|| format!("planted-{:08x}", self.seed as u32));
                let value = Value::from(format!("{secret}-{}", item.size)).into_secret();
                properties.insert("value".to_owned(), value.into());
            }
            Kind::Assignment => {
                let principal = refers
                    .get(1)
                    .map(|(_, urn)| Output::<String>::of_resource(urn, "properties/principalId"));
                properties.extend(principal.map(|principal| ("principalId".to_owned(), principal.into())));
            }
            Kind::Endpoint => {
                properties.insert("subnet".to_owned(), object(vec![("id", reference(1))]));
                let groups = Expression::from(Value::from(json!(["blob"])));
                let connection =
                    object(vec![("privateLinkServiceId", reference(2)), ("groupIds", Some(groups))]);
                let connection = object(vec![
                    ("name", Some(Value::from("blob").into())),
                    ("properties", Some(connection)),
                ]);
                properties
                    .insert("privateLinkServiceConnections".to_owned(), Expression::List(vec![connection]));
            }
            Kind::ZoneLink => {
                properties.insert("virtualNetwork".to_owned(), object(vec![("id", reference(1))]));
            }
            Kind::Diagnostics => {
                properties.extend(reference(1).map(|workspace| ("workspaceId".to_owned(), workspace)));
            }
            _ => {}
        }
        if item.kind != Kind::Group && !(item.kind == Kind::Identity && properties.is_empty()) {
            inputs.insert("properties".to_owned(), Expression::Map(properties));
        }
        Expression::Map(inputs)
    }

    /// What is beside the properties, without tags.
    fn body(&self, item: &Item) -> BTreeMap<String, Json> {
        let mut body = BTreeMap::new();
        if item.kind.is_tracked() {
            let location = match (item.kind.is_global(), item.north) {
                (true, _) => "global",
                (false, true) => "northeurope",
                (false, false) => "westeurope",
            };
            body.insert("location".to_owned(), json!(location));
        }
        match item.kind {
            Kind::Account => {
                body.insert("kind".to_owned(), json!("StorageV2"));
                body.insert("sku".to_owned(), json!({"name": "Standard_LRS"}));
            }
            Kind::PublicAddress => {
                body.insert("sku".to_owned(), json!({"name": "Standard"}));
            }
            _ => {}
        }
        body
    }

    /// The properties that are known in the program.
    fn properties(&self, item: &Item) -> Json {
        let position = self.items.iter().position(|other| other.name == item.name).unwrap_or_default();
        let size = item.size;
        match item.kind {
            Kind::Network => {
                let prefixes: Vec<String> = (0..=size).map(|number| format!("10.{number}.0.0/16")).collect();
                json!({"addressSpace": {"addressPrefixes": prefixes}})
            }
            Kind::SecurityGroup => {
                let rule = |number: u64| {
                    json!({"name": format!("rule{number}"), "properties": {
                        "priority": 100 + number, "direction": "Inbound", "access": "Deny", "protocol": "Tcp",
                        "sourceAddressPrefix": "*", "sourcePortRange": "*",
                        "destinationAddressPrefix": "*", "destinationPortRange": format!("{}", 80 + size)}})
                };
                json!({"securityRules": (0..size).map(rule).collect::<Vec<_>>()})
            }
            Kind::Subnet => {
                let services = ["Microsoft.Storage", "Microsoft.KeyVault"];
                let services: Vec<Json> =
                    services.iter().take(size as usize).map(|service| json!({"service": service})).collect();
                json!({"addressPrefix": format!("10.0.{position}.0/24"), "serviceEndpoints": services})
            }
            Kind::Account => json!({"minimumTlsVersion": format!("TLS1_{}", size.min(2))}),
            Kind::Container => json!({"metadata": {"size": format!("s{size}")}}),
            Kind::Vault => json!({
                "tenantId": SUBSCRIPTION, "sku": {"family": "A", "name": "standard"}, "accessPolicies": [],
                "enableRbacAuthorization": size == 1}),
            Kind::Assignment => {
                let roles = ["acdd72a7-3385-48ef-bd42-f606fba81ae7", "b24988ac-6180-42a0-ab88-20f7382dd24c"];
                let role = roles[usize::from(item.name.ends_with('1'))];
                let role = format!(
                    "/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{role}"
                );
                json!({"roleDefinitionId": role, "description": format!("size {size}")})
            }
            Kind::Lock => json!({"level": "CanNotDelete", "notes": format!("size {size}")}),
            Kind::ZoneLink => json!({"registrationEnabled": size == 1}),
            Kind::Record => json!({"ttl": 300 + size, "aRecords": [{"ipv4Address": "10.0.0.4"}]}),
            Kind::PublicAddress => {
                json!({"publicIPAllocationMethod": "Static", "idleTimeoutInMinutes": 4 + size})
            }
            Kind::Workspace => json!({"sku": {"name": "PerGB2018"}, "retentionInDays": 30 * (1 + size)}),
            Kind::Diagnostics => json!({"logs": [{"categoryGroup": "allLogs", "enabled": size < 2}]}),
            _ => json!({}),
        }
    }

    /// The texts that must not be seen anywhere.
    pub fn secrets(&self) -> BTreeSet<String> {
        let given = self.present().filter_map(|item| item.secret.clone());
        given.chain([format!("planted-{:08x}", self.seed as u32)]).collect()
    }

    /// What a resource must look like in the cloud, as far as it follows from the program alone.
    pub fn expected(&self, item: &Item) -> Json {
        let mut body = json!({});
        if let Some(mut tags) = tags(item) {
            if let Some(secret) = &item.secret {
                tags["token"] = json!(secret);
            }
            body["tags"] = tags;
        }
        match item.kind {
            Kind::Network | Kind::Container | Kind::PublicAddress | Kind::Workspace | Kind::Lock => {
                body["properties"] = self.properties(item);
            }
            _ => {}
        }
        body
    }
}

fn tags(item: &Item) -> Option<Json> {
    item.kind.is_tracked().then(|| json!({"owner": format!("team {}", item.size)}))
}
