//! Topics, subscriptions and queues, as configuration gives them.

use atp_iac::Config;
use std::collections::{BTreeMap, BTreeSet};

/// What messages flow through.
#[derive(Clone, Debug, Default, Config)]
#[config(check = names_are_unique)]
pub struct TopologyConfig {
    /// The topics by name.
    #[config(default)]
    pub topics: BTreeMap<String, TopicConfig>,
    /// The queues by name.
    #[config(default)]
    pub queues: BTreeMap<String, QueueConfig>,
}

/// Other stacks know queues and topics, and subscriptions, by name only.
fn names_are_unique(topology: &TopologyConfig) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    let subscriptions = topology.topics.values().flat_map(|topic| topic.subscriptions.keys());
    if let Some(twice) = subscriptions.into_iter().find(|name| !seen.insert(*name)) {
        return Err(format!("two topics have a subscription `{twice}`"));
    }
    match topology.queues.keys().find(|name| topology.topics.contains_key(*name)) {
        Some(both) => {
            Err(format!("`{both}` is a topic and a queue, and Service Bus has one space of names for both"))
        }
        None => Ok(()),
    }
}

/// A topic: each of its subscriptions gets what it asks for.
#[derive(Clone, Debug, Config)]
pub struct TopicConfig {
    /// Days after which a message that nobody took is no longer delivered.
    #[config(default = 14, range = 1..=365)]
    pub time_to_live_days: u32,
    /// Minutes in which a message with the same id is dropped; without it, none is.
    #[config(range = 1..=10080)]
    pub duplicates_minutes: Option<u32>,
    /// Megabytes that it holds.
    #[config(default = 5120, range = 1024..=81920)]
    pub megabytes: u32,
    /// The subscriptions by name.
    #[config(default)]
    pub subscriptions: BTreeMap<String, SubscriptionConfig>,
}

/// A subscription.
#[derive(Clone, Debug, Config)]
pub struct SubscriptionConfig {
    /// What it gets, by names of filters: whatever passes one of them. Without any, everything.
    #[config(default)]
    pub filters: BTreeMap<String, FilterConfig>,
    /// Whether messages of a session are handed out in order, to one receiver at a time.
    #[config(default = false)]
    pub sessions: bool,
    /// How often a message is handed out before it counts as dead.
    #[config(default = 10, range = 1..=2000)]
    pub deliveries: u32,
    /// Seconds that a receiver has for a message before another one gets it.
    #[config(default = 60, range = 5..=300)]
    pub lock_seconds: u32,
    /// Days after which a message counts as dead; without it, as the topic has it.
    #[config(range = 1..=365)]
    pub time_to_live_days: Option<u32>,
}

/// What a message must be like: either an expression over its properties, or values that they have to have.
#[derive(Clone, Debug, Config)]
#[config(check = is_one_kind)]
pub struct FilterConfig {
    /// Such as `severity >= 3 AND kind IN ('login', 'logout')`.
    #[config(length = 1..=1024)]
    pub sql: Option<String>,
    /// What its subject has to be. Comparing values is faster than expressions.
    #[config(length = 1..=128)]
    pub subject: Option<String>,
    /// What properties of the application have to be.
    #[config(default)]
    pub properties: BTreeMap<String, String>,
}

fn is_one_kind(filter: &FilterConfig) -> Result<(), String> {
    let values = filter.subject.is_some() || !filter.properties.is_empty();
    match (filter.sql.is_some(), values) {
        (true, true) => Err("a filter has either `sql`, or `subject` and `properties`".to_owned()),
        (false, false) => Err("a filter needs `sql`, `subject` or `properties`".to_owned()),
        _ => Ok(()),
    }
}

/// A queue.
#[derive(Clone, Debug, Config)]
pub struct QueueConfig {
    /// Days after which a message that nobody took counts as dead.
    #[config(default = 14, range = 1..=365)]
    pub time_to_live_days: u32,
    /// Minutes in which a message with the same id is dropped; without it, none is.
    #[config(range = 1..=10080)]
    pub duplicates_minutes: Option<u32>,
    /// Whether messages of a session are handed out in order, to one receiver at a time.
    #[config(default = false)]
    pub sessions: bool,
    /// How often a message is handed out before it counts as dead.
    #[config(default = 10, range = 1..=2000)]
    pub deliveries: u32,
    /// Seconds that a receiver has for a message before another one gets it.
    #[config(default = 60, range = 5..=300)]
    pub lock_seconds: u32,
    /// Megabytes that it holds.
    #[config(default = 5120, range = 1024..=81920)]
    pub megabytes: u32,
}
