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
        let secret = decoder.saw_secret();
        match data {
            Some(data) if secret => Ok(Output::with_origin(data, origin).tainted()),
            Some(data) => Ok(Output::with_origin(data, origin)),
            None => Err(ProgramError::Reference {
                message: match decoder.into_mismatches().first() {
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
