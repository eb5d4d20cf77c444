//! Stacks are tested like any code: no cloud, no files, no command line. The mock answers as Azure would.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod mock;

use atp_iac::program::{Setup, StackOutputs};
use atp_iac::{ConfigTree, Outputs, Stack, StackContract, StackName};
use examples::component::Teams;
use examples::hello::Hello;
use examples::stack_reference::Observer;
use mock::{Mock, deploy};
use stacks::{Foundation, FoundationOutputs};
use std::collections::{BTreeMap, BTreeSet};

const GROUP: &str = "/subscriptions/mock/resourceGroups";

fn text<S: Stack>(deployed: &Mock, output: &str) -> String {
    let value = deployed.outputs.get(output).unwrap_or_else(|| panic!("`{}` has no `{output}`", S::NAME));
    value.as_str().unwrap_or_default().to_owned()
}

#[test]
fn hello_gives_its_group() {
    let hello = deploy::<Hello>("dev", Setup::default()).unwrap();
    assert_eq!(text::<Hello>(&hello, "group"), format!("{GROUP}/rg-hello"));
}

#[test]
fn each_team_has_a_group_and_an_identity_of_its_own() {
    let teams = deploy::<Teams>("dev", Setup::default()).unwrap();
    let names: Vec<&str> = teams.resources.keys().map(|urn| urn.name()).collect();
    assert_eq!(names, ["audit/identity", "platform/identity", "audit/group", "platform/group"]);
    assert_ne!(text::<Teams>(&teams, "audit"), text::<Teams>(&teams, "platform"));
}

#[test]
fn a_stack_gets_what_the_stack_below_it_gives() {
    let foundation = deploy::<Foundation>("dev", setup_of_the_foundation()).unwrap();
    let vault = text::<Foundation>(&foundation, "key_vault");
    let outputs = StackOutputs { contract: FoundationOutputs::CONTRACT, values: foundation.outputs };
    let references =
        BTreeMap::from([(StackName::new("dev", "westeurope", Foundation::NAME).unwrap(), outputs)]);
    let observer = deploy::<Observer>("dev", Setup { references, ..Setup::default() }).unwrap();
    let key = text::<Observer>(&observer, "key");
    assert!(key.starts_with("https://") && key.ends_with("/keys/observer"), "{key}");
    let endpoint = observer.resources.values().next().unwrap();
    assert!(format!("{endpoint:?}").contains(&vault));
}

#[test]
fn without_the_stack_below_the_error_says_what_to_do() {
    let error = deploy::<Observer>("dev", Setup::default()).unwrap_err().to_string();
    assert_eq!(
        error,
        "the stack `observer` refers to `foundation`, which is not deployed in dev/westeurope\n  \
         way out: run `up` on the stack `foundation` first"
    );
}

#[test]
fn no_two_resources_of_the_foundation_are_one_in_azure() {
    let foundation = deploy::<Foundation>("dev", setup_of_the_foundation()).unwrap();
    let ids: BTreeSet<&str> =
        foundation.resources.values().filter_map(|resource| resource.get("id")?.as_str()).collect();
    assert_eq!(ids.len(), foundation.resources.len());
}

fn setup_of_the_foundation() -> Setup {
    let text = "
        subscription_id: 00000000-0000-0000-0000-0000000000a1
        tenant_id: 00000000-0000-0000-0000-0000000000aa
        tags: { owner: platform-team, cost_centre: cc-4711, data_classification: internal }
        tier: small
        public_exceptions:
          egress: { reason: nodes pull images, reviewed_by: security-team, until: 2027-06-30 }
        address_space: 10.0.0.0/16
        subnets:
          aks-system: { range: 10.0.0.0/24, purpose: cluster }
          aks-ingestion: { range: 10.0.2.0/23, purpose: cluster }
          aks-query: { range: 10.0.4.0/23, purpose: cluster }
          aks-projection: { range: 10.0.6.0/23, purpose: cluster }
          private-link: { range: 10.0.10.0/27, purpose: private-link }
          gateway: { range: 10.0.10.32/27, purpose: gateway }
    ";
    let primary_regions = BTreeMap::from([("dev".to_owned(), "westeurope".to_owned())]);
    Setup {
        config: ConfigTree::from_yaml("foundation.yaml", text).unwrap(),
        primary_regions,
        ..Setup::default()
    }
}
