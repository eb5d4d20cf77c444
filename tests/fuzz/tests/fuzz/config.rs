//! Configuration in YAML.

use atp_iac::config::ConfigTree;
use fuzz::{Edit, edited};

const EXAMPLE: &str = r#"# A comment.
location: westeurope
network: { zones: [1, 2, 3], address_space: 10.0.0.0/16 }
text: |
  two
  lines
folded: >-
  one
  line
quoted: "\u00e9 \" 'x'"
nothing: ~
number: -1.5e3
flag: true
"deep": { a: { b: [ { c: [ [ ] ] } ] } }
"#;

fn check(text: &str) {
    let Ok(mut tree) = ConfigTree::from_yaml("file", text) else { return };
    let again = ConfigTree::from_yaml("file", text);
    assert!(again.is_ok_and(|again| again.says_the_same(&tree)), "{text}");
    for key in ["location", "network.zones", "text", ""] {
        let _ = tree.text(key);
    }
    assert!(tree.set("network.zones", "[4]").is_ok(), "{text}");
    assert!(!format!("{tree:?}").is_empty());
}

#[test]
fn examples() {
    assert!(ConfigTree::from_yaml("file", EXAMPLE).is_ok());
    bolero::check!().with_type::<Vec<Edit>>().cloned().for_each(|edits| {
        check(&String::from_utf8_lossy(&edited(EXAMPLE.as_bytes(), &edits)));
    });
}

/// What is set on the command line.
#[test]
fn values() {
    bolero::check!().with_type::<(String, String)>().cloned().for_each(|(key, value)| {
        let mut tree = ConfigTree::empty();
        if tree.set(&key, &value).is_ok() {
            let again = tree.set(&key, &value);
            assert!(again.is_ok(), "{key}={value}");
        }
        check(&value);
    });
}
