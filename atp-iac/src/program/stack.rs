//! Stacks and their contracts.

use super::{Context, Layer, Result};
use crate::config::ConfigField;
use crate::output::Expression;
use crate::value::Value;
use std::collections::BTreeMap;

/// What other stacks may know of a stack: its name, layer and outputs. `#[stack]` generates it.
pub trait StackContract: Sized + 'static {
    /// Unique in the estate.
    const NAME: &'static str;
    /// Where it stands.
    type Layer: Layer;
    /// What it gives to others.
    type Outputs: Outputs;
}

/// The program of a stack. `#[stack]` generates it from a function.
pub trait Stack: StackContract {
    /// The stacks that it refers to.
    const REFERENCES: &'static [Reference];
    /// The configuration that it reads.
    fn config_fields() -> &'static [ConfigField];
    /// Reads configuration and references from the context and runs the function.
    ///
    /// # Errors
    /// What the function returns, and bad configuration or references.
    fn build(cx: &mut Context) -> Result<Self::Outputs>;
}

/// A reference from one stack to another, as the signature of its function says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// Name of the other stack.
    pub stack: &'static str,
    /// Contract of the other stack that the program was compiled against.
    pub contract: u64,
}

impl Reference {
    /// The reference to the stack `S`.
    pub const fn to<S: StackContract>() -> Self {
        Reference { stack: S::NAME, contract: S::Outputs::CONTRACT }
    }
}

/// One output of a stack, for its recorded contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutputField {
    /// Name.
    pub name: &'static str,
    /// Type, as written.
    pub kind: &'static str,
}

/// The outputs of a stack: a struct of `Output<..>` fields with `#[derive(Outputs)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be what a stack returns",
    note = "write `#[derive(Outputs)]` on a struct whose fields are `Output<..>`"
)]
pub trait Outputs: Sized + Clone {
    /// The fields.
    const FIELDS: &'static [OutputField];
    /// A hash of the fields' names and types, kept in the state: what a reader was compiled against must match.
    const CONTRACT: u64 = contract_hash(Self::FIELDS);
    /// For the engine: every output by name.
    fn into_expressions(self) -> BTreeMap<String, Expression>;
    /// From the state of the other stack.
    ///
    /// # Errors
    /// When an output is missing or has another type.
    fn from_reference(source: &super::ReferencedOutputs<'_>) -> Result<Self>;
}

/// FNV-1a over names and types.
pub const fn contract_hash(fields: &[OutputField]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    let mut i = 0;
    while i < fields.len() {
        let mut part = 0;
        while part < 2 {
            let bytes = if part == 0 { fields[i].name.as_bytes() } else { fields[i].kind.as_bytes() };
            let mut k = 0;
            while k < bytes.len() {
                hash = (hash ^ bytes[k] as u64).wrapping_mul(0x0100_0000_01b3);
                k += 1;
            }
            hash = (hash ^ 0xff).wrapping_mul(0x0100_0000_01b3);
            part += 1;
        }
        i += 1;
    }
    hash
}

/// The outputs of a deployed stack, as its state holds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackOutputs {
    /// Contract of the program that deployed it.
    pub contract: u64,
    /// Values by name.
    pub values: BTreeMap<String, Value>,
}

/// A stack whose type is forgotten: what the engine and the command line run.
#[derive(Clone, Copy)]
pub struct Program {
    /// Name of the stack.
    pub name: &'static str,
    /// Name of its layer.
    pub layer: &'static str,
    /// Height of its layer; 0 is the lowest.
    pub rank: u8,
    /// Contract of its outputs.
    pub contract: u64,
    /// The stacks it refers to.
    pub references: &'static [Reference],
    /// The configuration it reads.
    pub config_fields: fn() -> &'static [ConfigField],
    /// Runs it.
    pub run: fn(&mut Context) -> Result<BTreeMap<String, Expression>>,
}

impl Program {
    /// The program of the stack `S`.
    pub const fn of<S: Stack>() -> Self {
        Program {
            name: S::NAME,
            layer: S::Layer::NAME,
            rank: S::Layer::RANK,
            contract: S::Outputs::CONTRACT,
            references: S::REFERENCES,
            config_fields: S::config_fields,
            run: |cx| S::build(cx).map(Outputs::into_expressions),
        }
    }
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Program")
            .field("name", &self.name)
            .field("layer", &self.layer)
            .finish_non_exhaustive()
    }
}
