//! The types that a configuration is made of.

use super::node::Content;
use super::{ConfigField, ConfigKind, ConfigReader, ConfigValue};
use crate::{Cidr, Secret};
use std::collections::BTreeMap;
use std::fmt;

#[diagnostic::do_not_recommend]
impl ConfigValue for bool {
    const KIND: ConfigKind = ConfigKind::Bool;
    fn read(reader: &mut ConfigReader<'_>) -> Option<Self> {
        match reader.content() {
            Content::Bool(value) => Some(*value),
            _ => {
                reader.expected(Self::KIND);
                None
            }
        }
    }
}

#[diagnostic::do_not_recommend]
impl ConfigValue for String {
    const KIND: ConfigKind = ConfigKind::Text;
    fn read(reader: &mut ConfigReader<'_>) -> Option<Self> {
        reader.text().map(str::to_owned)
    }
}

#[diagnostic::do_not_recommend]
impl ConfigValue for f64 {
    const KIND: ConfigKind = ConfigKind::Number;
    fn read(reader: &mut ConfigReader<'_>) -> Option<Self> {
        match reader.content() {
            Content::Number(number) => number.as_f64(),
            _ => {
                reader.expected(Self::KIND);
                None
            }
        }
    }
}

macro_rules! integers { ($($integer:ty),+) => {$(
    #[diagnostic::do_not_recommend]
    impl ConfigValue for $integer {
        const KIND: ConfigKind = ConfigKind::Whole;
        fn read(reader: &mut ConfigReader<'_>) -> Option<Self> {
            let Content::Number(number) = reader.content() else {
                reader.expected(Self::KIND);
                return None;
            };
            let value = number.as_i64().and_then(|n| n.try_into().ok())
                .or_else(|| number.as_u64().and_then(|n| n.try_into().ok()));
            if value.is_none() {
                let shown = if reader.is_secret() { "the value".to_owned() } else { number.to_string() };
                reader.problem(format!(
                    "{shown} is not a whole number from {} to {}", <$integer>::MIN, <$integer>::MAX));
            }
            value
        }
    }
    #[diagnostic::do_not_recommend]
    impl Ranged for $integer {
        type Number = $integer;
        fn number(&self) -> Option<&$integer> {
            Some(self)
        }
    }
)+} }
integers!(u8, u16, u32, u64, usize, i32, i64);

#[diagnostic::do_not_recommend]
impl ConfigValue for Cidr {
    const KIND: ConfigKind = ConfigKind::Cidr;
    fn read(reader: &mut ConfigReader<'_>) -> Option<Self> {
        let secret = reader.is_secret();
        let parsed = Cidr::parse(reader.text()?);
        parsed
            .map_err(|error| {
                reader.problem(if secret { error.problem.to_owned() } else { error.to_string() })
            })
            .ok()
    }
}

#[diagnostic::do_not_recommend]
impl<T: ConfigValue> ConfigValue for Secret<T> {
    const KIND: ConfigKind = ConfigKind::Secret(&T::KIND);
    fn read(reader: &mut ConfigReader<'_>) -> Option<Self> {
        reader.secretly(T::read).map(Secret::new)
    }
}

#[diagnostic::do_not_recommend]
impl<T: ConfigValue> ConfigValue for Option<T> {
    const KIND: ConfigKind = ConfigKind::Optional(&T::KIND);
    const OPTIONAL: bool = true;
    const NULLABLE: bool = true;
    fn read(reader: &mut ConfigReader<'_>) -> Option<Self> {
        match reader.content() {
            Content::Null => Some(None),
            _ => T::read(reader).map(Some),
        }
    }
    fn absent(_: &mut ConfigReader<'_>, _: &ConfigField) -> Option<Self> {
        Some(None)
    }
}

#[diagnostic::do_not_recommend]
impl<T: ConfigValue> ConfigValue for Vec<T> {
    const KIND: ConfigKind = ConfigKind::List(&T::KIND);
    fn read(reader: &mut ConfigReader<'_>) -> Option<Self> {
        let Content::List(items) = reader.content() else {
            reader.expected(Self::KIND);
            return None;
        };
        // All items are read before the first bad one ends it, so that every problem is found.
        let read: Vec<Option<T>> =
            items.iter().enumerate().map(|(index, item)| reader.item(index, item)).collect();
        read.into_iter().collect()
    }
}

#[diagnostic::do_not_recommend]
impl<T: ConfigValue> ConfigValue for BTreeMap<String, T> {
    const KIND: ConfigKind = ConfigKind::Map(&T::KIND);
    fn read(reader: &mut ConfigReader<'_>) -> Option<Self> {
        let Content::Map(entries) = reader.content() else {
            reader.expected(Self::KIND);
            return None;
        };
        let read: Vec<Option<(String, T)>> = entries
            .iter()
            // A layer takes an entry of another one away with nothing.
            .filter(|(_, entry)| T::NULLABLE || !matches!(entry.node.content, Content::Null))
            .map(|(name, entry)| Some((name.clone(), reader.entry(name, &entry.node)?)))
            .collect();
        read.into_iter().collect()
    }
}

/// A type that `#[config(range = ..)]` may bound.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number, so it has no `range`",
    label = "`range` bounds numbers",
    note = "texts, lists and maps have a `length`"
)]
pub trait Ranged {
    /// The number.
    type Number: PartialOrd + fmt::Display;
    /// The number, if there is one.
    fn number(&self) -> Option<&Self::Number>;
}

#[diagnostic::do_not_recommend]
impl Ranged for f64 {
    type Number = f64;
    fn number(&self) -> Option<&f64> {
        Some(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Ranged> Ranged for Option<T> {
    type Number = T::Number;
    fn number(&self) -> Option<&T::Number> {
        self.as_ref().and_then(Ranged::number)
    }
}

/// A type that `#[config(length = ..)]` may bound.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no length",
    label = "`length` bounds texts, lists and maps",
    note = "numbers have a `range`"
)]
pub trait Measured {
    /// What is counted.
    const UNIT: &'static str;
    /// How many, if there is a value.
    fn length(&self) -> Option<usize>;
}

#[diagnostic::do_not_recommend]
impl Measured for String {
    const UNIT: &'static str = "characters";
    fn length(&self) -> Option<usize> {
        Some(self.chars().count())
    }
}

#[diagnostic::do_not_recommend]
impl<T> Measured for Vec<T> {
    const UNIT: &'static str = "items";
    fn length(&self) -> Option<usize> {
        Some(self.len())
    }
}

#[diagnostic::do_not_recommend]
impl<T> Measured for BTreeMap<String, T> {
    const UNIT: &'static str = "entries";
    fn length(&self) -> Option<usize> {
        Some(self.len())
    }
}

#[diagnostic::do_not_recommend]
impl<T: Measured> Measured for Secret<T> {
    const UNIT: &'static str = T::UNIT;
    fn length(&self) -> Option<usize> {
        self.expose().length()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Measured> Measured for Option<T> {
    const UNIT: &'static str = T::UNIT;
    fn length(&self) -> Option<usize> {
        self.as_ref().and_then(Measured::length)
    }
}
