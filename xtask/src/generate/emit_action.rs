//! Writes the actions of a resource that tell something of it.

use super::emit_resource::{constructor, declare, setters};
use super::model::{Action, Resource, Struct};
use std::fmt::{self, Write};

/// The structure of an action and its handle.
pub fn write(resource: &Resource, action: &Action, out: &mut String) -> fmt::Result {
    let Struct { name, fields, .. } = &action.main;
    let (kind, wire, owner) = (resource.entry.kind, &action.wire, resource.entry.name);
    let id = format!("ResourceId<{owner}>");
    writeln!(out, "/// `{wire}` of a [`{owner}`]: all that it says is secret. For `Context::read`.")?;
    writeln!(out, "#[derive(Clone, Default)]\npub struct {name} {{")?;
    writeln!(out, "/// The resource that is asked.\npub resource: Input<{id}>,")?;
    for field in fields {
        declare(field, out)?;
    }
    writeln!(out, "}}\nimpl {name} {{")?;
    constructor(&[("resource", &id)], None, fields, false, out)?;
    setters(fields, out)?;
    writeln!(out, "}}\nimpl Structure for {name} {{ fn visit(&mut self, codec: &mut Codec<'_>) {{")?;
    writeln!(out, "codec.property(\"id\", &mut self.resource);")?;
    for field in fields {
        writeln!(out, "codec.property(\"body/{}\", &mut self.{});", field.wire, field.rust)?;
    }
    writeln!(
        out,
        "}} }}
        impl Query for {name} {{
            const PROVIDER: &'static str = \"azure\";
            type Handle = {name}Handle;
            fn kind(&self) -> Cow<'static, str> {{ \"{kind}/{wire}/action\".into() }}
            fn handle(declared: Declared) -> {name}Handle {{ {name}Handle {{ declared }} }}
        }}
        /// What [`{name}`] says.
        #[derive(Clone, Debug)]
        pub struct {name}Handle {{ declared: Declared }}
        impl {name}Handle {{"
    )?;
    for output in &action.outputs {
        let (rust, kind, wire) = (&output.rust, &output.kind, &output.wire);
        let path = wire.replace('/', ".").replace(".*", "[index]");
        let (index, wire) = match wire.contains('*') {
            true => (", index: usize", format!("&format!({:?})", wire.replace('*', "{index}"))),
            false => ("", format!("{wire:?}")),
        };
        writeln!(
            out,
            "/// `{path}`.\npub fn {rust}(&self{index}) -> Output<Secret<{kind}>> {{ self.declared.output({wire}) }}\n"
        )?;
    }
    writeln!(out, "}}\nimpl HasUrn for {name}Handle {{ fn urn(&self) -> &Urn {{ self.declared.urn() }} }}\n")
}
