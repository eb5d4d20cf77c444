//! What generated files use. Written by hand.

#![allow(
    unused_imports,
    unused_macros,
    dead_code,
    reason = "which of these are used depends on the features"
)]

pub(crate) use crate::descriptor::{
    Action, FinalState, Flags, LongRunning, Method, NameRules, Object, Parent, Property, Shape, Text,
    TypeDescriptor, Unique,
};
pub(crate) use crate::query::Existing;
pub(crate) use crate::reference::{Scope, SubResource};
pub(crate) use crate::typed::{self, Field, TypedResource};
pub(crate) use atp_iac::codec::{Codec, Structure};
pub(crate) use atp_iac::output::{
    Extra, Input, InputList, InputMap, IntoExpression, IntoInput, IntoInputList, IntoInputMap, Output, Secret,
};
pub(crate) use atp_iac::program::Query;
pub(crate) use atp_iac::resource::{Declared, HasUrn, Named, Resource, ResourceId, ResourceType};
pub(crate) use atp_iac::urn::Urn;
pub(crate) use atp_iac::value::Value;
pub(crate) use std::borrow::Cow;
pub(crate) use std::collections::BTreeMap;

/// Any text.
pub(crate) static TEXT: Shape =
    Shape::String(&Text { min: 0, max: usize::MAX, pattern: "", values: &[], open: true });

/// Another resource, embedded by its id; the service returns more of it.
pub(crate) static REFERENCE: Shape = Shape::Object(&Object {
    properties: &[Property { name: "id", shape: &TEXT, flags: Flags::NONE }],
    additional: Some(&Shape::Any),
    variants: None,
});

/// Known texts, and any other: the service may know more than this library.
macro_rules! open_enum {
    ($(#[$docs:meta])* pub $name:ident { $($(#[$value_docs:meta])* $constant:ident = $text:literal,)* }) => {
        $(#[$docs])*
        ///
        /// Other values can be given with [`other`](Self::other).
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(std::borrow::Cow<'static, str>);
        impl $name {
            $($(#[$value_docs])* pub const $constant: Self = Self(std::borrow::Cow::Borrowed($text));)*
            /// A value that is not listed here.
            pub fn other(text: impl Into<String>) -> Self {
                Self(std::borrow::Cow::Owned(text.into()))
            }
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl atp_iac::value::Data for $name {
            const KIND: atp_iac::value::Kind = atp_iac::value::Kind::String;
            fn encode(&self) -> atp_iac::output::Expression {
                atp_iac::output::Expression::Value(Value::String(self.0.clone().into_owned()))
            }
            fn decode(value: &Value, decoder: &mut atp_iac::value::Decoder) -> Option<Self> {
                <String as atp_iac::value::Data>::decode(value, decoder).map(Self::other)
            }
        }
    };
}
pub(crate) use open_enum;

/// The texts that the service accepts.
macro_rules! closed_enum {
    ($(#[$docs:meta])* pub $name:ident { $($(#[$value_docs:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$docs])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name { $($(#[$value_docs])* $variant,)* }
        impl $name {
            /// The text.
            pub fn as_str(&self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
        impl atp_iac::value::Data for $name {
            const KIND: atp_iac::value::Kind = atp_iac::value::Kind::String;
            fn encode(&self) -> atp_iac::output::Expression {
                atp_iac::output::Expression::Value(Value::String(self.as_str().to_owned()))
            }
            fn decode(value: &Value, decoder: &mut atp_iac::value::Decoder) -> Option<Self> {
                const KNOWN: &[($name, &str)] = &[$(($name::$variant, $text),)*];
                crate::reference::decode_closed(value, decoder, KNOWN)
            }
        }
    };
}
pub(crate) use closed_enum;

/// A value that has one of several shapes, told apart by a tag.
macro_rules! union {
    ($(#[$docs:meta])* pub $name:ident by $tag:literal {
        $($(#[$variant_docs:meta])* $variant:ident($item:ident) = $text:literal,)*
    }) => {
        $(#[$docs])*
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        #[allow(clippy::large_enum_variant, reason = "made once, and not kept")]
        pub enum $name {
            $($(#[$variant_docs])* $variant($item),)*
            /// A shape that is not listed here: a map, with its tag.
            Other(Value),
        }
        $(
            impl From<$item> for $name {
                fn from(value: $item) -> Self {
                    Self::$variant(value)
                }
            }
            #[diagnostic::do_not_recommend]
            impl IntoInput<$name> for $item {
                fn into_input(self) -> Input<$name> {
                    Input::Value(self.into())
                }
            }
        )*
        impl atp_iac::value::Data for $name {
            const KIND: atp_iac::value::Kind = atp_iac::value::Kind::Map;
            fn encode(&self) -> atp_iac::output::Expression {
                match self {
                    $(Self::$variant(value) => crate::reference::tagged(value, $tag, $text),)*
                    Self::Other(value) => atp_iac::output::Expression::Value(value.clone()),
                }
            }
            fn decode(value: &Value, decoder: &mut atp_iac::value::Decoder) -> Option<Self> {
                let tag = value.exposed().get($tag).and_then(|tag| tag.exposed().as_str()).unwrap_or_default();
                $(if tag.eq_ignore_ascii_case($text) {
                    return <$item as atp_iac::value::Data>::decode(value, decoder).map(Self::$variant);
                })*
                <Value as atp_iac::value::Data>::decode(value, decoder).map(Self::Other)
            }
        }
    };
}
pub(crate) use union;

/// `Debug` that masks secrets: what is shown is what would be written.
macro_rules! debug_through_the_codec {
    ($($name:ident),*) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                crate::reference::debug(stringify!($name), self, f)
            }
        }
    )*};
}
pub(crate) use debug_through_the_codec;
