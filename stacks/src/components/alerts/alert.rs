//! What an alert is.

use super::Target;
use atp_iac::Config;
use std::fmt;

/// One alert of a catalogue.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// Its name in configuration, in Azure and of its runbook: `sql-cpu`.
    pub name: &'static str,
    /// What it means that it fires, in a sentence.
    pub meaning: &'static str,
    /// What to do first, in a sentence.
    pub remedy: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is looked at.
    pub signal: Signal,
}

impl Alert {
    /// What it watches.
    pub fn target(&self) -> Target {
        match &self.signal {
            Signal::Metric(metric) => metric.target,
            Signal::Query(_) => Target::Workspace,
            Signal::Activity(_) => Target::Subscription,
            Signal::Prometheus(_) => Target::Prometheus,
        }
    }

    /// The number that configuration may change, where there is one.
    pub fn threshold(&self) -> Option<f64> {
        match &self.signal {
            Signal::Metric(Metric {
                condition: Condition::Above(threshold) | Condition::Below(threshold),
                ..
            })
            | Signal::Query(LogQuery { threshold, .. })
            | Signal::Prometheus(Prometheus { threshold, .. }) => Some(*threshold),
            Signal::Metric(_) | Signal::Activity(_) => None,
        }
    }

    /// Changes that number; `false` where there is none.
    pub fn set_threshold(&mut self, value: f64) -> bool {
        match &mut self.signal {
            Signal::Metric(Metric {
                condition: Condition::Above(threshold) | Condition::Below(threshold),
                ..
            })
            | Signal::Query(LogQuery { threshold, .. })
            | Signal::Prometheus(Prometheus { threshold, .. }) => *threshold = value,
            Signal::Metric(_) | Signal::Activity(_) => return false,
        }
        true
    }
}

/// How bad it is, as Azure Monitor counts: the lower the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Config)]
pub enum Severity {
    /// Customers notice, or audit records are at risk: someone is woken up.
    Critical,
    /// It will be critical within hours: someone is woken up.
    Error,
    /// It is looked at on the next working day.
    Warning,
    /// Good to know.
    Informational,
}

impl Severity {
    /// The number that Azure Monitor has for it.
    pub fn number(self) -> i64 {
        match self {
            Severity::Critical => 0,
            Severity::Error => 1,
            Severity::Warning => 2,
            Severity::Informational => 3,
        }
    }

    /// Whether it goes to those who are on call.
    pub fn wakes_up(self) -> bool {
        matches!(self, Severity::Critical | Severity::Error)
    }
}

/// What an alert looks at.
#[derive(Clone, Debug, PartialEq)]
pub enum Signal {
    /// A metric of Azure resources.
    Metric(Metric),
    /// What a query finds in the logs of the workspace.
    Query(LogQuery),
    /// What somebody, or Azure, did in the subscription.
    Activity(Activity),
    /// Metrics of the cluster that Prometheus collects.
    Prometheus(Prometheus),
}

/// A metric that Azure keeps of a resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// Whose it is.
    pub target: Target,
    /// Its name: `cpu_percent`.
    pub name: &'static str,
    /// How the values of a window become one.
    pub aggregation: Aggregation,
    /// When it is bad.
    pub condition: Condition,
    /// What it is split or filtered by. Each combination is an alert of its own.
    pub dimensions: &'static [Dimension],
    /// How far back it looks.
    pub window: Period,
    /// How often it looks.
    pub frequency: Period,
}

/// When a metric is bad.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Condition {
    /// Above a number.
    Above(f64),
    /// Below a number.
    Below(f64),
    /// Other than it used to be at that time of day and week, in two of four windows.
    Unusual(Sensitivity),
}

/// How far from usual a metric must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sensitivity {
    /// Far.
    Low,
    /// In between.
    Medium,
}

/// How the values of a window become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregation {
    /// The mean.
    Average,
    /// The largest.
    Maximum,
    /// The smallest.
    Minimum,
    /// The sum.
    Total,
    /// How many there are.
    Count,
}

/// A dimension of a metric, with the values that count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dimension {
    /// Its name: `EntityName`.
    pub name: &'static str,
    /// The values; `*` is each for itself.
    pub values: &'static [&'static str],
}

/// A query over the logs of the workspace.
#[derive(Clone, Debug, PartialEq)]
pub struct LogQuery {
    /// In the language of the workspace.
    pub query: String,
    /// What of its rows is compared.
    pub measure: Measure,
    /// It is bad when there is more than this.
    pub threshold: f64,
    /// How far back it looks.
    pub window: Period,
    /// How often it looks.
    pub frequency: Period,
}

/// What of the rows of a query is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// How many there are.
    Rows,
    /// The largest value of a column.
    Largest(&'static str),
}

/// What was done in the subscription: all of the fields must match, each with any of its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// Names and values: `("category", vec!["ServiceHealth"])`.
    pub fields: Vec<(&'static str, Vec<&'static str>)>,
}

/// An expression over metrics of the cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Prometheus {
    /// The left side of the comparison.
    pub expression: &'static str,
    /// It is bad when the expression is more than this.
    pub threshold: f64,
    /// For how long it must be bad.
    pub lasting: Period,
}

/// The windows and frequencies that Azure Monitor knows for every kind of rule that has the alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Period {
    /// One minute; not for queries.
    Minute,
    /// Five minutes.
    Minutes5,
    /// Fifteen minutes.
    Minutes15,
    /// Thirty minutes.
    Minutes30,
    /// One hour.
    Hour,
    /// Six hours.
    Hours6,
    /// One day; as a frequency for queries only.
    Day,
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Period::Minute => "PT1M",
            Period::Minutes5 => "PT5M",
            Period::Minutes15 => "PT15M",
            Period::Minutes30 => "PT30M",
            Period::Hour => "PT1H",
            Period::Hours6 => "PT6H",
            Period::Day => "P1D",
        })
    }
}
