//! What a service changes because the program told it to: how many nodes are in a pool that scales itself.
//!
//! The program says with how many a pool begins, and between which bounds it scales. Within these the number is the
//! service's own: it is no drift, and an update of something else does not set it back.

use atp_iac::value::{Map, Value};
use serde_json::{Value as Json, json};

const CLUSTER: &str = "Microsoft.ContainerService/managedClusters";
const POOL: &str = "Microsoft.ContainerService/managedClusters/agentPools";
/// The list of the pools that a cluster shows.
const POOLS: &str = "agentPoolProfiles";
const COUNT: &str = "count";
const SCALES: &str = "enableAutoScaling";

/// The inputs without the numbers that are the service's own.
pub(super) fn without_scaled(kind: &str, inputs: Value) -> Value {
    let change: fn(Map) -> Map = match kind {
        _ if kind.eq_ignore_ascii_case(POOL) => without_count,
        _ if kind.eq_ignore_ascii_case(CLUSTER) => without_counts,
        _ => return inputs,
    };
    entry(inputs, "properties", change)
}

fn without_counts(mut properties: Map) -> Map {
    if let Some(Value::List(pools)) = properties.get_mut(POOLS) {
        for pool in pools.iter_mut() {
            if let Value::Map(own) = pool {
                *pool = Value::Map(without_count(std::mem::take(own)));
            }
        }
    }
    properties
}

fn without_count(mut pool: Map) -> Map {
    if pool.get(SCALES).map(Value::exposed) == Some(&Value::Bool(true)) {
        pool.remove(COUNT);
    }
    pool
}

fn entry(value: Value, key: &str, change: fn(Map) -> Map) -> Value {
    let Value::Map(mut map) = value else { return value };
    if let Some(Value::Map(inner)) = map.get_mut(key) {
        let changed = change(std::mem::take(inner));
        *inner = changed;
    }
    Value::Map(map)
}

/// Completes the body of a PUT over `current`: a pool that scales keeps the number it has, as far as it is within the
/// bounds that the body says.
pub(super) fn keep_scaled(kind: &str, body: &mut Json, current: &Json) {
    if kind.eq_ignore_ascii_case(POOL) {
        keep(&mut body["properties"], &current["properties"]);
    }
    if !kind.eq_ignore_ascii_case(CLUSTER) {
        return;
    }
    let now = current["properties"][POOLS].as_array();
    let pools = body.pointer_mut(&format!("/properties/{POOLS}")).and_then(Json::as_array_mut);
    for pool in pools.into_iter().flatten() {
        let same = |other: &&Json| other["name"] == pool["name"];
        if let Some(now) = now.and_then(|now| now.iter().find(same)) {
            keep(pool, now);
        }
    }
}

fn keep(pool: &mut Json, now: &Json) {
    let scales = |pool: &Json| pool[SCALES] == json!(true);
    let bounds = pool["minCount"].as_i64().zip(pool["maxCount"].as_i64());
    let (Some((minimum, maximum)), Some(count)) = (bounds, now[COUNT].as_i64()) else { return };
    if scales(pool) && scales(now) && minimum <= maximum {
        pool[COUNT] = json!(count.clamp(minimum, maximum));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(scales: bool, count: i64) -> Json {
        json!({"name": "p", SCALES: scales, COUNT: count, "minCount": 3, "maxCount": 10})
    }

    #[test]
    fn of_a_pool_that_scales_the_number_is_not_compared_wherever_it_is_declared() {
        let counts = |scales: bool| {
            let alone = without_scaled(POOL, Value::from(json!({"properties": pool(scales, 3)})));
            let inline = json!({"properties": {POOLS: [pool(scales, 3)]}});
            let inline = without_scaled(CLUSTER, Value::from(inline));
            let pools = inline.get("properties").and_then(|p| p.get(POOLS)?.as_list()).unwrap();
            [alone.get("properties").unwrap().get(COUNT).is_some(), pools[0].get(COUNT).is_some()]
        };
        assert_eq!(counts(true), [false, false]);
        assert_eq!(counts(false), [true, true]);
        let other = Value::from(json!({"properties": pool(true, 3)}));
        assert_eq!(without_scaled("Microsoft.Network/virtualNetworks", other.clone()), other);
    }

    #[test]
    fn an_update_keeps_the_number_within_the_new_bounds() {
        let after = |wanted: Json, now: Json| {
            let mut alone = json!({"properties": wanted});
            keep_scaled(POOL, &mut alone, &json!({"properties": now}));
            let mut inline = json!({"properties": {POOLS: [wanted]}});
            keep_scaled(CLUSTER, &mut inline, &json!({"properties": {POOLS: [now]}}));
            let counts = [&alone["properties"][COUNT], &inline["properties"][POOLS][0][COUNT]];
            counts.map(|count| count.as_i64().unwrap())
        };
        assert_eq!(after(pool(true, 3), pool(true, 7)), [7, 7]);
        assert_eq!(after(pool(true, 3), pool(true, 20)), [10, 10]);
        assert_eq!(after(pool(true, 3), pool(true, 1)), [3, 3]);
        assert_eq!(after(pool(false, 3), pool(true, 7)), [3, 3], "it scales no more");
        assert_eq!(after(pool(true, 3), pool(false, 7)), [3, 3], "it has not scaled yet");
    }
}
