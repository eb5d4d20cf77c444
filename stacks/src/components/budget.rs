//! What may be spent, and who is told.

use crate::helpers::Date;
use atp_azure::Scope;
use atp_azure::consumption::{
    Budget as Resource, BudgetCategory, BudgetComparisonExpression, BudgetComparisonExpressionOperator,
    BudgetFilter, BudgetNotification, BudgetNotificationOperator, BudgetNotificationThresholdType,
    BudgetTimeGrain, BudgetTimePeriod,
};
use atp_iac::program::ProgramError;
use atp_iac::{Component, Context, Input, Result, component};
use std::collections::BTreeMap;

/// Percent of the amount that was spent, at which people are told.
const SPENT: [u32; 2] = [80, 100];
/// Percent of the amount that is going to be spent by the end of the month, at which people are told.
const FORECAST: u32 = 110;

/// A budget for a month. Azure does not stop anything when it is spent: it tells people.
#[component(type = "atp:governance:Budget")]
#[derive(Clone, Debug)]
pub struct Budget {
    /// A subscription, or a resource group.
    pub scope: Input<Scope>,
    /// Its name at that scope.
    pub name: String,
    /// What may be spent in a month, in the currency of the subscription.
    pub amount: u32,
    /// The day it starts on: the first of a month. When the budget is made, Azure takes no month before the present one.
    pub start: Date,
    /// Who gets mail.
    pub emails: Vec<String>,
    /// The roles at the scope whose holders get mail as well.
    #[component(default = vec!["Owner".to_owned()])]
    pub roles: Vec<String>,
    /// Only what has this tag counts: its name and value.
    pub tag: Option<(String, String)>,
}

impl Component for Budget {
    type Outputs = ();

    fn build(self, cx: &mut Context) -> Result<()> {
        if !self.start.begins_a_month() {
            return Err(ProgramError::Other(format!(
                "the budget `{}` starts on {}\n  way out: give the first day of a month",
                self.name, self.start
            )));
        }
        let notification = |threshold: u32, kind| {
            BudgetNotification::new(
                true,
                BudgetNotificationOperator::GREATER_THAN_OR_EQUAL_TO,
                f64::from(threshold),
                self.emails.clone(),
            )
            .contact_roles(self.roles.clone())
            .threshold_type(kind)
        };
        let spent = SPENT.map(|threshold| {
            (format!("spent-{threshold}"), notification(threshold, BudgetNotificationThresholdType::ACTUAL))
        });
        let forecast = notification(FORECAST, BudgetNotificationThresholdType::FORECASTED);
        let notifications: BTreeMap<String, BudgetNotification> =
            spent.into_iter().chain([(format!("forecast-{FORECAST}"), forecast)]).collect();
        let period = BudgetTimePeriod::new(self.start.midnight());
        let amount = f64::from(self.amount);
        let mut budget = Resource::new(self.scope, self.name, amount, BudgetTimeGrain::MONTHLY, period)
            .category(BudgetCategory::COST)
            .notifications(notifications);
        if let Some((tag, value)) = self.tag {
            let tag = BudgetComparisonExpression::new(tag, [value])
                .operator(BudgetComparisonExpressionOperator::IN);
            budget = budget.filter(BudgetFilter::new().tags(tag));
        }
        cx.add("budget", budget)?;
        Ok(())
    }
}
