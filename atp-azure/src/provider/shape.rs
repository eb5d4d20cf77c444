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

/// What stands at a pattern such as `properties.rules[].name`. Keys may have dots in them, such as `odata.type` and ids:
/// every way to read the pattern is tried. A property that several variants have is that of the first which fits.
pub(crate) fn find(body: &'static Shape, pattern: &str) -> Option<Found> {
    below(Found { shape: body, flags: Flags::NONE }, pattern)
}

fn below(from: Found, rest: &str) -> Option<Found> {
    if rest.is_empty() {
        return Some(from);
    }
    if let Some(rest) = rest.strip_prefix("[]") {
        return match from.shape {
            Shape::List { item, .. } => below(Found { shape: item, ..from }, after_dot(rest)),
            Shape::Any => below(from, after_dot(rest)),
            _ => None,
        };
    }
    let inherit = |shape: &'static Shape, flags: Flags| Found {
        shape,
        flags: Flags {
            required: flags.required,
            read_only: flags.read_only || from.flags.read_only,
            write_only: flags.write_only || from.flags.write_only,
            secret: flags.secret || from.flags.secret,
        },
    };
    match from.shape {
        Shape::Any => Some(from),
        Shape::Map(item) => {
            ends(rest).find_map(|end| below(inherit(item, Flags::NONE), after_dot(&rest[end..])))
        }
        Shape::Object(object) => {
            let named = any_properties(object).filter_map(|property| {
                let after = rest.strip_prefix(property.name)?;
                let is_whole = after.is_empty() || after.starts_with(['.', '[']);
                is_whole.then(|| (property, after_dot(after)))
            });
            let mut named = named.peekable();
            if named.peek().is_some() {
                return named
                    .find_map(|(property, rest)| below(inherit(property.shape, property.flags), rest));
            }
            let item = object.additional?;
            ends(rest).find_map(|end| below(inherit(item, Flags::NONE), after_dot(&rest[end..])))
        }
        _ => None,
    }
}

/// Where the first key of a pattern may end.
fn ends(pattern: &str) -> impl Iterator<Item = usize> {
    let inner = pattern.match_indices(['.', '[']).map(|(at, _)| at);
    inner.filter(|at| *at > 0).chain(std::iter::once(pattern.len()))
}

fn after_dot(pattern: &str) -> &str {
    pattern.strip_prefix('.').unwrap_or(pattern)
}

/// The properties of an object and of all its variants.
fn any_properties(object: &'static Object) -> impl Iterator<Item = &'static Property> {
    let variants = object.variants.map_or(&[] as &[_], |(_, variants)| variants);
    std::iter::once(object)
        .chain(variants.iter().map(|(_, object)| *object))
        .flat_map(|object| object.properties)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_with_dots_in_them_are_found() {
        let shape_at = |kind: &str, pattern: &str| {
            find(crate::descriptor(kind).unwrap().body, pattern).map(|found| super::kind(found.shape))
        };
        let alert = "Microsoft.Insights/metricAlerts";
        assert_eq!(shape_at(alert, "properties.criteria.odata.type"), Some(Kind::String));
        assert_eq!(shape_at(alert, "properties.criteria.odata"), None);
        let identity =
            "identity.userAssignedIdentities./subscriptions/s/providers/Microsoft.A/b/c.d.principalId";
        assert_eq!(shape_at("Microsoft.EventGrid/systemTopics", identity), Some(Kind::String));
    }
}
