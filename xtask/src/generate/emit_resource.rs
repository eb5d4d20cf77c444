//! Writes the Rust types of a resource.

use super::model::{Enum, Field, Form, Parent, Resource, Struct, Union, Variant};
use super::{emit_action, names};
use std::fmt::{self, Write};

/// The code of a resource, without its descriptor.
pub fn emit(resource: &Resource) -> String {
    let mut code = String::new();
    // Writing to a `String` does not fail.
    let _ = write_all(resource, &mut code);
    code
}

fn write_all(resource: &Resource, out: &mut String) -> fmt::Result {
    main_struct(resource, out)?;
    traits(resource, out)?;
    handle(resource, out)?;
    for action in &resource.actions {
        emit_action::write(resource, action, out)?;
    }
    for nested in &resource.structs {
        nested_struct(nested, out)?;
    }
    for union in &resource.unions {
        variants(union, out)?;
    }
    for set in &resource.enums {
        enumeration(set, out)?;
    }
    let actions = resource.actions.iter().map(|action| &action.main);
    let all = std::iter::once(&resource.main).chain(actions).chain(&resource.structs);
    let names: Vec<&str> = all.map(|nested| nested.name.as_str()).collect();
    writeln!(out, "debug_through_the_codec!({});", names.join(", "))
}

/// The arguments of `new` that come before the properties.
pub(super) fn envelope(parent: &Parent) -> Vec<(&'static str, String, &'static str, &'static str)> {
    let group = "ResourceId<crate::resources::ResourceGroup>".to_owned();
    let name = ("name", "String".to_owned(), "name", "The name: the last segment of the id.");
    match parent {
        Parent::Subscription => vec![name],
        Parent::ResourceGroup => vec![("parent", group, "parent", "The resource group that it is in."), name],
        Parent::Resource(_, id) => {
            vec![("parent", id.clone(), "parent", "The resource that it belongs to."), name]
        }
        Parent::Scope => vec![
            (
                "scope",
                "Scope".to_owned(),
                "parent",
                "What it is about: the id of a resource, resource group, subscription or management group.",
            ),
            name,
        ],
    }
}

fn main_struct(resource: &Resource, out: &mut String) -> fmt::Result {
    let Struct { name, fields, .. } = &resource.main;
    let envelope = envelope(&resource.parent);
    writeln!(out, "/// `{}` at api-version {}.", resource.entry.kind, resource.api_version)?;
    writeln!(out, "#[derive(Clone, Default)]\npub struct {name} {{")?;
    for (rust, item, _, docs) in &envelope {
        writeln!(out, "/// {docs}\npub {rust}: Input<{item}>,")?;
    }
    for field in fields {
        declare(field, out)?;
    }
    writeln!(out, "/// Properties that this type has no field for yet.\npub extra: Extra,")?;
    writeln!(out, "}}\nimpl {name} {{")?;
    let before: Vec<(&str, &str)> = envelope.iter().map(|(rust, item, ..)| (*rust, item.as_str())).collect();
    constructor(&before, resource.fixed_name.as_deref(), fields, true, out)?;
    setters(fields, out)?;
    extra(out)?;
    existing(resource, out)?;
    writeln!(out, "}}\nimpl Structure for {name} {{ fn visit(&mut self, codec: &mut Codec<'_>) {{")?;
    for (rust, _, wire, _) in &envelope {
        writeln!(out, "codec.property({wire:?}, &mut self.{rust});")?;
    }
    for field in fields {
        writeln!(out, "codec.property({:?}, &mut self.{});", field.wire, field.rust)?;
    }
    writeln!(out, "codec.extra(&self.extra);\n}} }}\n")
}

fn extra(out: &mut String) -> fmt::Result {
    writeln!(
        out,
        "/// Sets a property that this type has no field for yet, by a path such as `properties.sku.name`. It is not
        /// checked.
        pub fn extra(mut self, path: impl Into<String>, value: impl IntoExpression) -> Self {{
        self.extra.set(path, value); self }}\n"
    )
}

