//! Stacks and their contracts.

use super::{Context, Layer, PrimaryRegions, ReferencePlace, ReferencedOutputs, Result, StackRef};
use crate::config::{ConfigError, ConfigField, ConfigTree};
use crate::output::Expression;
use crate::value::{Data, Kind, Value};
use crate::{Output, StackName};
use std::collections::BTreeMap;

/// What other stacks may know of a stack: its name, layer and outputs. `#[stack]` generates it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a stack",
    label = "not a stack",
    note = "`#[stack]` on the function `key_vault` makes the stack `KeyVault`: import that"
)]
pub trait StackContract: Sized + 'static {
    /// Unique in the estate.
    const NAME: &'static str;
    /// Where it stands.
    type Layer: Layer;
    /// What it gives to others.
    type Outputs: Outputs;
    /// Not public API: the reference from another stack.
    #[doc(hidden)]
    const REFERENCE: Reference = Reference::to::<Self>();
    /// Not public API: reads the outputs for another stack.
    ///
    /// # Errors
    /// As [`Context::reference`], and when the place is where that stack stands itself.
    #[doc(hidden)]
    fn referred<P>(cx: &Context, place: ReferencePlace) -> Result<StackRef<Self, P>> {
        cx.reference(place)?.ok_or_else(|| cx.refers_to_its_own_place(Self::NAME))
    }
    /// Not public API: the same, `None` when the place is where that stack stands itself.
    ///
    /// # Errors
    /// As [`Context::reference`].
    #[doc(hidden)]
    fn referred_elsewhere<P>(cx: &Context, place: ReferencePlace) -> Result<Option<StackRef<Self, P>>> {
        cx.reference(place)
    }
}

/// The program of a stack. `#[stack]` generates it from a function.
pub trait Stack: StackContract {
    /// The stacks that it refers to.
    const REFERENCES: &'static [Reference];
    /// The file that it is written in, as the compiler names it.
    const SOURCE: &'static str;
    /// The configuration that it reads.
    fn config_fields() -> &'static [ConfigField];
    /// Whether a configuration is one that it can read.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    fn check_config(tree: &ConfigTree) -> std::result::Result<(), ConfigError>;
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
    /// Where the other stack stands.
    pub place: ReferencePlace,
    /// Whether the program can do without it, where it stands at that place itself.
    pub optional: bool,
}

impl Reference {
    /// The reference to the stack `S` in the same environment and region.
    pub const fn to<S: StackContract>() -> Self {
        Reference {
            stack: S::NAME,
            contract: S::Outputs::CONTRACT,
            place: ReferencePlace::HERE,
            optional: false,
        }
    }

    /// The same, at another place.
    pub const fn at(self, place: ReferencePlace) -> Self {
        Reference { place, ..self }
    }

    /// The same, in an `Option`.
    pub const fn optional(self) -> Self {
        Reference { optional: true, ..self }
    }

    /// The stack that is meant, seen from one that refers; `None` when that one stands at the place itself.
    ///
    /// # Errors
    /// As [`ReferencePlace::resolve`].
    pub fn target(&self, from: &StackName, primary: &PrimaryRegions) -> Result<Option<StackName>> {
        self.place.resolve(from, self.stack, primary)
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
    fn from_reference(source: &ReferencedOutputs<'_>) -> Result<Self>;
}

/// Not public API: a type that an output of a stack can have. `#[derive(Outputs)]` names it in both directions in the
/// same form, so that the compiler reports a bad type once.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the type of an output",
    label = "not a type that the state can hold",
    note = "outputs are booleans, numbers, strings, lists, string maps, ids, secrets of these, or structures made of them"
)]
pub trait OutputValue: Sized {
    /// For the engine.
    fn expression(output: Output<Self>) -> Expression;
    /// From the state of the other stack.
    ///
    /// # Errors
    /// As [`ReferencedOutputs::field`].
    fn referred(source: &ReferencedOutputs<'_>, name: &str) -> Result<Output<Self>>;
}

#[diagnostic::do_not_recommend]
impl<T: Data> OutputValue for T {
    fn expression(output: Output<Self>) -> Expression {
        output.into()
    }
    fn referred(source: &ReferencedOutputs<'_>, name: &str) -> Result<Output<Self>> {
        source.field(name)
    }
}

/// A stack that gives nothing to others.
#[diagnostic::do_not_recommend]
impl Outputs for () {
    const FIELDS: &'static [OutputField] = &[];
    fn into_expressions(self) -> BTreeMap<String, Expression> {
        BTreeMap::new()
    }
    fn from_reference(_: &ReferencedOutputs<'_>) -> Result<Self> {
        Ok(())
    }
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
    /// What it gives to others.
    pub outputs: &'static [OutputField],
    /// Contract of its outputs.
    pub contract: u64,
    /// The stacks it refers to.
    pub references: &'static [Reference],
    /// The file that it is written in, as the compiler names it: which stacks a change can touch follows from it.
    pub source: &'static str,
    /// The configuration it reads.
    pub config_fields: fn() -> &'static [ConfigField],
    /// Finds everything that is wrong with a configuration for it.
    pub check_config: fn(&ConfigTree) -> std::result::Result<(), ConfigError>,
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
            outputs: S::Outputs::FIELDS,
            contract: S::Outputs::CONTRACT,
            references: S::REFERENCES,
            source: S::SOURCE,
            config_fields: S::config_fields,
            check_config: S::check_config,
            run: |cx| S::build(cx).map(Outputs::into_expressions),
        }
    }
}

