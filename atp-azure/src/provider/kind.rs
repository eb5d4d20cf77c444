//! What a request has to know of a type, with a descriptor or without.
//!
//! Inputs may say more than a body: beside `parent` and `name` stand entries that begin with `$`. `$apiVersion` is the
//! version that requests carry, instead of the descriptor's; a type without a descriptor has it always. `$replaceOn`
//! lists the paths whose change needs a new resource, `$extra` those that the program set though its types do not know
//! them, `$secrets` those of outputs that must not be shown.

use super::address::{fits, is_of_type};
use super::secrets;
use crate::descriptor::{LongRunning, Parent, Shape, TypeDescriptor};
use atp_iac::value::{Map, Value};

/// The entry of the inputs with the api-version.
pub(crate) const API_VERSION: &str = "$apiVersion";
/// The entry of the inputs with the paths whose change needs a new resource.
pub(crate) const REPLACE_ON: &str = "$replaceOn";
/// The entry of the inputs with the paths of properties that are not checked.
pub(crate) const EXTRA: &str = atp_iac::codec::EXTRA;

/// The entry of the inputs with the paths of outputs that must not be shown.
pub(crate) const SECRETS: &str = "$secrets";

/// Types that have one instance at most, which is not there before it is made, and is gone when it was deleted.
const MADE: &[&str] = &[
    "Microsoft.ServiceBus/namespaces/migrationConfigurations",
    "Microsoft.Sql/servers/administrators",
    "Microsoft.Sql/servers/vulnerabilityAssessments",
    "Microsoft.Storage/storageAccounts/inventoryPolicies",
    "Microsoft.Storage/storageAccounts/managementPolicies",
];

/// Types whose instances are in every subscription from its beginning, each with a name of its own, and what they are then.
/// They cannot be deleted: they become again what they were.
const IN_EVERY_SUBSCRIPTION: &[(&str, &str)] =
    &[("Microsoft.Security/pricings", r#"{"properties": {"pricingTier": "Free"}}"#)];

/// Instances that the service makes with their parents, though others of their types are made by hand.
const MADE_WITH_PARENT: &[(&str, &str)] =
    &[("Microsoft.ServiceBus/namespaces/topics/subscriptions/rules", "$Default")];

/// A type, at the api-version that requests carry.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind<'a> {
    /// Such as `Microsoft.Network/virtualNetworks`.
    pub name: &'a str,
    /// The version that requests carry.
    pub api_version: &'a str,
    /// What is known of it.
    pub descriptor: Option<&'static TypeDescriptor>,
    /// The paths of outputs that must not be shown, besides those that the descriptor knows.
    secrets: &'a [Value],
}

impl<'a> Kind<'a> {
    /// The type with a descriptor at the version that the inputs say or, where they say none, at the descriptor's own;
    /// or the type without one at the version that the inputs say.
    pub fn new(
        name: &'a str,
        descriptor: Option<&'static TypeDescriptor>,
        inputs: &'a Value,
    ) -> Option<Self> {
        let said = inputs.get(API_VERSION).and_then(|version| version.exposed().as_str());
        let api_version = said.or(descriptor.map(|descriptor| descriptor.api_version))?;
        let name = descriptor.map_or(name, |descriptor| descriptor.name);
        let secrets = inputs.get(SECRETS).and_then(Value::as_list).unwrap_or_default();
        Some(Kind { name, api_version, descriptor, secrets })
    }

    /// The shape of the body.
    pub fn body(&self) -> &'static Shape {
        self.descriptor.map_or(&Shape::Any, |descriptor| descriptor.body)
    }

    /// What the service said, with secrets marked: those that the type or `$secrets` names, and what was secret in the
    /// inputs.
    pub fn mark(&self, inputs: Option<&Value>, said: Value) -> Value {
        let marked = secrets::mark(self.body(), inputs, said);
        self.secrets.iter().filter_map(Value::as_str).fold(marked, hide)
    }

    /// How a PUT is followed; where nothing is known, its headers say.
    pub fn put(&self) -> Option<LongRunning> {
        self.descriptor.and_then(|descriptor| descriptor.put.long_running)
    }

    /// Whether instances can be deleted.
    pub fn can_be_deleted(&self) -> bool {
        self.descriptor.is_none_or(|descriptor| descriptor.delete.is_some())
    }

    /// Whether there is one instance only in each parent, with a name that the service chose.
    pub fn is_single(&self) -> bool {
        self.descriptor.is_some_and(|descriptor| descriptor.names.fixed.is_some())
            && !MADE.iter().any(|made| made.eq_ignore_ascii_case(self.name))
    }

    /// What an instance is before anybody changes it, where it is there from the beginning of its subscription.
    pub fn initial(&self, id: &str) -> Option<serde_json::Value> {
        let (_, body) =
            IN_EVERY_SUBSCRIPTION.iter().find(|(name, _)| name.eq_ignore_ascii_case(self.name))?;
        // `/subscriptions/{id}/providers/{namespace}/{type}/{name}`: at another scope it is made as others are.
        (id.matches('/').count() == 6).then(|| serde_json::from_str(body).ok()).flatten()
    }

    /// Whether the service makes the instance with this id together with its parent.
    pub fn is_made_with_parent(&self, id: &str) -> bool {
        let name = id.rsplit('/').next().unwrap_or_default();
        MADE_WITH_PARENT
            .iter()
            .any(|(kind, made)| kind.eq_ignore_ascii_case(self.name) && made.eq_ignore_ascii_case(name))
    }

    /// The type that an instance lives in; `None` for those in a resource group or another scope.
    pub fn parent(&self) -> Option<&'a str> {
        let (parent, _) = self.name.rsplit_once('/')?;
        parent.contains('/').then_some(parent)
    }

    /// The id of the instance `name` in `parent`.
    pub fn id(&self, parent: &str, name: &str) -> Option<String> {
        let parent_id = parent.trim_end_matches('/');
        match (self.descriptor, self.parent()) {
            (Some(descriptor), _) => Some(descriptor.id(parent, name)),
            (None, Some(parent)) => {
                let leaf = self.name.rsplit('/').next().unwrap_or_default();
                is_of_type(parent_id, parent).then(|| format!("{parent_id}/{leaf}/{name}"))
            }
            (None, None) => Some(format!("{parent_id}/providers/{}/{name}", self.name)),
        }
    }

    /// Whether an id is that of an instance.
    pub fn names(&self, id: &str) -> bool {
        match self.descriptor.map(|descriptor| descriptor.parent) {
            Some(Parent::Subscription) => fits(Parent::ResourceGroup, id),
            _ => is_of_type(id, self.name),
        }
    }
}