/// The function that names an instance which is there already.
fn existing(resource: &Resource, out: &mut String) -> fmt::Result {
    let docs = "/// One that is there already and is not managed by the program, for `Context::read`.";
    let name = match &resource.fixed_name {
        Some(_) => "",
        None => "name: impl IntoInput<String>",
    };
    let given = match &resource.fixed_name {
        Some(name) => format!("{name:?}"),
        None => "name".to_owned(),
    };
    match &resource.parent {
        Parent::Subscription => writeln!(
            out,
            "{docs}\npub fn existing({name}) -> Existing<Self> {{ Existing::in_subscription({given}) }}"
        ),
        Parent::Scope => writeln!(
            out,
            "{docs}\npub fn existing(scope: impl IntoInput<Scope>, {name}) -> Existing<Self> {{
            Existing::by_name(scope, {given}) }}"
        ),
        Parent::ResourceGroup | Parent::Resource(..) => {
            let parent = match &resource.parent {
                Parent::Resource(_, id) => id.as_str(),
                _ => "ResourceId<crate::resources::ResourceGroup>",
            };
            writeln!(
                out,
                "{docs}\npub fn existing(parent: impl IntoInput<{parent}>, {name}) -> Existing<Self> {{
                Existing::by_name(parent.into_input(), {given}) }}"
            )
        }
    }
}

fn nested_struct(nested: &Struct, out: &mut String) -> fmt::Result {
    let Struct { name, path, fields } = nested;
    writeln!(out, "/// The value of `{path}`.\n#[derive(Clone, Default)]\npub struct {name} {{")?;
    for field in fields {
        declare(field, out)?;
    }
    writeln!(out, "}}\nimpl {name} {{")?;
    constructor(&[], None, fields, false, out)?;
    setters(fields, out)?;
    writeln!(out, "}}\nimpl Structure for {name} {{ fn visit(&mut self, codec: &mut Codec<'_>) {{")?;
    visit(fields, out)
}

pub(super) fn declare(field: &Field, out: &mut String) -> fmt::Result {
    write!(out, "/// `{}`.", field.path)?;
    for fact in &field.facts {
        write!(out, " {fact}.")?;
    }
    let (input, item) = (form(field.form).0, &field.item);
    writeln!(out, "\npub {}: {input}<{item}>,", field.rust)
}

/// The type of a property, the trait of what may be given for it, and the trait's function.
pub(super) fn form(form: Form) -> (&'static str, &'static str, &'static str) {
    match form {
        Form::Single => ("Input", "IntoInput", "into_input"),
        Form::List => ("InputList", "IntoInputList", "into_input_list"),
        Form::Map => ("InputMap", "IntoInputMap", "into_input_map"),
    }
}

/// The function `new`. A resource with a fixed name is not asked for it. `more`: there are fields besides these.
pub(super) fn constructor(
    before: &[(&str, &str)],
    fixed_name: Option<&str>,
    fields: &[Field],
    more: bool,
    out: &mut String,
) -> fmt::Result {
    let before: Vec<_> = before.iter().filter(|(rust, _)| *rust != "name" || fixed_name.is_none()).collect();
    let preset: Vec<&Field> = fields.iter().filter(|field| field.preset.is_some()).collect();
    let required = arguments(fields);
    if before.is_empty() && required.is_empty() {
        writeln!(out, "/// Nothing is set.\npub fn new() -> Self {{ Self::default() }}\n")?;
        return Ok(());
    }
    writeln!(out, "/// From the properties that it has to have.\npub fn new(")?;
    for (rust, item) in &before {
        writeln!(out, "{rust}: impl IntoInput<{item}>,")?;
    }
    for field in &required {
        writeln!(out, "{}: impl {}<{}>,", field.rust, form(field.form).1, field.item)?;
    }
    writeln!(out, ") -> Self {{ Self {{")?;
    for (rust, _) in &before {
        writeln!(out, "{rust}: {rust}.into_input(),")?;
    }
    if let Some(name) = fixed_name {
        writeln!(out, "name: Input::Value({name:?}.to_owned()),")?;
    }
    for field in &required {
        writeln!(out, "{0}: {0}.{1}(),", field.rust, form(field.form).2)?;
    }
    for field in &preset {
        writeln!(out, "{}: Input::Value({}),", field.rust, field.preset.as_deref().unwrap_or_default())?;
    }
    let rest = if more || required.len() + preset.len() < fields.len() { "..Self::default()" } else { "" };
    writeln!(out, "{rest} }} }}\n")
}