impl Program {
    /// What is known of its outputs before it is planned: nothing but where they will come from.
    pub fn unknown_outputs(&self) -> StackOutputs {
        let values = self.outputs.iter().map(|field| {
            let origin = format!("${{{}/{}}}", self.name, field.name);
            (field.name.to_owned(), Value::unknown(Kind::Any, origin))
        });
        StackOutputs { contract: self.contract, values: values.collect() }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::{Place, Primary, Setup};
    use crate::{Cidr, Config, ConfigTree, Outputs, Secret, stack};

    #[derive(Config)]
    struct NetworkConfig {
        /// The address space.
        space: Cidr,
    }

    #[derive(Outputs)]
    struct NetworkOutputs {
        space: Output<String>,
        key: Output<Secret<String>>,
    }

    /// The network.
    #[stack(layer = Foundation)]
    fn network(_: &mut Context, config: NetworkConfig) -> Result<NetworkOutputs> {
        let key = Output::known("k".to_owned()).secret();
        Ok(NetworkOutputs { space: Output::known(config.space.to_string()), key })
    }

    #[derive(crate::Outputs)]
    struct AppOutputs {
        url: Output<String>,
    }

    #[stack(layer = crate::layers::Application, name = "shop-app")]
    fn app(_: &mut Context, network: StackRef<Network>) -> Result<AppOutputs> {
        Ok(AppOutputs { url: crate::out_format!("https://{}/", network.space) })
    }

    #[stack(layer = Infrastructure)]
    fn nothing(_: &mut Context) -> Result<()> {
        Ok(())
    }

    /// A copy of what the primary region has.
    #[stack(layer = Foundation)]
    fn replica(_: &mut Context, original: Option<StackRef<Network, Primary>>) -> Result<AppOutputs> {
        let url = original.map_or(Output::known("none".to_owned()), |original| original.space.clone());
        Ok(AppOutputs { url })
    }

    fn context(config: &str, references: BTreeMap<StackName, StackOutputs>) -> Context {
        context_in("north", config, references)
    }

    fn context_in(region: &str, config: &str, references: BTreeMap<StackName, StackOutputs>) -> Context {
        let config = ConfigTree::from_yaml("a.yaml", config).unwrap();
        let primary_regions = [("dev".to_owned(), "north".to_owned())].into();
        Context::new(named(region, "app"), Setup { config, references, primary_regions })
    }

    fn named(region: &str, stack: &str) -> StackName {
        StackName::new("dev", region, stack).unwrap()
    }

    #[test]
    fn a_function_becomes_a_program_with_its_contract() {
        let program = Program::of::<App>();
        assert_eq!((program.name, program.layer, program.rank), ("shop-app", "Application", 3));
        assert_eq!(program.references, [Reference::to::<Network>()]);
        assert_eq!(
            NetworkOutputs::FIELDS.iter().map(|field| (field.name, field.kind)).collect::<Vec<_>>(),
            [("space", "String"), ("key", "Secret<String>")]
        );
        assert_eq!((Program::of::<Network>().config_fields)()[0].description, "The address space.");
        assert!(Program::of::<Nothing>().references.is_empty());
    }

    #[test]
    fn outputs_reach_another_stack_through_the_state() {
        let outputs = Network::build(&mut context("space: 10.0.0.0/16", BTreeMap::new())).unwrap();
        assert!(outputs.clone().key.is_secret());
        let values = outputs
            .into_expressions()
            .into_iter()
            .map(|(name, output)| (name, output.resolve(&crate::output::NothingKnown).unwrap()))
            .collect();
        let deployed = StackOutputs { contract: NetworkOutputs::CONTRACT, values };
        let mut cx = context("", BTreeMap::from([(named("north", "network"), deployed)]));
        let app = App::build(&mut cx).unwrap();
        assert_eq!(app.url.origin(), "https://${network/space}/");
        let resolved = app.url.resolve(&crate::output::NothingKnown).unwrap();
        assert_eq!(resolved.value.as_deref(), Some("https://10.0.0.0/16/"));
    }

    #[test]
    fn a_stack_that_is_not_deployed_is_named_with_the_way_out() {
        let error = App::build(&mut context("", BTreeMap::new())).err().unwrap().to_string();
        assert!(
            error.contains("which is not deployed in dev/north") && error.contains("run `up`"),
            "{error}"
        );
    }

    #[test]
    fn a_stack_in_another_region_sees_the_outputs_of_the_primary_one_and_the_primary_one_sees_none() {
        assert_eq!(
            Program::of::<Replica>().references,
            [Reference::to::<Network>().at(Primary::AT).optional()]
        );
        let values = [("space", Value::from("10.0.0.0/16")), ("key", Value::from("k").into_secret())];
        let values = values.map(|(name, value)| (name.to_owned(), value)).into();
        let deployed = StackOutputs { contract: NetworkOutputs::CONTRACT, values };
        let deployed = BTreeMap::from([(named("north", "network"), deployed)]);
        let there = Replica::build(&mut context_in("south", "", deployed.clone())).unwrap();
        assert_eq!(there.url.origin(), "${network@north/space}");
        let here = Replica::build(&mut context_in("north", "", deployed)).unwrap();
        assert_eq!(here.url.resolve(&crate::output::NothingKnown).unwrap().value.as_deref(), Some("none"));
    }

    #[test]
    fn a_stack_that_is_not_deployed_in_the_primary_region_is_named_with_that_region() {
        let error = Replica::build(&mut context_in("south", "", BTreeMap::new())).err().unwrap().to_string();
        assert_eq!(
            error,
            "the stack `app` refers to `network`, which is not deployed in dev/north\n  \
             way out: run `up` on the stack `network` in dev/north first"
        );
    }

    #[test]
    fn a_stack_without_configuration_refuses_keys_of_its_own() {
        let error = Nothing::build(&mut context("zones: 3", BTreeMap::new())).err().unwrap().to_string();
        assert_eq!(error, "a.yaml:1: unknown key `zones`; there are none here");
    }
}
