//! Values that may not be known yet, and how a program hands them to properties.
//!
//! A program first records resources, then the engine resolves their inputs as often as it likes: once for the plan,
//! and again while it applies. Nothing here is async and nothing does I/O.
//!
//! Invariant: the resources that an output depends on are known when it is made, before anything is resolved.
//! Invariant: secrecy is a taint; every combinator keeps it and none clears it.
//! Invariant: there is no `Display`, `PartialEq` or `Deref` on an [`Output`].

mod all;
mod expression;
mod extra;
mod format;
mod input;
mod secret;

pub use all::{OutputTuple, all, all_named};
pub use expression::{Evaluate, Expression, IntoExpression, Source};
pub use extra::Extra;
pub use format::{FormatArgument, Template};
pub use input::{Input, InputList, InputMap, IntoInput, IntoInputList, IntoInputMap, Slot};
pub use secret::Secret;

use crate::value::{Data, Decoder, Mismatch, Path, Value};
use crate::{StackName, Urn};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// What the engine knows while it resolves: the outputs of each resource that exists.
pub trait Resolver {
    /// The outputs of a resource, or `None` while they are not known at all.
    fn outputs(&self, urn: &Urn) -> Option<&Value>;

    /// What stands for an output of another stack that is not known; `planned` is what is known of it.
    fn referenced(&self, _stack: &StackName, _output: &str, _planned: &Value) -> Option<Value> {
        None
    }
}

/// A resolver that knows of no resource.
#[derive(Debug, Default, Clone, Copy)]
pub struct NothingKnown;

impl Resolver for NothingKnown {
    fn outputs(&self, _: &Urn) -> Option<&Value> {
        None
    }
}

/// What resolving an [`Output`] gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved<T> {
    /// `None`: not known yet.
    pub value: Option<T>,
    /// The value must not be shown or written in clear.
    pub secret: bool,
}

/// A provider returned something else than the type promises.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the output {origin} does not have its type: {mismatch}")]
pub struct OutputError {
    /// Which output, such as `${vault.properties.vaultUri}`.
    pub origin: String,
    /// What is wrong with it.
    pub mismatch: Mismatch,
}

/// Where an output comes from, for messages and plans.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    /// Given in the program; shown as this text.
    Literal(Arc<str>),
    /// A property of a resource.
    Property { urn: Urn, path: Arc<str> },
    /// An output of another stack.
    Reference { stack: Arc<str>, output: Arc<str> },
    /// Formatted from others.
    Format(Arc<Template>, Arc<[Origin]>),
    /// Computed from others.
    Computed(Arc<[Origin]>),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Literal(text) => f.write_str(text),
            Origin::Property { urn, path } => write!(f, "${{{}.{}}}", urn.name(), path),
            Origin::Reference { stack, output } => write!(f, "${{{stack}/{output}}}"),
            Origin::Format(template, arguments) => template.show(arguments, f),
            Origin::Computed(origins) => {
                let mut first = true;
                for origin in origins.iter().filter(|origin| !matches!(origin, Origin::Literal(_))) {
                    if !first {
                        f.write_str(", ")?;
                    }
                    first = false;
                    origin.fmt(f)?;
                }
                Ok(())
            }
        }
    }
}

impl Origin {
    /// What it is made of in the end.
    fn collect(&self, sources: &mut Vec<Source>) {
        match self {
            Origin::Literal(_) => sources.push(Source::Literal),
            Origin::Property { urn, path } => {
                sources.push(Source::Property { urn: urn.clone(), path: path.to_string() });
            }
            Origin::Reference { stack, output } => {
                sources.push(Source::Reference { stack: stack.to_string(), output: output.to_string() });
            }
            Origin::Format(_, origins) | Origin::Computed(origins) => {
                origins.iter().for_each(|origin| origin.collect(sources));
            }
        }
    }
}

type Function<T> = dyn Fn(&dyn Resolver) -> Result<Resolved<T>, OutputError> + Send + Sync;

/// A value that a resource produces, or that is computed from such values.
#[must_use = "an output does nothing until it is given to a property or returned from a stack"]
pub struct Output<T> {
    dependencies: Arc<BTreeSet<Urn>>,
    secret: bool,
    origin: Origin,
    evaluate: Arc<Function<T>>,
}

impl<T> Clone for Output<T> {
    fn clone(&self) -> Self {
        Output {
            dependencies: self.dependencies.clone(),
            secret: self.secret,
            origin: self.origin.clone(),
            evaluate: self.evaluate.clone(),
        }
    }
}

