//! What looks into requests before the platform does.

use crate::helpers::Site;
use atp_azure::network::{
    ApplicationGatewayFirewallPolicy, ApplicationGatewayFirewallPolicyAction,
    ApplicationGatewayFirewallPolicyCustomRule, ApplicationGatewayFirewallPolicyExclusion,
    ApplicationGatewayFirewallPolicyExclusionMatchVariable,
    ApplicationGatewayFirewallPolicyExclusionSelectorMatchOperator,
    ApplicationGatewayFirewallPolicyGroupByUserSession, ApplicationGatewayFirewallPolicyGroupByVariable,
    ApplicationGatewayFirewallPolicyLogScrubbing, ApplicationGatewayFirewallPolicyLogScrubbingState,
    ApplicationGatewayFirewallPolicyManagedRuleSet, ApplicationGatewayFirewallPolicyManagedRules,
    ApplicationGatewayFirewallPolicyMatchCondition, ApplicationGatewayFirewallPolicyMatchVariable,
    ApplicationGatewayFirewallPolicyMatchVariableName, ApplicationGatewayFirewallPolicyOperator,
    ApplicationGatewayFirewallPolicyRateLimitDuration, ApplicationGatewayFirewallPolicyRuleType,
    ApplicationGatewayFirewallPolicyScrubbingRule,
    ApplicationGatewayFirewallPolicyScrubbingRuleMatchVariable,
    ApplicationGatewayFirewallPolicyScrubbingRuleSelectorMatchOperator,
    ApplicationGatewayFirewallPolicyScrubbingRuleState, ApplicationGatewayFirewallPolicySettings,
    ApplicationGatewayFirewallPolicySettingsMode, ApplicationGatewayFirewallPolicySettingsState,
    ApplicationGatewayFirewallPolicyState, ApplicationGatewayFirewallPolicyVariableName,
};
use atp_azure::resources::ResourceGroup;
use atp_iac::{Component, Config, Context, Input, Output, ResourceId, Result, component};
use std::collections::BTreeMap;

/// The rules of Azure against known attacks, and against programs that pretend to be people.
const RULE_SETS: [(&str, &str); 2] =
    [("Microsoft_DefaultRuleSet", "2.1"), ("Microsoft_BotManagerRuleSet", "1.1")];

/// What becomes of a request that a rule of Azure matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Config)]
pub enum FirewallMode {
    /// It is logged.
    Detection,
    /// It is refused.
    Prevention,
}

/// A part of requests that the rules do not look at, because what is in it looks like an attack and is none.
#[derive(Clone, Debug, Config)]
pub struct Exclusion {
    /// What it is, and why it is none.
    #[config(length = 10..=300)]
    pub reason: String,
    /// Which parts of a request.
    pub variable: ExclusionVariable,
    /// The name of the header, cookie or argument.
    #[config(length = 1..=200)]
    pub name: String,
}

/// Parts of a request that have names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Config)]
pub enum ExclusionVariable {
    /// The value of a header.
    Header,
    /// The value of a cookie.
    Cookie,
    /// The value of an argument, in the address or in the body.
    Argument,
}

/// The policy of a web application firewall.
#[component(type = "atp:edge:WebApplicationFirewall")]
#[derive(Clone, Debug)]
pub struct WebApplicationFirewall {
    /// Names, tags and region.
    pub site: Site,
    /// The resource group that it is in.
    pub group: Input<ResourceId<ResourceGroup>>,
    /// What becomes of a request that a rule of Azure matches.
    pub mode: FirewallMode,
    /// Requests in a minute from one address, after which more are refused.
    pub requests_per_minute: u32,
    /// Kilobytes of a body that are looked at; larger bodies are refused.
    pub largest_body_kilobytes: u32,
    /// What the rules do not look at, by name.
    pub exclusions: BTreeMap<String, Exclusion>,
}

impl Component for WebApplicationFirewall {
    type Outputs = Output<ResourceId<ApplicationGatewayFirewallPolicy>>;

    fn build(self, cx: &mut Context) -> Result<Self::Outputs> {
        let Site { names, tags, location } = &self.site;
        let name = names.only::<ApplicationGatewayFirewallPolicy>()?;
        let policy = ApplicationGatewayFirewallPolicy::new(&self.group, name, location, self.managed_rules())
            .custom_rules([self.rate_limit()])
            .policy_settings(self.settings())
            .tags(tags);
        Ok(cx.add("policy", policy)?.id())
    }
}

