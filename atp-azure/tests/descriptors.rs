//! Every descriptor is well-formed.

use atp_azure::descriptor::{Object, Parent, Shape, TypeDescriptor};
use atp_azure::{descriptor, descriptors, names};
use proptest::prelude::*;
use std::collections::HashSet;

/// Runs `check` on every object below a shape, once each: shapes may be recursive.
fn objects(shape: &'static Shape, seen: &mut HashSet<*const Object>, check: &mut dyn FnMut(&'static Object)) {
    match shape {
        Shape::List { item, .. } | Shape::Map(item) => objects(item, seen, check),
        Shape::Object(object) if seen.insert(*object) => {
            check(object);
            for property in object.properties {
                objects(property.shape, seen, check);
            }
            if let Some(additional) = object.additional {
                objects(additional, seen, check);
            }
            for (_, variant) in object.variants.map(|(_, variants)| variants).unwrap_or_default() {
                check(variant);
                for property in variant.properties {
                    objects(property.shape, seen, check);
                }
            }
        }
        _ => {}
    }
}

/// The shape at a path such as `properties.rules[].name`.
fn find(shape: &'static Shape, path: &str) -> Option<&'static Shape> {
    let mut shape = shape;
    for step in path.split('.') {
        let name = step.trim_end_matches("[]");
        shape = match shape {
            Shape::Object(object) => {
                let variants = object.variants.map_or(&[][..], |(_, variants)| variants);
                let mut objects = std::iter::once(*object).chain(variants.iter().map(|(_, object)| *object));
                objects
                    .find_map(|object| object.properties.iter().find(|property| property.name == name))?
                    .shape
            }
            Shape::Map(item) => item,
            _ => return None,
        };
        if step.ends_with("[]") {
            let Shape::List { item, .. } = shape else { return None };
            shape = item;
        }
    }
    Some(shape)
}

fn sorted_and_unique(texts: &[&str]) -> bool {
    texts.windows(2).all(|pair| pair[0] < pair[1])
}

#[test]
fn types_are_found_in_any_case_and_are_unique() {
    let names: HashSet<String> = descriptors().iter().map(|d| d.name.to_lowercase()).collect();
    assert_eq!(names.len(), descriptors().len());
    assert_eq!(descriptor("microsoft.keyvault/VAULTS").unwrap().name, "Microsoft.KeyVault/vaults");
    assert!(descriptor("Microsoft.KeyVault/none").is_none());
}

#[test]
fn parents_are_known_types() {
    for TypeDescriptor { name, parent, .. } in descriptors() {
        match parent {
            Parent::Resource(parent) => {
                assert!(descriptor(parent).is_some(), "{name}");
                assert!(name.starts_with(parent), "{name}");
            }
            Parent::Subscription => assert_eq!(*name, "Microsoft.Resources/resourceGroups"),
            Parent::ResourceGroup | Parent::Scope => {}
        }
    }
}

#[test]
fn paths_exist_in_the_shape() {
    for kind in descriptors() {
        assert!(sorted_and_unique(kind.create_only), "{}", kind.name);
        let actions: Vec<&str> = kind.actions.iter().map(|action| action.name).collect();
        assert!(sorted_and_unique(&actions), "{}", kind.name);
        for path in kind.create_only {
            assert!(find(kind.body, path).is_some(), "{}: create-only {path}", kind.name);
        }
        for (path, target) in kind.references {
            assert!(find(kind.body, path).is_some(), "{}: reference {path}", kind.name);
            assert!(descriptor(target).is_some(), "{}: {path} names {target}", kind.name);
        }
        for (path, value) in kind.defaults {
            assert!(find(kind.body, path).is_some(), "{}: default {path}", kind.name);
            assert!(
                serde_json::from_str::<serde_json::Value>(value).is_ok(),
                "{}: default {path}",
                kind.name
            );
        }
    }
}

#[test]
fn patterns_compile_and_objects_are_sorted() {
    for kind in descriptors() {
        regex_lite::Regex::new(kind.names.pattern).unwrap();
        assert!(kind.names.min <= kind.names.max, "{}", kind.name);
        assert!(!kind.put.codes.is_empty(), "{}", kind.name);
        objects(kind.body, &mut HashSet::new(), &mut |object| {
            let names: Vec<&str> = object.properties.iter().map(|property| property.name).collect();
            assert!(sorted_and_unique(&names), "{}: {names:?}", kind.name);
            for property in object.properties {
                if let Shape::String(text) = property.shape {
                    regex_lite::Regex::new(text.pattern).unwrap();
                    assert!(text.min <= text.max, "{}", property.name);
                }
            }
        });
    }
}

#[test]
fn names_can_be_made_for_every_type_that_has_no_form_of_its_own() {
    for kind in descriptors() {
        let made = names::resource_name(&kind.names, &["app", "dev", "x".repeat(300).as_str()], None);
        match made {
            Ok(name) => assert!(names::follows(&kind.names, &name), "{}: {name}", kind.name),
            Err(_) => assert!(kind.names.pattern.contains("0-9a-f"), "{}", kind.name),
        }
    }
}

fn parts() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[a-zA-Z0-9_. é-]{0,40}", 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn names_of_every_type_obey_its_rules_and_differ_where_their_parts_do(one in parts(), other in parts()) {
        prop_assume!(one.join("-") != other.join("-"));
        let [one, other] = [&one, &other].map(|parts| parts.iter().map(String::as_str).collect::<Vec<_>>());
        for kind in descriptors() {
            for unique in [None, Some("subscription")] {
                let Ok(name) = names::resource_name(&kind.names, &one, unique) else { continue };
                prop_assert!(names::follows(&kind.names, &name), "{}: {name}", kind.name);
                let second = names::resource_name(&kind.names, &other, unique).unwrap();
                let single = kind.names.fixed.is_some();
                prop_assert!(single || !name.eq_ignore_ascii_case(&second), "{}: {name}", kind.name);
            }
        }
    }
}
