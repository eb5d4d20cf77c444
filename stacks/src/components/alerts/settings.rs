//! What an environment changes in a catalogue.

use super::{Alert, Severity};
use atp_iac::{Config, config};
use std::collections::BTreeMap;

/// What differs from the catalogue for one alert.
#[derive(Clone, Debug, Config)]
pub struct AlertSettings {
    /// The number that it compares with.
    pub threshold: Option<f64>,
    /// How bad it is.
    pub severity: Option<Severity>,
    /// `false` leaves it out.
    #[config(default = true)]
    pub enabled: bool,
}

/// The catalogue with what configuration says of its alerts, by name.
///
/// # Errors
/// Every name that the catalogue does not have, and every threshold for an alert that compares with none.
pub fn configured(
    mut catalogue: Vec<Alert>,
    settings: &BTreeMap<String, AlertSettings>,
) -> Result<Vec<Alert>, String> {
    let mut problems = Vec::new();
    for (name, settings) in settings {
        let Some(alert) = catalogue.iter_mut().find(|alert| alert.name == name) else {
            problems.push(config::unknown("alert", name, catalogue.iter().map(|alert| alert.name)));
            continue;
        };
        if settings.threshold.is_some_and(|threshold| !alert.set_threshold(threshold)) {
            problems.push(format!("the alert `{name}` compares with no number: remove its `threshold`"));
        }
        if let Some(severity) = settings.severity {
            alert.severity = severity;
        }
    }
    catalogue.retain(|alert| settings.get(alert.name).is_none_or(|settings| settings.enabled));
    if problems.is_empty() { Ok(catalogue) } else { Err(problems.join("; ")) }
}
