//! Which deployment of a template a resource belongs to, and how it is called there.

use super::text::{Piece, Text};
use crate::provider::kind::Kind;

/// What a deployment writes to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// A subscription.
    Subscription(String),
    /// A resource group.
    Group { subscription: String, group: String },
}

/// Where a resource is, as a template says it.
#[derive(Debug, Clone)]
pub(super) struct Address {
    /// The deployment.
    pub place: Place,
    /// The scope in it, when that is another resource.
    pub scope: Option<String>,
    /// The name: those of the resources that it lives in, and its own.
    pub name: Text,
    /// The id.
    pub id: Text,
}

impl Place {
    /// Of a resource with this parent; `None` for what is in no subscription.
    fn of(parent: &str) -> Option<Self> {
        let segments: Vec<&str> = parent.split('/').skip(1).collect();
        let is = |at: usize, word: &str| segments.get(at).is_some_and(|s| s.eq_ignore_ascii_case(word));
        let subscription = segments.get(1).filter(|_| is(0, "subscriptions"))?;
        Some(match segments.get(3).filter(|_| is(2, "resourceGroups")) {
            Some(group) => {
                Place::Group { subscription: (*subscription).to_owned(), group: (*group).to_owned() }
            }
            None => Place::Subscription((*subscription).to_owned()),
        })
    }

    /// The id of what is written to.
    pub fn id(&self) -> String {
        match self {
            Place::Subscription(subscription) => format!("/subscriptions/{subscription}"),
            Place::Group { subscription, group } => {
                format!("/subscriptions/{subscription}/resourceGroups/{group}")
            }
        }
    }
}

impl Address {
    /// The address of the resource `name` in `parent`; `None` when it is in no subscription, or its parent is not one
    /// that its type can have.
    pub fn new(kind: &Kind<'_>, parent: &str, name: Text) -> Option<Self> {
        let parent = parent.trim_end_matches('/');
        let place = Place::of(parent)?;
        // A name that no resource has: what is around it does not depend on it.
        let around = kind.id(parent, "*")?;
        let before = around.strip_suffix('*')?;
        let id = Text(joined(before, name.clone()));
        if kind.parent().is_none() {
            let scope = Some(parent).filter(|scope| !scope.eq_ignore_ascii_case(&place.id()));
            return Some(Address { place, scope: scope.map(str::to_owned), name, id });
        }
        let (scope, tail) = parent.rsplit_once("/providers/")?;
        let names: Vec<&str> = tail.split('/').skip(2).step_by(2).collect();
        let name = Text(joined(&format!("{}/", names.join("/")), name));
        let scope = Some(scope).filter(|scope| !scope.eq_ignore_ascii_case(&place.id()));
        Some(Address { scope: scope.map(str::to_owned), place, name, id })
    }
}

fn joined(before: &str, text: Text) -> Vec<Piece> {
    match text.known() {
        Some(known) => vec![Piece::Literal(format!("{before}{known}"))],
        None => std::iter::once(Piece::Literal(before.to_owned())).chain(text.0).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use atp_iac::value::Value;

    fn address(kind: &str, parent: &str, name: &str) -> Option<Address> {
        let inputs = Value::map();
        let kind = Kind::new(kind, crate::descriptor(kind), &inputs)?;
        Address::new(&kind, parent, Text::literal(name))
    }

    fn shown(kind: &str, parent: &str, name: &str) -> Option<(String, Option<String>, String, String)> {
        let found = address(kind, parent, name)?;
        Some((found.place.id(), found.scope, found.name.known()?, found.id.known()?))
    }

    const GROUP: &str = "/subscriptions/s/resourceGroups/g";

    #[test]
    fn a_resource_is_deployed_to_its_group_and_a_child_has_the_names_of_its_parents() {
        let network = format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/n");
        let of_network = shown("Microsoft.Network/virtualNetworks", GROUP, "n");
        assert_eq!(of_network, Some((GROUP.to_owned(), None, "n".to_owned(), network.clone())));
        let subnet = shown("Microsoft.Network/virtualNetworks/subnets", &network, "a");
        let id = format!("{network}/subnets/a");
        assert_eq!(subnet, Some((GROUP.to_owned(), None, "n/a".to_owned(), id)));
    }

    #[test]
    fn a_group_is_deployed_to_its_subscription() {
        let group = shown("Microsoft.Resources/resourceGroups", "/subscriptions/s", "g");
        let place = "/subscriptions/s".to_owned();
        assert_eq!(group, Some((place, None, "g".to_owned(), GROUP.to_owned())));
    }

    #[test]
    fn an_extension_is_deployed_where_the_resource_is_that_it_extends() {
        let vault = format!("{GROUP}/providers/Microsoft.KeyVault/vaults/v");
        let lock =
            address("Microsoft.Authorization/locks", &vault, "keep").map(|lock| (lock.place, lock.scope));
        let place = Place::Group { subscription: "s".to_owned(), group: "g".to_owned() };
        assert_eq!(lock, Some((place, Some(vault))));
        let of_group = address("Microsoft.Authorization/locks", GROUP, "keep").map(|lock| lock.scope);
        assert_eq!(of_group, Some(None));
        assert!(
            address("Microsoft.Authorization/locks", "/providers/Microsoft.Management/x/y", "k").is_none()
        );
    }

    #[test]
    fn a_name_that_is_not_known_ends_the_id() {
        let inputs = Value::map();
        let name = "Microsoft.Authorization/roleAssignments";
        let kind = Kind::new(name, crate::descriptor(name), &inputs)
            .map(|kind| Address::new(&kind, GROUP, Text::parameter("p")).map(|address| address.id.to_json()));
        let expected = format!("[concat('{GROUP}/providers/{name}/', parameters('p'))]");
        assert_eq!(kind, Some(Some(expected.into())));
    }
}
