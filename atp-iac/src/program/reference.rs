//! References from a stack to the outputs of another.

use super::{ProgramError, Result, StackContract, StackOutputs};
use crate::output::{Origin, Output};
use crate::value::{Data, Decoder};
use std::ops::Deref;

/// The outputs of another stack, in the signature of a `#[stack]` function: `foundation: StackRef<Foundation>`.
pub struct StackRef<S: StackContract> {
    outputs: S::Outputs,
}

impl<S: StackContract> StackRef<S> {
    /// For `#[stack]` and for tests: wraps outputs.
    pub fn new(outputs: S::Outputs) -> Self {
        StackRef { outputs }
    }
}

impl<S: StackContract> Deref for StackRef<S> {
    type Target = S::Outputs;
    fn deref(&self) -> &S::Outputs {
        &self.outputs
    }
}

/// Where `#[derive(Outputs)]` reads the fields of another stack's outputs from.
#[derive(Debug, Clone, Copy)]
pub struct ReferencedOutputs<'a> {
    pub(crate) stack: &'a str,
    pub(crate) outputs: &'a StackOutputs,
}

impl ReferencedOutputs<'_> {
    /// One output.
    ///
    /// # Errors
    /// When it is missing or has another type.
    pub fn field<T: Data>(&self, name: &str) -> Result<Output<T>> {
        let hint = format!("run `up` on the stack `{}` with the present code, then try again", self.stack);
        let value = self.outputs.values.get(name).ok_or_else(|| ProgramError::Reference {
            message: format!("the deployed stack `{}` has no output `{name}`", self.stack),
            hint: hint.clone(),
        })?;
        let origin = Origin::Reference { stack: self.stack.into(), output: name.into() };
        let mut decoder = Decoder::default();
        let data: Option<T> = decoder.value(value);
        let (secret, unknown) = (decoder.saw_secret(), decoder.saw_unknown());
        let tainted = |output: Output<T>| if secret { output.tainted() } else { output };
        let mismatch = decoder.into_mismatches().into_iter().next();
        match data {
            Some(data) => Ok(tainted(Output::with_origin(data, origin))),
            // The other stack is only planned yet: so much is known of it, and no more.
            None if unknown && mismatch.is_none() => Ok(tainted(Output::unknown(origin))),
            None => Err(ProgramError::Reference {
                message: match mismatch {
                    Some(mismatch) => {
                        format!("the output `{name}` of the deployed stack `{}`: {mismatch}", self.stack)
                    }
                    None => {
                        format!("the output `{name}` of the deployed stack `{}` is not known", self.stack)
                    }
                },
                hint,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::NothingKnown;
    use crate::value::{Kind, Value};
    use std::collections::BTreeMap;

    fn field(value: Value) -> Result<Output<String>> {
        let outputs = StackOutputs { contract: 1, values: BTreeMap::from([("uri".to_owned(), value)]) };
        ReferencedOutputs { stack: "net", outputs: &outputs }.field("uri")
    }

    #[test]
    fn an_output_of_a_stack_that_is_only_planned_is_not_known_and_says_where_it_will_come_from() {
        let uri = field(Value::unknown(Kind::String, "${vault.properties.vaultUri}")).unwrap();
        assert_eq!(uri.origin(), "${net/uri}");
        assert_eq!(uri.resolve(&NothingKnown).unwrap().value, None);
        let secret = field(Value::unknown(Kind::String, "x").into_secret()).unwrap();
        assert!(secret.is_secret());
    }

    #[test]
    fn an_output_of_another_type_is_refused_by_name() {
        let error = field(Value::Bool(true)).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(
            error.starts_with("the output `uri` of the deployed stack `net`: expected a string"),
            "{error}"
        );
    }
}
