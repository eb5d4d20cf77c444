//! Structures of properties: one function per structure for both directions.
//!
//! The form follows a measurement: for 1,650 generated structures it builds in a seventh of the time that serde's
//! derive takes, and in a third of the memory.

use crate::output::{Expression, Extra, Slot};
use crate::value::{Data, Decoder, Kind, Value};
use std::collections::BTreeMap;

/// A structure of properties. Generated code implements it; so may you.
pub trait Structure: Default + Clone + Send + Sync + 'static {
    /// Hands every property to the codec, with its name on the wire.
    fn visit(&mut self, codec: &mut Codec<'_>);
}

/// The entry of a structure's map that lists the paths of its [`Extra`] properties: a provider lets them through.
pub const EXTRA: &str = "$extra";

/// Writes a structure's properties, or reads them.
pub struct Codec<'a>(Direction<'a>);

enum Direction<'a> {
    Write(&'a mut BTreeMap<String, Expression>),
    Read(&'a Value, &'a mut Decoder),
}

impl Codec<'_> {
    /// One property. `name` may lead into nested maps, separated by `/`: `properties/sku`.
    pub fn property(&mut self, name: &'static str, slot: &mut dyn Slot) {
        match &mut self.0 {
            Direction::Write(map) => {
                if let Some(expression) = slot.take_expression() {
                    insert(map, name, expression);
                }
            }
            Direction::Read(value, decoder) => read(value, name, slot, decoder),
        }
    }

    /// The properties that the structure has no field for; comes after all others. They are written and not read.
    pub fn extra(&mut self, extra: &Extra) {
        if let Direction::Write(map) = &mut self.0
            && !extra.is_empty()
        {
            extra.write(map);
            let paths = extra.paths().map(Value::from).collect();
            map.insert(EXTRA.to_owned(), Expression::Value(Value::List(paths)));
        }
    }
}

fn insert(map: &mut BTreeMap<String, Expression>, name: &str, expression: Expression) {
    match name.split_once('/') {
        None => {
            map.insert(name.to_owned(), expression);
        }
        Some((outer, inner)) => {
            let nested = map.entry(outer.to_owned()).or_insert_with(|| Expression::Map(BTreeMap::new()));
            if let Expression::Map(nested) = nested {
                insert(nested, inner, expression);
            }
        }
    }
}

fn read(value: &Value, name: &str, slot: &mut dyn Slot, decoder: &mut Decoder) {
    let (key, rest) = name.split_once('/').map_or((name, None), |(key, rest)| (key, Some(rest)));
    let Some(entry) = value.exposed().get(key) else { return };
    decoder.within(key, |decoder| match rest {
        None if *entry == Value::Null => {}
        None => slot.read(entry, decoder),
        Some(rest) => read(entry, rest, slot, decoder),
    });
}

/// A structure as an expression, when nobody needs the structure any more.
pub(crate) fn into_expression(mut structure: impl Structure) -> Expression {
    let mut map = BTreeMap::new();
    structure.visit(&mut Codec(Direction::Write(&mut map)));
    Expression::Map(map)
}

impl<T: Structure> Data for T {
    const KIND: Kind = Kind::Map;
    fn encode(&self) -> Expression {
        into_expression(self.clone())
    }
    fn decode(value: &Value, decoder: &mut Decoder) -> Option<Self> {
        if !matches!(value, Value::Map(_)) {
            decoder.mismatch("a map", value.kind().to_string());
            return None;
        }
        let mut structure = T::default();
        structure.visit(&mut Codec(Direction::Read(value, decoder)));
        Some(structure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{Input, InputList, IntoInputList, NothingKnown, Output};

    #[derive(Default, Clone)]
    struct Rule {
        name: Input<String>,
        priority: Input<i64>,
    }
    impl Structure for Rule {
        fn visit(&mut self, codec: &mut Codec<'_>) {
            codec.property("name", &mut self.name);
            codec.property("properties/priority", &mut self.priority);
        }
    }

    #[derive(Default, Clone)]
    struct Group {
        rules: InputList<Rule>,
    }
    impl Structure for Group {
        fn visit(&mut self, codec: &mut Codec<'_>) {
            codec.property("properties/rules", &mut self.rules);
        }
    }

    #[test]
    fn a_structure_is_written_and_read_by_the_same_function() {
        let name = Output::known("allow".to_owned());
        let group = Group {
            rules: [Rule { name: Input::Output(name), priority: Input::Value(100) }].into_input_list(),
        };
        let value = group.encode().resolve(&NothingKnown).unwrap();
        let json = serde_json::json!({"properties": {"rules": [{"name": "allow", "properties": {"priority": 100}}]}});
        assert_eq!(value.to_json_exposed().unwrap(), json);
        let read = Decoder::read::<Group>(&value).unwrap();
        assert_eq!(read.encode().resolve(&NothingKnown).unwrap(), value);
    }

    #[test]
    fn a_bad_property_deep_inside_is_named() {
        let json = serde_json::json!({"properties": {"rules": [{"properties": {"priority": "high"}}]}});
        let mismatches = Decoder::read::<Group>(&Value::from(json)).err().unwrap();
        assert_eq!(mismatches[0].path.to_string(), "properties.rules[0].properties.priority");
    }
}
