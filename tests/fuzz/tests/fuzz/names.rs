//! URNs, ids, address ranges, paths and patterns.

use atp_azure_sim::Glob;
use atp_iac::resource::Cidr;
use atp_iac::value::Path;
use atp_iac::{StackName, Urn, Value};
use fuzz::{Edit, edited};

const URN: &str = "urn:atp:prod:westeurope:foundation::Vault$Microsoft.KeyVault/vaults::vault/endpoint";

fn urn(text: &str) {
    let Ok(urn) = Urn::parse(text) else { return };
    assert_eq!(urn.as_str(), text);
    assert_eq!(Urn::parse(&urn.to_string()).ok().as_ref(), Some(&urn));
    assert!(!urn.types().is_empty() && !urn.name().is_empty(), "{text}");
    assert!(urn.types().ends_with(urn.resource_type()) && text.ends_with(urn.name()), "{text}");
}

#[test]
fn urns() {
    assert!(Urn::parse(URN).is_ok());
    bolero::check!().with_type::<Vec<Edit>>().cloned().for_each(|edits| {
        urn(&String::from_utf8_lossy(&edited(URN.as_bytes(), &edits)));
    });
}

#[test]
fn urns_of_parts() {
    bolero::check!().with_type::<([String; 3], String, String)>().cloned().for_each(|(stack, kind, name)| {
        let [environment, region, stack] = stack;
        let Ok(stack) = StackName::new(&environment, &region, &stack) else { return };
        let Ok(made) = Urn::new(&stack, &[&kind], &[&name]) else { return };
        urn(made.as_str());
    });
}

#[test]
fn ranges() {
    bolero::check!().with_type::<Vec<Edit>>().cloned().for_each(|edits| {
        let text = String::from_utf8_lossy(&edited(b"10.20.0.0/16", &edits)).into_owned();
        if let Ok(range) = Cidr::parse(&text) {
            assert_eq!(Cidr::parse(&range.to_string()).ok(), Some(range), "{text}");
            assert!(range.contains(range) && range.overlaps(range));
        }
    });
}

#[test]
fn paths() {
    let value = Value::from(serde_json::json!({"a": {"b": [{"name": "x", "c": null}, 1]}, "": {}}));
    bolero::check!().with_type::<Vec<Edit>>().cloned().for_each(|edits| {
        let text = String::from_utf8_lossy(&edited(b"a/b/0/c", &edits)).into_owned();
        let path = Path::of_keys(&text);
        let _ = path.find(&value);
        assert_eq!(path.to_string(), Path::of_keys(&text).to_string());
        let _ = path.pattern();
    });
}

#[test]
fn globs() {
    bolero::check!().with_type::<(Vec<Edit>, String)>().cloned().for_each(|(edits, text)| {
        let pattern =
            String::from_utf8_lossy(&edited(b"/subscriptions/*/**/vaults/k?v", &edits)).into_owned();
        if let Ok(glob) = Glob::new(&pattern) {
            assert_eq!(glob.text(), pattern);
            let _ = glob.matches(&text);
        }
    });
}
