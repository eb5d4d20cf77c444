//! When alerts fire and tell nobody.

use super::{QuietTime, Weekday};
use crate::helpers::Site;
use atp_azure::Scope;
use atp_azure::alerts_management::{
    ActionRule, ActionRuleAction, ActionRuleActionRemoveAllActionGroups, ActionRuleCondition,
    ActionRuleConditionField, ActionRuleConditionOperator, ActionRuleSchedule, ActionRuleScheduleRecurrence,
    ActionRuleScheduleRecurrenceDaily, ActionRuleScheduleRecurrenceWeekly,
    ActionRuleScheduleRecurrenceWeeklyDaysOfWeek,
};
use atp_azure::resources::ResourceGroup;
use atp_iac::{Component, Context, Input, ResourceId, Result, component};
use std::collections::BTreeMap;

/// Rules that keep alerts of resource groups from telling anybody: maintenance windows, and nights of environments that
/// nobody looks after at night.
#[component(type = "atp:observability:QuietTimes")]
#[derive(Clone, Debug)]
pub struct QuietTimes {
    /// Names, tags and region.
    pub site: Site,
    /// The resource group that they are in.
    pub group: Input<ResourceId<ResourceGroup>>,
    /// Whose alerts are quiet.
    pub scopes: Vec<Input<Scope>>,
    /// When, by name.
    pub times: BTreeMap<String, QuietTime>,
}

impl Component for QuietTimes {
    type Outputs = ();

    fn build(self, cx: &mut Context) -> Result<()> {
        for (name, quiet) in &self.times {
            let action: ActionRuleAction = ActionRuleActionRemoveAllActionGroups::new().into();
            let schedule =
                ActionRuleSchedule::new().time_zone(&quiet.time_zone).recurrences([recurrence(quiet)]);
            let rule = ActionRule::new(
                &self.group,
                self.site.names.of::<ActionRule>(name)?,
                self.scopes.clone(),
                [action],
            );
            let mut rule = rule
                .location("Global")
                .description(&quiet.reason)
                .enabled(true)
                .schedule(schedule)
                .tags(&self.site.tags);
            if !quiet.critical_too {
                rule = rule.conditions([ActionRuleCondition::new()
                    .field(ActionRuleConditionField::SEVERITY)
                    .operator(ActionRuleConditionOperator::EQUALS)
                    .values(["Sev2", "Sev3", "Sev4"])]);
            }
            cx.add(name, rule)?;
        }
        Ok(())
    }
}

fn recurrence(quiet: &QuietTime) -> ActionRuleScheduleRecurrence {
    if quiet.days.is_empty() {
        return ActionRuleScheduleRecurrenceDaily::new().start_time(&quiet.start).end_time(&quiet.end).into();
    }
    let days: Vec<_> = quiet.days.iter().map(|day| written(*day)).collect();
    ActionRuleScheduleRecurrenceWeekly::new(days).start_time(&quiet.start).end_time(&quiet.end).into()
}

fn written(day: Weekday) -> ActionRuleScheduleRecurrenceWeeklyDaysOfWeek {
    use ActionRuleScheduleRecurrenceWeeklyDaysOfWeek as Written;
    match day {
        Weekday::Monday => Written::MONDAY,
        Weekday::Tuesday => Written::TUESDAY,
        Weekday::Wednesday => Written::WEDNESDAY,
        Weekday::Thursday => Written::THURSDAY,
        Weekday::Friday => Written::FRIDAY,
        Weekday::Saturday => Written::SATURDAY,
        Weekday::Sunday => Written::SUNDAY,
    }
}