impl<T> fmt::Debug for Output<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Origin::Literal(_) => f.write_str("Output(known)"),
            origin => write!(f, "Output({origin})"),
        }
    }
}

impl<T> Output<T> {
    /// The resources that this value comes from.
    pub fn dependencies(&self) -> &BTreeSet<Urn> {
        &self.dependencies
    }

    /// Whether the value was marked as secret in the program. It may also turn out to be one when it is resolved.
    pub fn is_secret(&self) -> bool {
        self.secret
    }

    /// Where the value comes from, such as `https://${vault.properties.vaultUri}`.
    pub fn origin(&self) -> String {
        self.origin.to_string()
    }

    /// Resolves against what is known now.
    ///
    /// # Errors
    /// When a resource's outputs do not have the type that they should.
    pub fn resolve(&self, resolver: &dyn Resolver) -> Result<Resolved<T>, OutputError> {
        let mut resolved = (self.evaluate)(resolver)?;
        resolved.secret |= self.secret;
        Ok(resolved)
    }
}

impl<T: Clone + Send + Sync + 'static> Output<T> {
    /// An output whose value is given in the program.
    pub fn known(value: T) -> Self {
        Self::with_origin(value, Origin::Literal("(known)".into()))
    }

    pub(crate) fn with_origin(value: T, origin: Origin) -> Self {
        Output {
            dependencies: Arc::default(),
            secret: false,
            origin,
            evaluate: Arc::new(move |_| Ok(Resolved { value: Some(value.clone()), secret: false })),
        }
    }

    /// The same value, known to be secret.
    pub(crate) fn tainted(mut self) -> Self {
        self.secret = true;
        self
    }

    /// Computes a value from this one. `function` must be pure: it runs any number of times. It cannot declare
    /// resources: it may not borrow the [`Context`](crate::Context).
    pub fn map<U: 'static>(&self, function: impl Fn(T) -> U + Send + Sync + 'static) -> Output<U> {
        let evaluate = self.evaluate.clone();
        Output {
            dependencies: self.dependencies.clone(),
            secret: self.secret,
            origin: match &self.origin {
                computed @ Origin::Computed(_) => computed.clone(),
                other => Origin::Computed([other.clone()].into()),
            },
            evaluate: Arc::new(move |resolver| {
                let resolved = evaluate(resolver)?;
                Ok(Resolved { value: resolved.value.map(&function), secret: resolved.secret })
            }),
        }
    }

    /// As [`Output::map`], where there may be no value to compute: an entry that a map does not have, text that is not what
    /// it should be. What `function` returns then is said of this output, and nothing that depends on it goes on. It is
    /// shown to people, so it must not have a part of what is secret.
    pub fn try_map<U: 'static>(
        &self,
        function: impl Fn(T) -> Result<U, Mismatch> + Send + Sync + 'static,
    ) -> Output<U> {
        let shown = self.origin.clone();
        let attempts = self.map(function);
        Output {
            dependencies: attempts.dependencies,
            secret: attempts.secret,
            origin: attempts.origin,
            evaluate: Arc::new(move |resolver| {
                let Resolved { value, secret } = (attempts.evaluate)(resolver)?;
                let value = value
                    .transpose()
                    .map_err(|mismatch| OutputError { origin: shown.to_string(), mismatch })?;
                Ok(Resolved { value, secret })
            }),
        }
    }

    /// Projects to a part of the value: `network.at(|n| &n.address_space)`.
    pub fn at<U: Clone + 'static>(&self, part: fn(&T) -> &U) -> Output<U> {
        self.map(move |value| part(&value).clone())
    }

    /// Marks the value as secret.
    pub fn secret(&self) -> Output<Secret<T>> {
        let mut output = self.map(Secret::new);
        output.secret = true;
        output
    }
}

impl<T: Clone + Send + Sync + 'static> Output<Option<T>> {
    /// What has to be there although its type says that it may be absent, because the program knows so from elsewhere:
    /// its configuration. Resolving fails while it is absent.
    pub fn present(&self) -> Output<T> {
        let present = self.try_map(|value| value.ok_or_else(|| Mismatch::new("a value", "nothing")));
        Output { origin: self.origin.clone(), ..present }
    }
}

