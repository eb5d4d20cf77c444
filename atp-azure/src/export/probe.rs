//! What a program's functions are given in place of what is not known: markers.

use super::markers::{Markers, Style};
use super::parameters::{Parameters, Source};
use super::text::{Piece, Text, escaped};
use crate::descriptor::Shape;
use crate::provider::shape;
use atp_iac::output::{Evaluate, Resolver};
use atp_iac::value::{Kind, Map, Path, Value};
use atp_iac::{StackName, Urn};
use serde_json::Value as Json;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

/// How deep objects are followed that nothing is known of.
const DEEPEST: usize = 8;

/// What is known of a resource before it is there.
#[derive(Debug)]
pub(super) struct Expected {
    /// Its id in the template.
    pub id: Text,
    /// Its name.
    pub name: Text,
    /// The version to read it with.
    pub api_version: String,
    /// What it will say.
    pub outputs: Value,
    /// The shape of what it will say.
    pub shape: &'static Shape,
}

/// The resources that came before, and what stands for what is not known of them.
#[derive(Debug, Default)]
pub(super) struct Probes {
    expected: HashMap<Urn, Expected>,
    markers: RefCell<Markers>,
    /// Of stacks below: one for each output that is asked for.
    parameters: RefCell<Parameters>,
}

struct Probe<'p> {
    probes: &'p Probes,
    style: Style,
    outputs: HashMap<Urn, Value>,
}

impl Resolver for Probe<'_> {
    fn outputs(&self, urn: &Urn) -> Option<&Value> {
        self.outputs.get(urn)
    }

    fn referenced(&self, stack: &StackName, output: &str, planned: &Value) -> Option<Value> {
        let mut markers = self.probes.markers.borrow_mut();
        let stand_in = &mut |path: &[String], kind| {
            let whole = [&[output.to_owned()], path].concat().join(".");
            let StackName { environment, region, stack: name } = stack;
            markers.of(self.style, &format!("{environment}/{region}/{name}/{whole}"), || {
                let path = Path::of_keys(&path.join("/"));
                let source = Source::Output { stack: stack.clone(), output: output.to_owned(), path };
                let description =
                    format!("The output `{whole}` of the stack `{name}` of {environment}/{region}.");
                let mut parameters = self.probes.parameters.borrow_mut();
                Text::parameter(parameters.add(&format!("{name}_{whole}"), kind, false, source, description))
            })
        };
        Some(filled(&Shape::Any, planned, &mut Vec::new(), stand_in))
    }
}

impl Probes {
    pub fn expect(&mut self, urn: Urn, expected: Expected) {
        self.expected.insert(urn, expected);
    }

    pub fn parameters(&self) -> std::cell::RefMut<'_, Parameters> {
        self.parameters.borrow_mut()
    }

    /// What stands for the outputs of the stacks below.
    pub fn into_parameters(self) -> Parameters {
        self.parameters.into_inner()
    }

    /// The value of an output with what is not known in its place; `None` where a template cannot compute it.
    pub fn translate(&self, output: &dyn Evaluate) -> Option<Translated> {
        let [first, second] = Style::ALL.map(|style| {
            let outputs = output.dependencies().iter().filter_map(|urn| {
                let expected = self.expected.get(urn)?;
                Some((urn.clone(), self.outputs(urn, expected, style)))
            });
            let probe = Probe { probes: self, style, outputs: outputs.collect() };
            output.evaluate(&probe).ok()
        });
        let translated = self.compare(&first?, &second?)?;
        // A number or a boolean says nothing of what it was made from: it may be another for the true value.
        translated.has_text().then_some(translated)
    }

    fn outputs(&self, urn: &Urn, expected: &Expected, style: Style) -> Value {
        let mut markers = self.markers.borrow_mut();
        let stand_in = &mut |path: &[String], _| {
            markers.of(style, &format!("{urn} {}", path.join("/")), || match path {
                [only] if only == "id" => expected.id.clone(),
                [only] if only == "name" => expected.name.clone(),
                path => Text(vec![Piece::Reference {
                    id: expected.id.clone(),
                    api_version: expected.api_version.clone(),
                    path: path.to_vec(),
                }]),
            })
        };
        filled(expected.shape, &expected.outputs, &mut Vec::new(), stand_in)
    }

    /// What is the same in both, with the contents of the markers.
    fn compare(&self, plain: &Value, url: &Value) -> Option<Translated> {
        Some(match (plain, url) {
            (Value::String(plain), Value::String(url)) => {
                let markers = self.markers.borrow();
                let text = markers.read(Style::Plain, plain)?;
                let same = markers.read(Style::Url, url)? == text;
                same.then_some(Translated::Text(text))?
            }
            (Value::List(plain), Value::List(url)) if plain.len() == url.len() => {
                let items = plain.iter().zip(url).map(|(plain, url)| self.compare(plain, url));
                Translated::List(items.collect::<Option<_>>()?)
            }
            (Value::Map(plain), Value::Map(url)) if plain.keys().eq(url.keys()) => {
                let entries = plain.iter().zip(url.values());
                let entries =
                    entries.map(|((key, plain), url)| Some((key.clone(), self.compare(plain, url)?)));
                Translated::Map(entries.collect::<Option<_>>()?)
            }
            (Value::Null | Value::Bool(_) | Value::Number(_), url) if plain == url => {
                Translated::Literal(plain.clone())
            }
            // Not known even so, secret, or another value for another marker.
            _ => return None,
        })
    }
}

