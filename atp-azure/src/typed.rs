//! How typed resources are written in Rust: what code that writes programs has to know of them.
//!
//! The generator writes one [`TypedResource`] per type beside its descriptor, from the same decisions as the structures
//! themselves. Like the descriptors they are always compiled, with or without the feature of their namespace.

/// A typed resource.
#[derive(Debug)]
pub struct TypedResource {
    /// The module of this crate that it is in, such as `key_vault`.
    pub module: &'static str,
    /// The resource itself.
    pub main: Structure,
    /// What its properties are made of, by no order.
    pub structures: &'static [Structure],
    /// Sets of known texts.
    pub enums: &'static [Enum],
    /// Values that have one of several shapes.
    pub unions: &'static [Union],
}

/// A structure of properties.
#[derive(Debug)]
pub struct Structure {
    /// Its name.
    pub name: &'static str,
    /// The fields that `new` takes, in its order.
    pub arguments: &'static [&'static str],
    /// All fields but `extra`.
    pub fields: &'static [Field],
}

/// A field of a structure.
#[derive(Debug)]
pub struct Field {
    /// Its name, and that of the function that sets it, unless it is an argument.
    pub name: &'static str,
    /// Where the property stands, in keys separated by `/`.
    pub wire: &'static str,
    /// Whether it is one value, a list or a map.
    pub form: Form,
    /// The Rust type of the value or of each item, such as `String` or `ResourceId<crate::network::Subnet>`.
    pub item: &'static str,
    /// The expression that `new` sets it to by itself.
    pub preset: Option<&'static str>,
}

/// Which of the inputs a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One value.
    Single,
    /// A list.
    List,
    /// A map.
    Map,
}

/// A set of known texts.
#[derive(Debug)]
pub struct Enum {
    /// Its name.
    pub name: &'static str,
    /// Whether it has a function `other` for texts that are not listed.
    pub open: bool,
    /// Constant or variant, and what it stands for.
    pub values: &'static [(&'static str, &'static str)],
}

/// A value that has one of several shapes.
#[derive(Debug)]
pub struct Union {
    /// Its name.
    pub name: &'static str,
    /// The property that tells the shapes apart.
    pub tag: &'static str,
    /// Of each shape the variant, the structure in it, and what the tag says of it.
    pub variants: &'static [(&'static str, &'static str, &'static str)],
}

impl Field {
    /// One value.
    pub const fn single(name: &'static str, wire: &'static str, item: &'static str) -> Self {
        Field { name, wire, form: Form::Single, item, preset: None }
    }

    /// A list.
    pub const fn list(name: &'static str, wire: &'static str, item: &'static str) -> Self {
        Field { name, wire, form: Form::List, item, preset: None }
    }

    /// A map.
    pub const fn map(name: &'static str, wire: &'static str, item: &'static str) -> Self {
        Field { name, wire, form: Form::Map, item, preset: None }
    }

    /// The same field where `new` sets it.
    pub const fn preset(mut self, expression: &'static str) -> Self {
        self.preset = Some(expression);
        self
    }
}
