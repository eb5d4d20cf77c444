//! The program that is measured: N small resources in one of three shapes.

use super::Shape;
use atp_iac::codec::{Codec, Structure};
use atp_iac::resource::Declared;
use atp_iac::{
    Config, Context, Input, InputList, InputMap, IntoInput, IntoInputList, IntoInputMap, Output, Outputs,
    Resource, ResourceType, Result, stack,
};

const LAYERS: u32 = 10;

/// What is measured.
#[derive(Config)]
pub struct BenchConfig {
    /// How the resources depend on each other: wide, dag or chain.
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

/// The resources of a benchmark.
#[stack(layer = Foundation)]
pub fn bench(cx: &mut Context, config: BenchConfig) -> Result<BenchOutputs> {
    let mut ids: Vec<Output<String>> = Vec::new();
    for i in 0..config.n {
        let parents: Vec<&Output<String>> =
            parents(&config, i).into_iter().map(|p| &ids[p as usize]).collect();
        let item = Item {
            name: format!("resource-{i:05}").into_input(),
            size: (i % 16 + 1).into_input(),
            tags: [("team", format!("team-{}", i % 7)), ("env", "bench".to_owned())].into_input_map(),
            revision: (if config.changed && i == 0 { 2 } else { 1u32 }).into_input(),
            parents: if parents.is_empty() { InputList::Unset } else { parents.into_input_list() },
        };
        ids.push(cx.add(&format!("r{i:05}"), item)?);
    }
    let last = ids.pop().unwrap_or_else(|| Output::known(String::new()));
    Ok(BenchOutputs { last })
}

/// Positions of the resources that resource `i` refers to, all below `i`.
fn parents(config: &BenchConfig, i: u32) -> Vec<u32> {
    if config.shape == Shape::Chain.name() {
        return i.checked_sub(1).into_iter().collect();
    }
    let width = config.n.div_ceil(LAYERS);
    let (layer, column) = (i / width, i % width);
    if config.shape != Shape::Dag.name() || layer == 0 {
        return Vec::new();
    }
    let offsets = [0, 1, width / 2];
    let offsets = &offsets[..2 + (i % 2) as usize];
    let mut found: Vec<u32> =
        offsets.iter().map(|offset| (layer - 1) * width + (column + offset) % width).collect();
    found.sort_unstable();
    found.dedup();
    found
}

impl Shape {
    /// The name in the configuration of the program.
    pub(super) fn name(self) -> &'static str {
        match self {
            Shape::Wide => "wide",
            Shape::Dag => "dag",
            Shape::Chain => "chain",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(shape: Shape, n: u32) -> BenchConfig {
        BenchConfig { shape: shape.name().to_owned(), n, changed: false }
    }

    #[test]
    fn a_dag_refers_to_two_or_three_of_the_layer_above() {
        let dag = config(Shape::Dag, 100);
        assert!(parents(&dag, 9).is_empty());
        assert_eq!(parents(&dag, 10), [0, 1]);
        assert_eq!(parents(&dag, 11), [1, 2, 6]);
        assert_eq!(parents(&dag, 99), [80, 84, 89]);
    }

    #[test]
    fn a_chain_refers_to_the_one_before_and_a_wide_one_to_none() {
        assert_eq!(parents(&config(Shape::Chain, 5), 3), [2]);
        assert!(parents(&config(Shape::Chain, 5), 0).is_empty());
        assert!(parents(&config(Shape::Wide, 5), 3).is_empty());
    }
}
