//! The program that is measured: N small resources in one of the shapes.

use super::shape::Shape;
use atp_iac::codec::{Codec, Structure};
use atp_iac::resource::Declared;
use atp_iac::{
    Component, Config, Context, Input, InputList, InputMap, IntoInput, IntoInputList, IntoInputMap, Output,
    Outputs, ProgramError, Resource, ResourceType, Result, component, stack,
};
use clap::ValueEnum;

/// What is measured.
#[derive(Config)]
pub struct BenchConfig {
    /// How the resources depend on each other: wide, dag, chain or foreach.
    pub shape: String,
    /// How many resources.
    pub n: u32,
    /// Whether the first resource has another payload.
    #[config(default = false)]
    pub changed: bool,
}

/// What the stack gives.
#[derive(Outputs)]
pub struct BenchOutputs {
    /// The id of the last resource.
    pub last: Output<String>,
}

/// About 100 bytes that stand for a small resource's own properties.
#[derive(Default, Clone)]
struct Item {
    name: Input<String>,
    size: Input<u32>,
    tags: InputMap<String>,
    revision: Input<u32>,
    parents: InputList<String>,
}

impl Structure for Item {
    fn visit(&mut self, codec: &mut Codec<'_>) {
        codec.property("name", &mut self.name);
        codec.property("size", &mut self.size);
        codec.property("tags", &mut self.tags);
        codec.property("revision", &mut self.revision);
        codec.property("parents", &mut self.parents);
    }
}
impl ResourceType for Item {
    const TYPE: &'static str = "Bench/items";
}
impl Resource for Item {
    const PROVIDER: &'static str = "memory";
    type Handle = Output<String>;
    fn handle(declared: Declared) -> Output<String> {
        declared.output("id")
    }
}

/// The resources, one after the other.
#[component(type = "bench:Items")]
pub struct Items {
    /// How they depend on each other.
    shape: Shape,
    /// How many.
    n: u32,
    /// Whether the first one has another payload.
    changed: bool,
}

impl Component for Items {
    type Outputs = Output<String>;
    fn build(self, cx: &mut Context) -> Result<Output<String>> {
        let mut ids: Vec<Output<String>> = Vec::new();
        for i in 0..self.n {
            let parents = self.shape.parents(self.n, i);
            let parents: Vec<&Output<String>> = parents.into_iter().map(|p| &ids[p as usize]).collect();
            let item = Item {
                name: format!("resource-{i:05}").into_input(),
                size: (i % 16 + 1).into_input(),
                tags: [("team", format!("team-{}", i % 7)), ("env", "bench".to_owned())].into_input_map(),
                revision: (if self.changed && i == 0 { 2 } else { 1u32 }).into_input(),
                parents: if parents.is_empty() { InputList::Unset } else { parents.into_input_list() },
            };
            ids.push(cx.add(&format!("r{i:05}"), item)?);
        }
        Ok(ids.pop().unwrap_or_else(|| Output::known(String::new())))
    }
}

/// The resources of a benchmark.
#[stack(layer = Foundation)]
pub fn bench(cx: &mut Context, config: BenchConfig) -> Result<BenchOutputs> {
    let shape = Shape::from_str(&config.shape, false).map_err(ProgramError::Other)?;
    let items = Items::new(shape, config.n, config.changed);
    let last = match shape {
        Shape::Foreach => cx.add("items", items)?,
        _ => items.build(cx)?,
    };
    Ok(BenchOutputs { last })
}
