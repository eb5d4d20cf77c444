//! Topics, subscriptions with their filters, and queues.

use super::{FilterConfig, QueueConfig, ServiceBusTopology, SubscriptionConfig, TopicConfig};
use atp_azure::service_bus::{
    Namespace, Queue, Subscription, SubscriptionRule, SubscriptionRuleCorrelationFilter,
    SubscriptionRuleFilterType, SubscriptionRuleSqlFilter, Topic,
};
use atp_iac::{Context, Options, Output, ResourceId, Result};

/// The rule that the service makes with a subscription, and that lets everything through.
const DEFAULT_RULE: &str = "$Default";
/// An expression that no message fulfils.
const NOTHING: &str = "1=0";

type Subscriptions = Vec<(String, Output<ResourceId<Subscription>>)>;

impl ServiceBusTopology {
    pub(super) fn add_topic(
        &self,
        cx: &mut Context,
        name: &str,
        settings: &TopicConfig,
        namespace: &Output<ResourceId<Namespace>>,
    ) -> Result<(Output<ResourceId<Topic>>, Subscriptions)> {
        let mut topic = Topic::new(namespace, name)
            .default_message_time_to_live(days(settings.time_to_live_days))
            .max_size_in_megabytes(i64::from(settings.megabytes))
            // What is in one partition of many is in no order.
            .enable_partitioning(false)
            .support_ordering(true);
        if let Some(window) = settings.duplicates_minutes {
            topic = topic
                .requires_duplicate_detection(true)
                .duplicate_detection_history_time_window(minutes(window));
        }
        let topic = cx.add_with(name, self.options(), topic)?.id();
        let mut subscriptions = Vec::new();
        for (name, subscription) in &settings.subscriptions {
            let id = self.add_subscription(cx, name, subscription, &topic)?;
            subscriptions.push((name.clone(), id));
        }
        Ok((topic, subscriptions))
    }

    fn add_subscription(
        &self,
        cx: &mut Context,
        name: &str,
        settings: &SubscriptionConfig,
        topic: &Output<ResourceId<Topic>>,
    ) -> Result<Output<ResourceId<Subscription>>> {
        let mut subscription = Subscription::new(topic, name)
            .requires_session(settings.sessions)
            .max_delivery_count(i64::from(settings.deliveries))
            .lock_duration(seconds(settings.lock_seconds))
            // What is not delivered is kept for people to look at, and an alert tells them.
            .dead_lettering_on_message_expiration(true)
            .dead_lettering_on_filter_evaluation_exceptions(true);
        if let Some(time) = settings.time_to_live_days {
            subscription = subscription.default_message_time_to_live(days(time));
        }
        let subscription = cx.add_with(name, self.options(), subscription)?.id();
        if settings.filters.is_empty() {
            return Ok(subscription);
        }
        // The rule that the service made would let everything through beside the filters.
        let nothing = SubscriptionRule::new(&subscription, DEFAULT_RULE)
            .filter_type(SubscriptionRuleFilterType::SqlFilter)
            .sql_filter(SubscriptionRuleSqlFilter::new().sql_expression(NOTHING));
        cx.add(&format!("{name}-nothing-else"), nothing)?;
        for (filter_name, filter) in &settings.filters {
            let rule = rule(SubscriptionRule::new(&subscription, filter_name), filter);
            cx.add(&format!("{name}-{filter_name}"), rule)?;
        }
        Ok(subscription)
    }

    pub(super) fn add_queue(
        &self,
        cx: &mut Context,
        name: &str,
        settings: &QueueConfig,
        namespace: &Output<ResourceId<Namespace>>,
    ) -> Result<Output<ResourceId<Queue>>> {
        let mut queue = Queue::new(namespace, name)
            .default_message_time_to_live(days(settings.time_to_live_days))
            .requires_session(settings.sessions)
            .max_delivery_count(i64::from(settings.deliveries))
            .lock_duration(seconds(settings.lock_seconds))
            .max_size_in_megabytes(i64::from(settings.megabytes))
            .enable_partitioning(false)
            .dead_lettering_on_message_expiration(true);
        if let Some(window) = settings.duplicates_minutes {
            queue = queue
                .requires_duplicate_detection(true)
                .duplicate_detection_history_time_window(minutes(window));
        }
        Ok(cx.add_with(name, self.options(), queue)?.id())
    }

    fn options(&self) -> Options {
        Options::new().protect(self.protect)
    }
}

fn rule(rule: SubscriptionRule, filter: &FilterConfig) -> SubscriptionRule {
    if let Some(expression) = &filter.sql {
        return rule
            .filter_type(SubscriptionRuleFilterType::SqlFilter)
            .sql_filter(SubscriptionRuleSqlFilter::new().sql_expression(expression));
    }
    let mut values = SubscriptionRuleCorrelationFilter::new();
    if let Some(subject) = &filter.subject {
        values = values.label(subject);
    }
    if !filter.properties.is_empty() {
        values = values.properties(&filter.properties);
    }
    rule.filter_type(SubscriptionRuleFilterType::CorrelationFilter).correlation_filter(values)
}

/// Spans of time as ISO 8601 has them.
fn days(number: u32) -> String {
    format!("P{number}D")
}

fn minutes(number: u32) -> String {
    format!("PT{number}M")
}

fn seconds(number: u32) -> String {
    format!("PT{number}S")
}
