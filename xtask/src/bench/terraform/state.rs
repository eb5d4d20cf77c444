//! The state that Terraform would have after an apply, for where that apply does not come to its end.

use super::Shape;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A list of so many dependencies is not worth the memory.
const LIMIT: usize = 5_000_000;

/// A state file of format 4; `None` where it would be too long. As Terraform does, it lists with each resource all that it depends on, also indirectly.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn after_apply(shape: Shape, n: u32) -> serde_json::Result<Option<Vec<u8>>> {
    let mut ancestors: Vec<BTreeSet<u32>> = Vec::new();
    let mut instances = Vec::new();
    let mut listed = 0;
    for i in 0..n {
        let parents = shape.parents(n, i);
        let mut all: BTreeSet<u32> = parents.iter().copied().collect();
        for parent in &parents {
            all.extend(&ancestors[*parent as usize]);
        }
        listed += all.len();
        if listed > LIMIT {
            return Ok(None);
        }
        instances.push(instance(shape, i, &parents, &all));
        ancestors.push(all);
    }
    let resources: Vec<Value> = match shape {
        Shape::Foreach => vec![resource("r", instances)],
        _ => (0..).zip(instances).map(|(i, one)| resource(&format!("r{i:05}"), vec![one])).collect(),
    };
    let state = json!({
        "version": 4,
        "terraform_version": "1.11.4",
        "serial": n + 1,
        "lineage": "00000000-0000-4000-8000-000000000000",
        "outputs": {},
        "resources": resources,
        "check_results": null,
    });
    serde_json::to_vec_pretty(&state).map(Some)
}

fn resource(name: &str, instances: Vec<Value>) -> Value {
    json!({
        "mode": "managed",
        "type": "terraform_data",
        "name": name,
        "provider": "provider[\"terraform.io/builtin/terraform\"]",
        "instances": instances,
    })
}

fn instance(shape: Shape, i: u32, parents: &[u32], ancestors: &BTreeSet<u32>) -> Value {
    let id = |i: u32| format!("00000000-0000-4000-8000-{i:012}");
    let mut value = json!({
        "name": format!("resource-{i:05}"),
        "revision": 1,
        "size": i % 16 + 1,
        "tags": {"env": "bench", "team": format!("team-{}", i % 7)},
    });
    let mut kind = json!({
        "name": "string",
        "revision": "number",
        "size": "number",
        "tags": ["object", {"env": "string", "team": "string"}],
    });
    if !parents.is_empty() {
        value["parents"] = parents.iter().map(|parent| id(*parent)).collect();
        kind["parents"] = json!(["tuple", vec!["string"; parents.len()]]);
    }
    let data = json!({"value": value, "type": ["object", kind]});
    let mut instance = json!({
        "schema_version": 0,
        "attributes": {"id": id(i), "input": data, "output": data, "triggers_replace": null},
        "sensitive_attributes": [],
    });
    if shape == Shape::Foreach {
        instance["index_key"] = json!(format!("r{i:05}"));
    }
    if !ancestors.is_empty() {
        let names = ancestors.iter().map(|ancestor| json!(format!("terraform_data.r{ancestor:05}")));
        instance["dependencies"] = names.collect();
    }
    instance
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_resource_lists_all_that_it_depends_on() {
        let state: Value = serde_json::from_slice(&after_apply(Shape::Chain, 3).unwrap().unwrap()).unwrap();
        let last = &state["resources"][2]["instances"][0];
        assert_eq!(last["dependencies"], json!(["terraform_data.r00000", "terraform_data.r00001"]));
        assert_eq!(
            last["attributes"]["input"]["value"]["parents"],
            json!(["00000000-0000-4000-8000-000000000001"])
        );
        assert!(after_apply(Shape::Chain, 10_000).unwrap().is_none(), "50 million names");
    }
}