/// A value of a template.
#[derive(Debug, PartialEq)]
pub(super) enum Translated {
    Text(Text),
    List(Vec<Translated>),
    Map(Vec<(String, Translated)>),
    Literal(Value),
}

impl Translated {
    fn has_text(&self) -> bool {
        match self {
            Translated::Text(_) => true,
            Translated::List(items) => items.iter().any(Translated::has_text),
            // Keys are texts.
            Translated::Map(entries) => !entries.is_empty(),
            Translated::Literal(_) => false,
        }
    }

    /// As a value of a template.
    pub fn to_json(&self) -> Json {
        match self {
            Translated::Text(text) => text.to_json(),
            Translated::List(items) => items.iter().map(Translated::to_json).collect(),
            Translated::Map(entries) => {
                Json::Object(entries.iter().map(|(key, value)| (escaped(key), value.to_json())).collect())
            }
            Translated::Literal(value) => value.to_json_masked(),
        }
    }

    /// As a value of a plan: what is read from a resource, or given from outside, is not known, and comes from `from`.
    pub fn to_value(&self, from: &str) -> Value {
        match self {
            Translated::Text(text) => match text.known() {
                Some(known) => Value::String(known),
                None => Value::unknown(Kind::String, from),
            },
            Translated::List(items) => Value::List(items.iter().map(|item| item.to_value(from)).collect()),
            Translated::Map(entries) => {
                Value::Map(entries.iter().map(|(key, value)| (key.clone(), value.to_value(from))).collect())
            }
            Translated::Literal(value) => value.clone(),
        }
    }

    /// The parameters that are in it.
    pub fn parameters(&self, found: &mut BTreeSet<String>) {
        match self {
            Translated::Text(text) => text.parameters(found),
            Translated::List(items) => items.iter().for_each(|item| item.parameters(found)),
            Translated::Map(entries) => entries.iter().for_each(|(_, value)| value.parameters(found)),
            Translated::Literal(_) => {}
        }
    }
}

/// The value with something in the place of every text in it that is not known.
fn filled(
    shape: &'static Shape,
    value: &Value,
    path: &mut Vec<String>,
    stand_in: &mut dyn FnMut(&[String], Kind) -> String,
) -> Value {
    let mut inside = |shape: &'static Shape, key: &str, value: &Value, path: &mut Vec<String>| {
        path.push(key.to_owned());
        let value = filled(shape, value, path, stand_in);
        path.pop();
        value
    };
    match (value, shape) {
        (Value::Unknown(_), Shape::Object(object)) if path.len() < DEEPEST => {
            let properties = shape::properties(object, &Map::new()).into_iter().map(|property| {
                let unknown = Value::unknown(shape::kind(property.shape), "");
                (property.name.to_owned(), inside(property.shape, property.name, &unknown, path))
            });
            Value::Map(properties.collect())
        }
        (Value::Unknown(unknown), _) if matches!(unknown.kind, Kind::String | Kind::Any) => {
            Value::String(stand_in(path, unknown.kind))
        }
        (Value::Map(map), _) => {
            let entries = map.iter().map(|(key, value)| {
                let shape = shape::find(shape, key).map_or(&Shape::Any, |found| found.shape);
                (key.clone(), inside(shape, key, value, path))
            });
            Value::Map(entries.collect())
        }
        (Value::List(items), _) => {
            let shape = shape::find(shape, "[]").map_or(&Shape::Any, |found| found.shape);
            let items =
                items.iter().enumerate().map(|(index, item)| inside(shape, &index.to_string(), item, path));
            Value::List(items.collect())
        }
        (Value::Secret(inner), _) => filled(shape, inner, path, stand_in).into_secret(),
        (other, _) => other.clone(),
    }
}