/// The paths that an entry of the inputs lists.
pub(crate) fn paths<'v>(inputs: &'v Map, key: &str) -> impl Iterator<Item = &'v str> {
    inputs.get(key).and_then(Value::as_list).unwrap_or_default().iter().filter_map(Value::as_str)
}

/// The value with the part at a dotted path marked as secret, in every item of the lists on the way.
fn hide(value: Value, path: &str) -> Value {
    let (key, rest) = path.split_once('.').map_or((path, None), |(key, rest)| (key, Some(rest)));
    match value {
        Value::Map(mut map) => {
            if let Some(inner) = map.remove(key) {
                let hidden = match rest {
                    Some(rest) => hide(inner, rest),
                    None => inner.into_secret(),
                };
                map.insert(key.to_owned(), hidden);
            }
            Value::Map(map)
        }
        Value::List(items) => Value::List(items.into_iter().map(|item| hide(item, path)).collect()),
        other => other,
    }
}

/// Whether a text can be the name of a type: a namespace with a dot in it, and types.
pub(crate) fn is_type(name: &str) -> bool {
    let plain = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    match name.split_once('/') {
        Some((namespace, types)) => {
            namespace.contains('.') && namespace.split('.').all(plain) && types.split('/').all(plain)
        }
        None => false,
    }
}

