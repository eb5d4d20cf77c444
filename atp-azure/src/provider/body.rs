//! Inputs to the body of a request.

use super::kind::{API_VERSION, EXTRA, REPLACE_ON, SECRETS};
use atp_iac::value::{JsonError, Value};
use serde_json::Value as Json;

/// The inputs without `parent`, `name`, and what is not sent.
pub(crate) fn without_address(inputs: &Value) -> Value {
    match inputs.exposed() {
        Value::Map(map) => {
            let mut map = map.clone();
            for key in ["parent", "name", API_VERSION, REPLACE_ON, EXTRA, SECRETS] {
                map.remove(key);
            }
            Value::Map(map)
        }
        other => other.clone(),
    }
}

/// The body of the PUT for these inputs, secrets in clear.
pub(crate) fn of_inputs(inputs: &Value) -> Result<Json, JsonError> {
    without_address(inputs).to_json_exposed()
}
