//! Typed resource ids.

use crate::output::Expression;
use crate::value::{Data, Decoder, Kind, Value};
use std::fmt;
use std::marker::PhantomData;

/// A type of resource.
pub trait ResourceType: 'static {
    /// Such as `Microsoft.Network/virtualNetworks`.
    const TYPE: &'static str;
}

/// The id of a resource of type `T`. Ids of different types do not mix.
pub struct ResourceId<T> {
    raw: String,
    kind: PhantomData<fn() -> T>,
}

/// A text that is not an id of the type that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an id of type `{expected}`, found {found}")]
pub struct IdError {
    /// The type that was asked for.
    pub expected: &'static str,
    /// What the text is.
    pub found: String,
}

impl<T: ResourceType> ResourceId<T> {
    /// Reads an id. One in the form of Azure Resource Manager, which starts with `/`, must name a resource of type
    /// `T`; types compare without case, as Azure does.
    ///
    /// # Errors
    /// When the id names a resource of another type, or is empty.
    pub fn parse(raw: &str) -> Result<Self, IdError> {
        let error = |found: String| IdError { expected: T::TYPE, found };
        if raw.is_empty() {
            return Err(error("an empty text".into()));
        }
        if raw.starts_with('/') {
            let found =
                azure_type(raw).ok_or_else(|| error(format!("`{raw}`, which is not a resource id")))?;
            if !found.eq_ignore_ascii_case(T::TYPE) {
                return Err(error(format!("one of type `{found}`")));
            }
        }
        Ok(ResourceId { raw: raw.to_owned(), kind: PhantomData })
    }
}

impl<T> ResourceId<T> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.raw
    }

    /// The name of the resource: the last segment.
    pub fn name(&self) -> &str {
        self.raw.rsplit('/').next().unwrap_or_default()
    }
}

/// The type of the resource that an id of Azure Resource Manager names.
fn azure_type(id: &str) -> Option<String> {
    let Some((_, tail)) = id.rsplit_once("/providers/") else {
        let segments: Vec<&str> = id.trim_matches('/').split('/').collect();
        return match segments.as_slice() {
            [s, _] if s.eq_ignore_ascii_case("subscriptions") => {
                Some("Microsoft.Resources/subscriptions".into())
            }
            [_, _, g, _] if g.eq_ignore_ascii_case("resourceGroups") => {
                Some("Microsoft.Resources/resourceGroups".into())
            }
            _ => None,
        };
    };
    let segments: Vec<&str> = tail.split('/').collect();
    if segments.len() < 3
        || segments.len().is_multiple_of(2)
        || segments.iter().any(|segment| segment.is_empty())
    {
        return None;
    }
    let types: Vec<&str> = segments.iter().skip(1).step_by(2).copied().collect();
    Some(format!("{}/{}", segments[0], types.join("/")))
}

// Derives would ask for `T: Clone` and so on.
impl<T> Clone for ResourceId<T> {
    fn clone(&self) -> Self {
        ResourceId { raw: self.raw.clone(), kind: PhantomData }
    }
}
impl<T> PartialEq for ResourceId<T> {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}
impl<T> Eq for ResourceId<T> {}
impl<T> fmt::Debug for ResourceId<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.raw.fmt(f)
    }
}
impl<T> fmt::Display for ResourceId<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.raw)
    }
}

impl<T: ResourceType> Data for ResourceId<T> {
    const KIND: Kind = Kind::String;
    fn encode(&self) -> Expression {
        Expression::Value(Value::String(self.raw.clone()))
    }
    fn decode(value: &Value, decoder: &mut Decoder) -> Option<Self> {
        let text = String::decode(value, decoder)?;
        ResourceId::parse(&text)
            .map_err(|error| decoder.mismatch(format!("an id of type `{}`", error.expected), error.found))
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Subnet;
    impl ResourceType for Subnet {
        const TYPE: &'static str = "Microsoft.Network/virtualNetworks/subnets";
    }
    struct Group;
    impl ResourceType for Group {
        const TYPE: &'static str = "Microsoft.Resources/resourceGroups";
    }
    const NETWORK: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v";

    #[test]
    fn an_id_of_another_type_is_refused_and_named() {
        let error = ResourceId::<Subnet>::parse(NETWORK).unwrap_err();
        assert_eq!(
            error.to_string(),
            "expected an id of type `Microsoft.Network/virtualNetworks/subnets`, found one of type `Microsoft.Network/virtualNetworks`"
        );
    }

    #[test]
    fn the_type_of_an_id_compares_without_case() {
        let id = ResourceId::<Subnet>::parse(&format!("{}/SUBNETS/a", NETWORK.to_lowercase())).unwrap();
        assert_eq!(id.name(), "a");
        assert!(ResourceId::<Group>::parse("/subscriptions/s/resourcegroups/g").is_ok());
    }

    #[test]
    fn what_is_not_an_id_is_refused() {
        for text in [
            "",
            "/",
            "/subscriptions/s/x/y",
            "/providers/Microsoft.Network/virtualNetworks",
            "/providers/A/b//",
        ] {
            assert!(ResourceId::<Group>::parse(text).is_err(), "{text}");
        }
    }
}
