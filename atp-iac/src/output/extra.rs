//! Properties by path, beside those that a structure has fields for.

use super::{Expression, IntoExpression};
use crate::value::Value;
use std::collections::BTreeMap;

/// Properties that are set by path: for what a type of resource has and this library does not know yet.
///
/// A path is keys joined by dots, such as `properties.sku.name`; a list, and a map with dots in its keys, is given as a
/// whole. What stands in no order with the fields of the structure: a path that is set already, or leads into something
/// that is given as a whole, is an error when the resource is declared, wherever it was set first.
#[derive(Clone, Debug, Default)]
pub struct Extra(Vec<(String, Expression)>);

impl Extra {
    /// Sets the property at a path.
    pub fn set(&mut self, path: impl Into<String>, value: impl IntoExpression) {
        self.0.push((path.into(), value.into_expression()));
    }

    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The paths, in the order in which they were set.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(path, _)| path.as_str())
    }

    /// Writes every property to its place. In the place of one that cannot be written stands why, so that what is
    /// declared with it is refused.
    pub fn write(&self, properties: &mut BTreeMap<String, Expression>) {
        for (path, value) in &self.0 {
            if let Err(problem) = merge(properties, path, value.clone()) {
                let refused = Expression::Refused { path: path.clone(), problem };
                properties.insert(path.clone(), refused);
            }
        }
    }
}

fn merge(properties: &mut BTreeMap<String, Expression>, path: &str, value: Expression) -> Result<(), String> {
    let is_key =
        |key: &str| !key.is_empty() && !key.contains(|c: char| c.is_whitespace() || "[]/".contains(c));
    if !path.split('.').all(is_key) {
        return Err("is not a path; expected keys joined by dots, such as `properties.sku.name`".to_owned());
    }
    let mut place = properties;
    let mut done = 0;
    for (at, _) in path.match_indices('.') {
        let key = &path[done..at];
        let inner = place.entry(key.to_owned()).or_insert_with(|| Expression::Map(BTreeMap::new()));
        if let Expression::Value(Value::Map(map)) = inner {
            let entries = std::mem::take(map).into_iter();
            *inner = Expression::Map(entries.map(|(key, value)| (key, value.into())).collect());
        }
        let Expression::Map(inner) = inner else {
            return Err(format!("leads into `{}`, which is given as a whole", &path[..at]));
        };
        place = inner;
        done = at + 1;
    }
    match place.insert(path[done..].to_owned(), value) {
        None => Ok(()),
        Some(_) => Err("is set already".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{Codec, EXTRA, Structure};
    use crate::output::{Input, NothingKnown, Output, Secret};
    use crate::value::Data;
    use serde_json::{Value as Json, json};

    #[derive(Default, Clone)]
    struct Sku {
        name: Input<String>,
    }
    impl Structure for Sku {
        fn visit(&mut self, codec: &mut Codec<'_>) {
            codec.property("name", &mut self.name);
        }
    }

    #[derive(Default, Clone)]
    struct Vault {
        sku: Input<Sku>,
        limits: Input<Value>,
        extra: Extra,
    }
    impl Structure for Vault {
        fn visit(&mut self, codec: &mut Codec<'_>) {
            codec.property("properties/sku", &mut self.sku);
            codec.property("properties/limits", &mut self.limits);
            codec.extra(&self.extra);
        }
    }

    fn vault() -> Vault {
        Vault {
            sku: Input::Value(Sku { name: Input::Value("standard".into()) }),
            limits: Input::Value(Value::from([("keys", 1i64.into())])),
            ..Vault::default()
        }
    }

    fn written(vault: &Vault) -> Json {
        vault.encode().resolve(&NothingKnown).unwrap().to_json_masked()
    }

    #[test]
    fn extra_properties_stand_beside_those_with_fields_and_are_listed() {
        let mut vault = vault();
        vault.extra.set("properties.sku.family", "A");
        vault.extra.set("properties.limits.secrets", 2i64);
        vault.extra.set("zones", vec!["1".to_owned()]);
        vault.extra.set("properties.pin", Secret::new("1234".to_owned()));
        assert_eq!(
            written(&vault),
            json!({
                "properties": {"sku": {"name": "standard", "family": "A"}, "limits": {"keys": 1, "secrets": 2}, "pin": "[secret]"},
                "zones": ["1"],
                EXTRA: ["properties.sku.family", "properties.limits.secrets", "zones", "properties.pin"],
            })
        );
        assert!(vault.encode().refused().is_none());
    }

    #[test]
    fn nothing_is_listed_where_nothing_is_extra() {
        assert_eq!(written(&vault()).as_object().unwrap().len(), 1);
    }

    #[test]
    fn what_cannot_be_set_is_refused_and_says_why() {
        let refused = |path: &str| {
            let mut vault = vault();
            vault.extra.set(path, true);
            let expression = vault.encode();
            let (path, problem) = expression.refused().unwrap();
            format!("{path} {problem}")
        };
        for path in ["", "properties..x", ".x", "x.", "a[0].b", "a b", "properties/x"] {
            assert!(refused(path).starts_with(&format!("{path} is not a path")), "{path}");
        }
        assert_eq!(refused("properties.sku"), "properties.sku is set already");
        assert_eq!(refused("properties.sku.name"), "properties.sku.name is set already");
        assert_eq!(refused("properties.limits.keys"), "properties.limits.keys is set already");
        let whole = "properties.sku.name.x leads into `properties.sku.name`, which is given as a whole";
        assert_eq!(refused("properties.sku.name.x"), whole);
    }

    #[test]
    fn nothing_is_set_inside_of_an_output() {
        let mut vault = Vault { sku: Input::Output(Output::known(Sku::default())), ..Vault::default() };
        vault.extra.set("properties.sku.family", "A");
        let expression = vault.encode();
        assert!(expression.refused().unwrap().1.contains("which is given as a whole"));
    }
}
