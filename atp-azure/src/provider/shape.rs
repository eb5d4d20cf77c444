//! Finding one's way in a [`Shape`].

use crate::descriptor::{Flags, Object, Property, Shape};
use atp_iac::value::{Kind, Map, Value};

/// What stands at a path of a body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    pub shape: &'static Shape,
    /// The flags of the property; `read_only`, `write_only` and `secret` also come from what it is part of.
    pub flags: Flags,
}

/// What stands at a pattern such as `properties.rules[].name`.
pub(crate) fn find(body: &'static Shape, pattern: &str) -> Option<Found> {
    let mut found = Found { shape: body, flags: Flags::NONE };
    for part in pattern.split('.').filter(|part| !part.is_empty()) {
        let name = part.trim_end_matches("[]");
        if !name.is_empty() {
            found = step(found, name)?;
        }
        for _ in 0..part.matches("[]").count() {
            match found.shape {
                Shape::List { item, .. } => found.shape = item,
                Shape::Any => {}
                _ => return None,
            }
        }
    }
    Some(found)
}

fn step(from: Found, name: &str) -> Option<Found> {
    let inherit = |flags: Flags| Flags {
        required: flags.required,
        read_only: flags.read_only || from.flags.read_only,
        write_only: flags.write_only || from.flags.write_only,
        secret: flags.secret || from.flags.secret,
    };
    match from.shape {
        Shape::Object(object) => match any_property(object, name) {
            Some(property) => Some(Found { shape: property.shape, flags: inherit(property.flags) }),
            None => object.additional.map(|shape| Found { shape, flags: inherit(Flags::NONE) }),
        },
        Shape::Map(shape) => Some(Found { shape, flags: inherit(Flags::NONE) }),
        Shape::Any => Some(from),
        _ => None,
    }
}

/// A property of an object or of any of its variants.
fn any_property(object: &'static Object, name: &str) -> Option<&'static Property> {
    let variants = object.variants.map_or(&[] as &[_], |(_, variants)| variants);
    std::iter::once(object)
        .chain(variants.iter().map(|(_, object)| *object))
        .flat_map(|object| object.properties)
        .find(|property| property.name == name)
}

/// Which variant of an object a value is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Variant {
    /// The object has no variants.
    None,
    /// This one.
    Chosen(&'static Object),
    /// The value does not say, or not yet.
    Open,
    /// The value names one that is not known.
    Unknown,
}

pub(crate) fn variant(object: &'static Object, map: &Map) -> Variant {
    let Some((discriminator, variants)) = object.variants else { return Variant::None };
    let Some(Value::String(text)) = map.get(discriminator).map(Value::exposed) else { return Variant::Open };
    match variants.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)) {
        Some((_, object)) => Variant::Chosen(object),
        None => Variant::Unknown,
    }
}

/// The properties that a value of this object may have, each once; those of its variant, when it is known, go first.
pub(crate) fn properties(object: &'static Object, map: &Map) -> Vec<&'static Property> {
    let own = match variant(object, map) {
        Variant::Chosen(variant) => variant.properties,
        _ => &[],
    };
    let mut all: Vec<&'static Property> = own.iter().collect();
    for property in object.properties {
        if !own.iter().any(|other| other.name == property.name) {
            all.push(property);
        }
    }
    all
}

/// The kind of values of a shape.
pub(crate) fn kind(shape: &Shape) -> Kind {
    match shape {
        Shape::Any => Kind::Any,
        Shape::Boolean => Kind::Bool,
        Shape::Integer { .. } | Shape::Number => Kind::Number,
        Shape::String(_) => Kind::String,
        Shape::List { .. } => Kind::List,
        Shape::Map(_) | Shape::Object(_) => Kind::Map,
    }
}