/// The fields that `new` takes, in its order.
pub(super) fn arguments(fields: &[Field]) -> Vec<&Field> {
    let is_argument = |field: &&Field| field.required.is_some() && field.preset.is_none();
    let mut arguments: Vec<&Field> = fields.iter().filter(is_argument).collect();
    arguments.sort_by_key(|field| field.required);
    arguments
}

pub(super) fn setters(fields: &[Field], out: &mut String) -> fmt::Result {
    for field in fields.iter().filter(|field| field.required.is_none() || field.preset.is_some()) {
        let Field { rust, path, item, .. } = field;
        let (_, into, convert) = form(field.form);
        let default = if field.preset.is_some() { "; `new` has set the usual value" } else { "" };
        writeln!(out, "/// Sets `{path}`{default}.")?;
        writeln!(out, "pub fn {rust}(mut self, value: impl {into}<{item}>) -> Self {{")?;
        writeln!(out, "self.{rust} = value.{convert}(); self }}\n")?;
    }
    Ok(())
}

fn visit(fields: &[Field], out: &mut String) -> fmt::Result {
    if fields.is_empty() {
        writeln!(out, "let _ = codec;")?;
    }
    for field in fields {
        writeln!(out, "codec.property({:?}, &mut self.{});", field.wire, field.rust)?;
    }
    writeln!(out, "}} }}\n")
}

fn traits(resource: &Resource, out: &mut String) -> fmt::Result {
    let (name, kind) = (resource.entry.name, resource.entry.kind);
    writeln!(out, "impl ResourceType for {name} {{ const TYPE: &'static str = {kind:?}; }}")?;
    writeln!(
        out,
        "impl Resource for {name} {{ const PROVIDER: &'static str = \"azure\"; type Handle = {name}Handle;
        fn handle(declared: Declared) -> {name}Handle {{ {name}Handle {{ declared }} }} }}"
    )
}

fn handle(resource: &Resource, out: &mut String) -> fmt::Result {
    let name = resource.entry.name;
    writeln!(out, "/// A declared [`{name}`]: access to its outputs.\n#[derive(Clone, Debug)]")?;
    writeln!(out, "pub struct {name}Handle {{ declared: Declared }}\nimpl {name}Handle {{")?;
    let mut method = |docs: &str, rust: &str, kind: &str, path: &str| {
        writeln!(
            out,
            "/// {docs}\npub fn {rust}(&self) -> Output<{kind}> {{ self.declared.output({path:?}) }}\n"
        )
    };
    method("The id.", "id", &format!("ResourceId<{name}>"), "id")?;
    method("The name.", "name", "String", "name")?;
    for output in &resource.outputs {
        let path = output.wire.replace('/', ".");
        method(&format!("`{path}`."), &output.rust, &output.kind, &output.wire)?;
    }
    writeln!(out, "}}\nimpl HasUrn for {name}Handle {{ fn urn(&self) -> &Urn {{ self.declared.urn() }} }}\n")
}

fn variants(union: &Union, out: &mut String) -> fmt::Result {
    let Union { name, path, tag, variants } = union;
    writeln!(out, "union! {{\n    /// The value of `{path}`: one of these, told apart by `{tag}`.")?;
    writeln!(out, "    pub {name} by {tag:?} {{")?;
    for Variant { name, item, value } in variants {
        writeln!(out, "        /// `{value}`.\n        {name}({item}) = {value:?},")?;
    }
    writeln!(out, "    }}\n}}\n")
}

fn enumeration(set: &Enum, out: &mut String) -> fmt::Result {
    let Enum { name, path, open, .. } = set;
    let keyword = if *open { "open_enum" } else { "closed_enum" };
    writeln!(out, "{keyword}! {{\n    /// Values of `{path}`.\n    pub {name} {{")?;
    for (label, value) in labels(set) {
        writeln!(out, "        /// `{value}`.\n        {label} = {value:?},")?;
    }
    writeln!(out, "    }}\n}}\n")
}

/// The constants or variants of an enumeration, each with its text.
pub(super) fn labels(set: &Enum) -> Vec<(String, &str)> {
    let label = if set.open { names::constant } else { names::variant };
    let mut used = std::collections::BTreeSet::new();
    let labels = set.values.iter().map(|value| {
        let mut label = label(value);
        while !used.insert(label.clone()) {
            label.push('_');
        }
        (label, value.as_str())
    });
    labels.collect()
}
