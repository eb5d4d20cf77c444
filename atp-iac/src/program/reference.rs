//! References from a stack to the outputs of another.

use super::{Here, ProgramError, Result, StackContract, StackOutputs};
use crate::StackName;
use crate::output::{Origin, Output};
use crate::value::{Data, Decoder};
use std::marker::PhantomData;
use std::ops::Deref;

/// The outputs of another stack, in the signature of a `#[stack]` function: `foundation: StackRef<Foundation>`.
///
/// Without a [`Place`](super::Place), the other stack stands in the same environment and region. `Option<StackRef<Data, Primary>>` is
/// the stack `Data` in the primary region, and `None` where this stack stands there itself. So it is with any place in an
/// `Option`. A place of your own may also stand without one; a stack that turns out to stand there itself is then refused.
pub struct StackRef<S: StackContract, P = Here> {
    outputs: S::Outputs,
    place: PhantomData<fn() -> P>,
}

impl<S: StackContract, P> StackRef<S, P> {
    /// For `#[stack]` and for tests: wraps outputs.
    pub fn new(outputs: S::Outputs) -> Self {
        StackRef { outputs, place: PhantomData }
    }
}

impl<S: StackContract, P> Deref for StackRef<S, P> {
    type Target = S::Outputs;
    fn deref(&self) -> &S::Outputs {
        &self.outputs
    }
}

/// Where `#[derive(Outputs)]` reads the fields of another stack's outputs from.
#[derive(Debug, Clone, Copy)]
pub struct ReferencedOutputs<'a> {
    /// Who reads.
    pub(crate) reader: &'a StackName,
    /// Whose outputs they are.
    pub(crate) stack: &'a StackName,
    pub(crate) outputs: &'a StackOutputs,
}

impl ReferencedOutputs<'_> {
    /// One output.
    ///
    /// # Errors
    /// When it is missing or has another type.
    pub fn field<T: Data>(&self, name: &str) -> Result<Output<T>> {
        let other = stack_for(self.reader, self.stack);
        let hint = format!("run `up` on {other} with the present code, then try again");
        let value = self.outputs.values.get(name).ok_or_else(|| ProgramError::Reference {
            message: format!("{other}, as it is deployed, has no output `{name}`"),
            hint: hint.clone(),
        })?;
        let origin = Origin::Reference { stack: shown(self.reader, self.stack).into(), output: name.into() };
        let mut decoder = Decoder::default();
        let data: Option<T> = decoder.value(value);
        let (secret, unknown) = (decoder.saw_secret(), decoder.saw_unknown());
        let tainted = |output: Output<T>| if secret { output.tainted() } else { output };
        let mismatch = decoder.into_mismatches().into_iter().next();
        match data {
            Some(data) => Ok(tainted(Output::with_origin(data, origin))),
            // The other stack is only planned yet: so much is known of it, and no more.
            None if unknown && mismatch.is_none() => {
                Ok(tainted(Output::of_planned(origin, self.stack, name, value.clone())))
            }
            None => Err(ProgramError::Reference {
                message: match mismatch {
                    Some(mismatch) => {
                        format!("the output `{name}` of {other}, as it is deployed: {mismatch}")
                    }
                    None => {
                        format!("the output `{name}` of {other}, as it is deployed, is not known")
                    }
                },
                hint,
            }),
        }
    }
}

/// A stack for people, seen from another one: with its place when that is another.
pub(crate) fn stack_for(reader: &StackName, other: &StackName) -> String {
    let StackName { environment, region, stack } = other;
    match reader.environment == *environment && reader.region == *region {
        true => format!("the stack `{stack}`"),
        false => format!("the stack `{stack}` in {environment}/{region}"),
    }
}

/// The same in short, for where a value comes from: `data`, `data@westeurope`, `hub@shared-westeurope`.
fn shown(reader: &StackName, other: &StackName) -> String {
    let StackName { environment, region, stack } = other;
    match (reader.environment == *environment, reader.region == *region) {
        (true, true) => stack.clone(),
        (true, false) => format!("{stack}@{region}"),
        (false, _) => format!("{stack}@{environment}-{region}"),
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
        let [reader, stack] = ["app", "net"].map(|stack| StackName::new("dev", "north", stack).unwrap());
        ReferencedOutputs { reader: &reader, stack: &stack, outputs: &outputs }.field("uri")
    }

    #[test]
    fn a_stack_elsewhere_is_shown_with_its_place() {
        let reader = StackName::new("prod", "east", "data").unwrap();
        let shown = |environment, region| {
            let other = StackName::new(environment, region, "hub").unwrap();
            (shown(&reader, &other), stack_for(&reader, &other))
        };
        assert_eq!(shown("prod", "east"), ("hub".to_owned(), "the stack `hub`".to_owned()));
        assert_eq!(shown("prod", "west"), ("hub@west".to_owned(), "the stack `hub` in prod/west".to_owned()));
        assert_eq!(shown("shared", "east").0, "hub@shared-east");
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
            error.starts_with("the output `uri` of the stack `net`, as it is deployed: expected a string"),
            "{error}"
        );
    }
}
