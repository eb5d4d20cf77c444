//! Writes down how the Rust types of a resource are written, for code that writes programs.

use super::emit_resource::{arguments, envelope, labels};
use super::model::{Enum, Field, Form, Resource, Struct, Union};
use super::names;
use std::fmt::{self, Write};

/// The static that the descriptor refers to.
pub fn emit(resource: &Resource) -> String {
    let mut code = String::new();
    // Writing to a `String` does not fail.
    let _ = write_all(resource, &mut code);
    code
}

fn write_all(resource: &Resource, out: &mut String) -> fmt::Result {
    let module = names::module(resource.entry.kind);
    writeln!(out, "static TYPED: TypedResource = TypedResource {{ module: {module:?}, main: ")?;
    let address = envelope(&resource.parent);
    let before: Vec<(&str, &str, &str)> =
        address.iter().map(|(rust, item, wire, _)| (*rust, *wire, item.as_str())).collect();
    structure(&resource.main, &before, resource.fixed_name.is_some(), out)?;
    writeln!(out, ", structures: &[")?;
    for nested in &resource.structs {
        structure(nested, &[], false, out)?;
        writeln!(out, ",")?;
    }
    writeln!(out, "], enums: &[")?;
    for set in &resource.enums {
        let Enum { name, open, .. } = set;
        writeln!(out, "typed::Enum {{ name: {name:?}, open: {open}, values: &{:?} }},", labels(set))?;
    }
    writeln!(out, "], unions: &[")?;
    for Union { name, tag, variants, .. } in &resource.unions {
        let variants: Vec<(&str, &str, &str)> = variants
            .iter()
            .map(|variant| (variant.name.as_str(), variant.item.as_str(), variant.value.as_str()))
            .collect();
        writeln!(out, "typed::Union {{ name: {name:?}, tag: {tag:?}, variants: &{variants:?} }},")?;
    }
    writeln!(out, "] }};")
}

/// A structure; `before` are the fields in front of its properties: name, path and type.
fn structure(
    structure: &Struct,
    before: &[(&str, &str, &str)],
    has_fixed_name: bool,
    out: &mut String,
) -> fmt::Result {
    let address = before.iter().map(|(rust, ..)| *rust).filter(|rust| *rust != "name" || !has_fixed_name);
    let properties = arguments(&structure.fields).into_iter().map(|field| field.rust.as_str());
    let arguments: Vec<&str> = address.chain(properties).collect();
    writeln!(out, "typed::Structure {{ name: {:?}, arguments: &{arguments:?}, fields: &[", structure.name)?;
    for (rust, wire, item) in before {
        writeln!(out, "Field::single({rust:?}, {wire:?}, {item:?}),")?;
    }
    for Field { rust, wire, form, item, preset, .. } in &structure.fields {
        let form = match form {
            Form::Single => "single",
            Form::List => "list",
            Form::Map => "map",
        };
        let preset = preset.as_ref().map(|code| format!(".preset({code:?})")).unwrap_or_default();
        writeln!(out, "Field::{form}({rust:?}, {wire:?}, {item:?}){preset},")?;
    }
    write!(out, "] }}")
}