impl<T: Data> Output<T> {
    /// An output of another stack that is not known in this run; `planned` is what is known of it.
    pub(crate) fn of_planned(origin: Origin, stack: &StackName, output: &str, planned: Value) -> Self {
        let (stack, output, error_origin) = (stack.clone(), output.to_owned(), origin.clone());
        Output {
            dependencies: Arc::default(),
            secret: false,
            origin,
            evaluate: Arc::new(move |resolver| match resolver.referenced(&stack, &output, &planned) {
                Some(value) => read(&value, &Path::root(), &error_origin),
                None => Ok(Resolved { value: None, secret: false }),
            }),
        }
    }

    /// The property of a resource at a path of keys separated by `/`, such as `properties/vaultUri`.
    pub fn of_resource(urn: &Urn, path: &str) -> Self {
        let owner = urn.clone();
        let steps = Path::of_keys(path);
        let shown: Arc<str> = steps.to_string().into();
        let origin = Origin::Property { urn: urn.clone(), path: shown };
        let error_origin = origin.clone();
        Output {
            dependencies: Arc::new(BTreeSet::from([urn.clone()])),
            secret: false,
            origin,
            evaluate: Arc::new(move |resolver| {
                let Some(outputs) = resolver.outputs(&owner) else {
                    return Ok(Resolved { value: None, secret: false });
                };
                read(outputs, &steps, &error_origin)
            }),
        }
    }
}

