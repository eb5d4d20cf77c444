//! Runs a program and looks at what it declares, without engine, state or cloud.

use crate::output::NothingKnown;
use crate::program::{Context, Program, Result, Setup};
use crate::value::Value;
use crate::{ProgramError, StackName};
use std::collections::BTreeMap;

/// What a program declares: the inputs of each resource as far as the program alone determines them.
#[derive(Debug)]
pub struct Declarations {
    /// Inputs by name of the resource, with those of its components before it: `vault/endpoint`.
    pub resources: BTreeMap<String, Declaration>,
    /// The same of the queries.
    pub queries: BTreeMap<String, Declaration>,
    /// The outputs of the stack, as far as they are known.
    pub outputs: BTreeMap<String, Value>,
}

/// One declared resource, or one query.
#[derive(Debug)]
pub struct Declaration {
    /// Its type.
    pub kind: String,
    /// Its inputs; what other resources determine is unknown.
    pub inputs: Value,
    /// Whether it is protected.
    pub protect: bool,
    /// Why it stays in the cloud when it is not managed any more.
    pub retain: Option<String>,
    /// Names of the resources that it waits for.
    pub dependencies: Vec<String>,
}

/// Declares a stack of an environment and region with its configuration and the outputs of the stacks it refers to.
///
/// # Errors
/// What the program returns.
pub fn declare(environment: &str, region: &str, program: Program, setup: Setup) -> Result<Declarations> {
    let mut cx = Context::new(StackName::new(environment, region, program.name)?, setup);
    let expressions = (program.run)(&mut cx)?;
    let resolve = |expression: &crate::output::Expression| {
        expression.resolve(&NothingKnown).map_err(|error| ProgramError::Other(error.to_string()))
    };
    let mut resources = BTreeMap::new();
    let mut queries = BTreeMap::new();
    for registration in cx.into_registrations() {
        let declaration = Declaration {
            kind: registration.urn.resource_type().to_owned(),
            inputs: resolve(&registration.inputs)?,
            protect: registration.protect(),
            retain: registration.retain().map(str::to_owned),
            dependencies: registration.dependencies.iter().map(|urn| urn.name().to_owned()).collect(),
        };
        let declared = if registration.is_query { &mut queries } else { &mut resources };
        declared.insert(registration.urn.name().to_owned(), declaration);
    }
    let mut outputs = BTreeMap::new();
    for (name, expression) in &expressions {
        outputs.insert(name.clone(), resolve(expression)?);
    }
    Ok(Declarations { resources, queries, outputs })
}
