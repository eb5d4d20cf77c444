//! Errors of the client to errors of a provider.

use crate::arm::ArmError;
use atp_iac::provider::{ProviderError, ProviderErrorKind};
use atp_iac::value::{SECRET_MASK, Value};

/// The texts that errors about these inputs must not repeat: services quote what they refuse.
#[derive(Debug, Default)]
pub(crate) struct Hidden(Vec<String>);

impl Hidden {
    pub fn of(inputs: &Value) -> Self {
        let mut hidden = Hidden::default();
        hidden.collect(inputs, false);
        hidden.0.sort_by_key(|text| std::cmp::Reverse(text.len()));
        hidden
    }

    fn collect(&mut self, value: &Value, secret: bool) {
        match value {
            Value::Secret(inner) => self.collect(inner, true),
            Value::String(text) if secret && !text.is_empty() => self.0.push(text.clone()),
            Value::Number(number) if secret => self.0.push(number.to_string()),
            Value::List(items) => items.iter().for_each(|item| self.collect(item, secret)),
            Value::Map(map) => map.values().for_each(|item| self.collect(item, secret)),
            _ => {}
        }
    }

    fn mask(&self, text: String) -> String {
        self.0.iter().fold(text, |text, secret| text.replace(secret, SECRET_MASK))
    }

    /// The provider's error for the client's.
    pub fn error(&self, error: ArmError) -> ProviderError {
        let hint = error.hint().map(|hint| self.mask(hint.to_owned()));
        let message = self.mask(error.to_string());
        let (kind, code) = match error {
            ArmError::Unreachable { .. } => (ProviderErrorKind::Unreachable, "Unreachable".to_owned()),
            ArmError::Timeout { .. } => (ProviderErrorKind::Unreachable, "Timeout".to_owned()),
            ArmError::Malformed { .. } => (ProviderErrorKind::Unreachable, "MalformedAnswer".to_owned()),
            ArmError::Unauthorized { code, .. } => (ProviderErrorKind::Unauthorized, code),
            ArmError::Refused(refusal) => match refusal.code.as_str() {
                "AuthorizationFailed" | "LinkedAuthorizationFailed" => {
                    (ProviderErrorKind::Unauthorized, refusal.code)
                }
                _ if matches!(refusal.status, 408 | 500 | 502 | 503 | 504) => {
                    (ProviderErrorKind::Unreachable, refusal.code)
                }
                _ => (ProviderErrorKind::Refused, refusal.code),
            },
        };
        let mut error = ProviderError::new(kind, code, message);
        error.hint = hint;
        error
    }
}

/// The error for a type that is not known.
pub(crate) fn unknown_kind(message: String) -> ProviderError {
    ProviderError::new(ProviderErrorKind::Refused, "UnknownType", message)
}

/// The error for inputs that cannot be sent.
pub(crate) fn bad_inputs(message: impl Into<String>) -> ProviderError {
    ProviderError::new(ProviderErrorKind::Refused, "InvalidInputs", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::Refusal;

    #[test]
    fn a_secret_that_the_service_quotes_is_masked() {
        let inputs = Value::from([("password", Value::from("hunter2").into_secret())]);
        let refusal = Refusal {
            status: 400,
            code: "InvalidParameter".into(),
            message: "'hunter2' is too short".into(),
            hint: Some("do not use hunter2".into()),
            ..Default::default()
        };
        let error = Hidden::of(&inputs).error(ArmError::Refused(Box::new(refusal)));
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        assert_eq!(error.code, "InvalidParameter");
    }

    #[test]
    fn a_server_error_leaves_open_whether_the_call_had_an_effect() {
        let refusal = Refusal { status: 500, code: "InternalServerError".into(), ..Default::default() };
        let error = Hidden::default().error(ArmError::Refused(Box::new(refusal)));
        assert_eq!(error.kind, ProviderErrorKind::Unreachable);
    }
}