impl WebApplicationFirewall {
    fn managed_rules(&self) -> ApplicationGatewayFirewallPolicyManagedRules {
        let sets = RULE_SETS
            .map(|(name, version)| ApplicationGatewayFirewallPolicyManagedRuleSet::new(name, version));
        let exclusions: Vec<_> = self
            .exclusions
            .values()
            .map(|exclusion| {
                ApplicationGatewayFirewallPolicyExclusion::new(
                    variable(exclusion.variable),
                    ApplicationGatewayFirewallPolicyExclusionSelectorMatchOperator::EQUALS,
                    &exclusion.name,
                )
            })
            .collect();
        let rules = ApplicationGatewayFirewallPolicyManagedRules::new(sets);
        if exclusions.is_empty() { rules } else { rules.exclusions(exclusions) }
    }

    fn rate_limit(&self) -> ApplicationGatewayFirewallPolicyCustomRule {
        let address = ApplicationGatewayFirewallPolicyMatchVariable::new(
            ApplicationGatewayFirewallPolicyMatchVariableName::REMOTE_ADDR,
        );
        let everybody = ApplicationGatewayFirewallPolicyMatchCondition::new(
            [address],
            ApplicationGatewayFirewallPolicyOperator::IP_MATCH,
            ["0.0.0.0/0", "::/0"],
        );
        let by_address = ApplicationGatewayFirewallPolicyGroupByUserSession::new([
            ApplicationGatewayFirewallPolicyGroupByVariable::new(
                ApplicationGatewayFirewallPolicyVariableName::CLIENT_ADDR,
            ),
        ]);
        ApplicationGatewayFirewallPolicyCustomRule::new(
            10,
            ApplicationGatewayFirewallPolicyRuleType::RATE_LIMIT_RULE,
            [everybody],
            ApplicationGatewayFirewallPolicyAction::BLOCK,
        )
        .name("TooManyRequests")
        .state(ApplicationGatewayFirewallPolicyState::ENABLED)
        .rate_limit_duration(ApplicationGatewayFirewallPolicyRateLimitDuration::ONE_MIN)
        .rate_limit_threshold(i64::from(self.requests_per_minute))
        .group_by_user_session([by_address])
    }

    fn settings(&self) -> ApplicationGatewayFirewallPolicySettings {
        let body = i64::from(self.largest_body_kilobytes);
        // What a rule matched is logged, and tokens are not.
        let token = ApplicationGatewayFirewallPolicyScrubbingRule::new(
            ApplicationGatewayFirewallPolicyScrubbingRuleMatchVariable::REQUEST_HEADER_NAMES,
            ApplicationGatewayFirewallPolicyScrubbingRuleSelectorMatchOperator::EQUALS,
        )
        .selector("Authorization")
        .state(ApplicationGatewayFirewallPolicyScrubbingRuleState::ENABLED);
        let scrubbing = ApplicationGatewayFirewallPolicyLogScrubbing::new()
            .state(ApplicationGatewayFirewallPolicyLogScrubbingState::ENABLED)
            .scrubbing_rules([token]);
        ApplicationGatewayFirewallPolicySettings::new()
            .state(ApplicationGatewayFirewallPolicySettingsState::ENABLED)
            .mode(match self.mode {
                FirewallMode::Detection => ApplicationGatewayFirewallPolicySettingsMode::DETECTION,
                FirewallMode::Prevention => ApplicationGatewayFirewallPolicySettingsMode::PREVENTION,
            })
            .request_body_check(true)
            .request_body_enforcement(true)
            .request_body_inspect_limit_in_kb(body)
            .max_request_body_size_in_kb(body)
            .log_scrubbing(scrubbing)
    }
}

fn variable(variable: ExclusionVariable) -> ApplicationGatewayFirewallPolicyExclusionMatchVariable {
    use ApplicationGatewayFirewallPolicyExclusionMatchVariable as Written;
    match variable {
        ExclusionVariable::Header => Written::REQUEST_HEADER_VALUES,
        ExclusionVariable::Cookie => Written::REQUEST_COOKIE_VALUES,
        ExclusionVariable::Argument => Written::REQUEST_ARG_VALUES,
    }
}
