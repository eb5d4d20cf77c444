//! What `out_format!` gives: the value, what it depends on, and how a plan shows it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use atp_iac::output::{NothingKnown, Resolved};
use atp_iac::{Output, StackName, Urn, out_format};

fn value(output: &Output<String>) -> String {
    let Resolved { value, .. } = output.resolve(&NothingKnown).unwrap();
    value.unwrap()
}

fn property(name: &str) -> Output<String> {
    let stack = StackName::new("dev", "north", "app").unwrap();
    Output::of_resource(&Urn::new(&stack, &["Test"], &[name]).unwrap(), "properties/uri")
}

#[test]
fn names_positions_and_specs_are_those_of_format() {
    let host = Output::known("h".to_owned());
    let port = Output::known(80u16);
    assert_eq!(value(&out_format!("https://{host}:{port:05}/")), "https://h:00080/");
    assert_eq!(value(&out_format!("{0}-{1}-{0}", host, port)), "h-80-h");
    assert_eq!(value(&out_format!("{{{host}}} {} {x:>3}", 1 + 1, x = port)), "{h} 2  80");
    assert_eq!(value(&out_format!("{host}{host}")), "hh");
    assert_eq!(value(&out_format!("nothing")), "nothing");
}

#[test]
fn borrowed_texts_and_references_to_outputs_can_stand_in_it() {
    let owned = String::from("prod");
    let environment: &str = &owned;
    let host = &Output::known("h".to_owned());
    let formatted = out_format!("{environment}.{host}.{}", owned);
    drop(owned);
    assert_eq!(value(&formatted), "prod.h.prod");
}

#[test]
fn what_is_not_known_is_shown_as_where_it_comes_from() {
    let vault = property("vault");
    let path = "keys";
    let formatted = out_format!("https://{vault}/{path}?{0}&{0}", property("key"));
    assert_eq!(formatted.resolve(&NothingKnown).unwrap().value, None);
    assert_eq!(
        formatted.origin(),
        "https://${vault.properties.uri}/keys?${key.properties.uri}&${key.properties.uri}"
    );
    assert_eq!(formatted.dependencies().len(), 2);
}

#[test]
fn what_is_made_of_a_secret_is_one() {
    let password = Output::known("hunter2".to_owned()).secret().map(|password| password.expose().len());
    assert!(out_format!("{password}").is_secret());
}