/// Whether a text can be an api-version, such as `2024-01-01` or `2024-01-01-preview`.
pub(crate) fn is_api_version(text: &str) -> bool {
    let (date, rest) = text.split_at_checked(10).unwrap_or((text, "?"));
    let fits =
        |(at, byte): (usize, u8)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() };
    date.bytes().enumerate().all(fits)
        && (rest.is_empty()
            || rest.len() > 1
                && rest.starts_with('-')
                && rest.bytes().skip(1).all(|byte| byte.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{NETWORK, PARENT};
    use super::*;

    fn unknown(name: &str) -> Kind<'_> {
        Kind { name, api_version: "2024-01-01", descriptor: None, secrets: &[] }
    }

    #[test]
    fn ids_of_types_without_a_descriptor_follow_from_the_parent_and_the_type() {
        let bar = unknown("Microsoft.Foo/bars");
        let id = bar.id(PARENT, "a").unwrap();
        assert_eq!(id, format!("{PARENT}/providers/Microsoft.Foo/bars/a"));
        assert!(bar.names(&id) && !bar.names(PARENT));
        let child = unknown("Microsoft.Foo/bars/bazes");
        assert_eq!(child.id(&id, "b").unwrap(), format!("{id}/bazes/b"));
        assert_eq!(child.id(PARENT, "b"), None, "a group is not the parent of a child");
        let extension = bar.id(&format!("{id}/bazes/b"), "c").unwrap();
        assert_eq!(extension, format!("{id}/bazes/b/providers/Microsoft.Foo/bars/c"));
        assert_eq!(
            bar.id("/subscriptions/s/", "a").unwrap(),
            "/subscriptions/s/providers/Microsoft.Foo/bars/a"
        );
        assert_eq!(bar.id("/", "a").unwrap(), "/providers/Microsoft.Foo/bars/a");
    }

    #[test]
    fn outputs_that_the_inputs_call_secret_are_marked() {
        let inputs = Value::from(serde_json::json!({
            "$apiVersion": "2024-01-01", "$secrets": ["properties.key", "properties.users.pin", "none.at.all"],
        }));
        let said =
            Value::from(serde_json::json!({"properties": {"key": "k", "users": [{"pin": 1, "name": "a"}]}}));
        let kind = Kind::new("Microsoft.Foo/bars", None, &inputs).unwrap();
        assert_eq!(
            format!("{:?}", kind.mark(None, said)),
            r#"{"properties": {"key": [secret], "users": [{"name": "a", "pin": [secret]}]}}"#
        );
    }

    #[test]
    fn plans_are_in_every_subscription_and_nowhere_else() {
        let inputs = Value::map();
        let name = "Microsoft.Security/pricings";
        let kind = Kind::new(name, crate::descriptor(name), &inputs).unwrap();
        let plan = format!("providers/{name}/Arm");
        let free = kind.initial(&format!("/subscriptions/s/{plan}")).unwrap();
        assert_eq!(free["properties"]["pricingTier"], "Free");
        assert_eq!(
            kind.initial(&format!("{PARENT}/providers/Microsoft.Compute/virtualMachines/v/{plan}")),
            None
        );
    }

    #[test]
    fn the_version_that_the_inputs_say_goes_before_the_descriptors() {
        let nothing = Value::map();
        let said = Value::from([(API_VERSION, "2030-01-01".into())]);
        let version =
            |descriptor, inputs| Kind::new("X.Y/z", descriptor, inputs).map(|kind| kind.api_version);
        assert_eq!(version(Some(&NETWORK), &nothing), Some("2024-01-01"));
        assert_eq!(version(Some(&NETWORK), &said), Some("2030-01-01"));
        assert_eq!(version(None, &said), Some("2030-01-01"));
        assert_eq!(version(None, &nothing), None);
    }

    #[test]
    fn settings_are_always_there_and_a_policy_that_has_to_be_made_is_not() {
        let is_single = |name: &str| {
            let inputs = Value::map();
            Kind::new(name, crate::descriptor(name), &inputs).unwrap().is_single()
        };
        assert!(is_single("Microsoft.Storage/storageAccounts/blobServices"));
        assert!(!is_single("Microsoft.Storage/storageAccounts/managementPolicies"));
        assert!(!is_single("Microsoft.Storage/storageAccounts"));
    }

    #[test]
    fn the_rule_that_a_subscription_begins_with_is_there_already() {
        let inputs = Value::map();
        let name = "Microsoft.ServiceBus/namespaces/topics/subscriptions/rules";
        let rules = Kind::new(name, crate::descriptor(name), &inputs).unwrap();
        assert!(rules.is_made_with_parent("/a/rules/$default"));
        assert!(!rules.is_made_with_parent("/a/rules/mine"));
    }

    #[test]
    fn types_and_versions_have_their_forms() {
        for good in ["Microsoft.Foo/bars", "Microsoft.Foo/bars/bazes", "NGINX.NGINXPLUS/nginxDeployments"] {
            assert!(is_type(good), "{good}");
        }
        for bad in [
            "",
            "Microsoft.Foo",
            "Foo/bars",
            "Microsoft.Foo/",
            "Microsoft.Foo/bars/",
            "Microsoft.Foo/a$b",
            "M..F/x",
        ] {
            assert!(!is_type(bad), "{bad}");
        }
        assert!(is_api_version("2024-01-01") && is_api_version("2024-01-01-preview"));
        for bad in ["", "2024", "2024-1-1", "2024-01-01preview", "2024-01-01-", "latest"] {
            assert!(!is_api_version(bad), "{bad}");
        }
    }
}