/// Reads the part of a resource's outputs. Absent means that the service did not set it: only an `Option` can be that.
fn read<T: Data>(outputs: &Value, steps: &Path, origin: &Origin) -> Result<Resolved<T>, OutputError> {
    let mut decoder = Decoder::default();
    let (way, part) = steps.walk(outputs);
    let value = match part {
        Some(part) => decoder.value(part),
        None if way.unknown => return Ok(Resolved { value: None, secret: way.secret }),
        None => decoder.value(&Value::Null),
    };
    let secret = way.secret || decoder.saw_secret();
    // A structure can be read without the parts that are not known yet. It is another one than it will be.
    if decoder.saw_unknown() {
        return Ok(Resolved { value: None, secret });
    }
    match (value, decoder.into_mismatches().into_iter().next()) {
        (Some(value), None) => Ok(Resolved { value: Some(value), secret }),
        (_, Some(mismatch)) => Err(OutputError { origin: origin.to_string(), mismatch }),
        (None, None) => Ok(Resolved { value: None, secret }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StackName;
    use crate::codec::{Codec, Structure};
    use crate::value::Kind;
    use std::collections::BTreeMap;

    struct Known(BTreeMap<Urn, Value>);
    impl Resolver for Known {
        fn outputs(&self, urn: &Urn) -> Option<&Value> {
            self.0.get(urn)
        }
    }

    fn urn(name: &str) -> Urn {
        Urn::new(&StackName::new("dev", "north", "app").unwrap(), &["Test"], &[name]).unwrap()
    }

    #[test]
    fn a_property_is_unknown_until_its_resource_has_outputs() {
        let id: Output<String> = Output::of_resource(&urn("net"), "properties/id");
        assert_eq!(id.resolve(&NothingKnown).unwrap().value, None);
        assert_eq!(id.origin(), "${net.properties.id}");
        let known = Known(BTreeMap::from([(
            urn("net"),
            Value::from([("properties", Value::from([("id", "n1".into())]))]),
        )]));
        assert_eq!(id.resolve(&known).unwrap().value.as_deref(), Some("n1"));
        let unknown = Known(BTreeMap::from([(
            urn("net"),
            Value::from([("properties", Value::unknown(Kind::Map, "x"))]),
        )]));
        assert_eq!(id.resolve(&unknown).unwrap().value, None);
    }

    #[derive(Default, Clone)]
    struct Rule {
        name: Input<String>,
        number: Input<i64>,
    }
    impl Structure for Rule {
        fn visit(&mut self, codec: &mut Codec<'_>) {
            codec.property("name", &mut self.name);
            codec.property("number", &mut self.number);
        }
    }

    #[test]
    fn a_structure_with_a_part_that_is_unknown_is_unknown() {
        let rules: Output<Vec<Rule>> = Output::of_resource(&urn("net"), "rules");
        let resolved = |number: Value| {
            let rule = Value::from([("name", "a".into()), ("number", number)]);
            let known =
                Known(BTreeMap::from([(urn("net"), Value::from([("rules", Value::from(vec![rule]))]))]));
            rules.resolve(&known).unwrap().value.map(|rules| rules.len())
        };
        assert_eq!(resolved(Value::from(1_i64)), Some(1));
        assert_eq!(resolved(Value::unknown(Kind::Number, "later")), None);
    }

    #[test]
    fn a_property_of_another_type_is_an_error_that_names_it() {
        let port: Output<u16> = Output::of_resource(&urn("net"), "port");
        let known = Known(BTreeMap::from([(urn("net"), Value::from([("port", "x".into())]))]));
        assert_eq!(
            port.resolve(&known).unwrap_err().to_string(),
            "the output ${net.port} does not have its type: expected a whole number from 0 to 65535, found a string"
        );
    }

    #[test]
    fn what_has_to_be_present_and_is_not_is_an_error_that_names_it() {
        assert_eq!(Output::known(Some(1)).present().resolve(&NothingKnown).unwrap().value, Some(1));
        let port: Output<Option<u16>> = Output::of_resource(&urn("net"), "port");
        assert_eq!(port.present().resolve(&NothingKnown).unwrap().value, None);
        let known = Known(BTreeMap::from([(urn("net"), Value::map())]));
        assert_eq!(
            port.present().resolve(&known).unwrap_err().to_string(),
            "the output ${net.port} does not have its type: expected a value, found nothing"
        );
    }

    #[test]
    fn what_cannot_be_computed_is_an_error_that_names_the_output() {
        let ids = Output::known(BTreeMap::from([("a".to_owned(), 1_u8)]));
        let entry = |name: &'static str| {
            let found = |ids: BTreeMap<String, u8>| format!("{:?}", ids.keys());
            ids.try_map(move |ids| {
                ids.get(name)
                    .copied()
                    .ok_or_else(|| Mismatch::new(format!("a map with `{name}`"), found(ids)))
            })
        };
        assert_eq!(entry("a").resolve(&NothingKnown).unwrap().value, Some(1));
        let error = entry("b").resolve(&NothingKnown).unwrap_err().to_string();
        assert_eq!(
            error,
            "the output (known) does not have its type: expected a map with `b`, found [\"a\"]"
        );
        let unknown: Output<String> = Output::of_resource(&urn("net"), "id");
        let never = unknown.try_map(|_| Err::<u8, _>(Mismatch::new("more", "less")));
        assert_eq!(never.resolve(&NothingKnown).unwrap().value, None);
        assert_eq!(never.dependencies(), unknown.dependencies());
    }

    #[test]
    fn secrecy_is_kept_by_every_combinator() {
        let password = Output::known("hunter2".to_owned()).secret();
        let length = all((password.clone(), Output::known(1usize))).map(|(p, n)| p.expose().len() + n);
        assert!(length.is_secret());
        let resolved = length.resolve(&NothingKnown).unwrap();
        assert_eq!((resolved.value, resolved.secret), (Some(8), true));
        assert!(!format!("{:?}", password.resolve(&NothingKnown)).contains("hunter2"));
        let tried = password.try_map(|password| Ok(password.expose().len())).resolve(&NothingKnown).unwrap();
        assert_eq!((tried.value, tried.secret), (Some(7), true));
    }

    #[test]
    fn what_the_type_calls_secret_is_secret_though_the_cloud_says_it_in_clear() {
        let key: Output<Secret<String>> = Output::of_resource(&urn("a"), "key");
        let known = Known(BTreeMap::from([(urn("a"), Value::from([("key", "k".into())]))]));
        assert!(key.map(|key| key.expose().clone()).resolve(&known).unwrap().secret);
    }

    #[test]
    fn a_part_of_something_secret_is_secret() {
        let keys = Value::from([("list", Value::List(vec![Value::from([("value", "k".into())])]))]);
        let known = Known(BTreeMap::from([(urn("a"), Value::from([("keys", keys.into_secret())]))]));
        let part: Output<String> = Output::of_resource(&urn("a"), "keys/list/0/value");
        let resolved = part.resolve(&known).unwrap();
        assert_eq!((resolved.value.as_deref(), resolved.secret), (Some("k"), true));
        let unknown = Value::unknown(Kind::Map, "x").into_secret();
        let known = Known(BTreeMap::from([(urn("a"), unknown)]));
        let resolved = part.resolve(&known).unwrap();
        assert_eq!((resolved.value, resolved.secret), (None, true));
    }

    #[test]
    fn a_value_that_the_provider_calls_secret_taints_what_is_made_of_it() {
        let key: Output<String> = Output::of_resource(&urn("a"), "key");
        let known =
            Known(BTreeMap::from([(urn("a"), Value::from([("key", Value::from("k").into_secret())]))]));
        assert!(key.map(|k| k.len()).resolve(&known).unwrap().secret);
    }
}
