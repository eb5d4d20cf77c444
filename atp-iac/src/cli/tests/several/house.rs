//! Stacks that refer to each other: `base` <- `data` <- `app`, and `base` <- `gate`. In the second region `data` refers to
//! that of the first one.

use crate::cli::Fixed;
use crate::cli::tests::support::Bench;
use crate::program::{Context, Location, Primary, Program, Result};
use crate::resource::Options;
use crate::value::Value;
use crate::{Config, Output, Outputs, StackRef, stack};

#[derive(Config)]
pub struct RoomConfig {
    /// How big it is.
    #[config(default = 1)]
    pub size: u32,
    /// Whether it may go.
    #[config(default = false)]
    pub protect: bool,
}

#[derive(Outputs)]
pub struct RoomOutputs {
    pub address: Output<String>,
}

/// One resource; only the cloud knows its address.
fn room(
    cx: &mut Context,
    config: &RoomConfig,
    name: &str,
    beside: &[&Output<String>],
) -> Result<RoomOutputs> {
    let full = format!("{}-{}-{name}", cx.environment(), cx.region());
    let beside: Vec<_> = beside.iter().map(|output| (*output).clone().into()).collect();
    let inputs = crate::output::Expression::Map(
        [
            ("name".to_owned(), Value::from(full.as_str()).into()),
            ("size".to_owned(), Value::from(u64::from(config.size)).into()),
            ("beside".to_owned(), crate::output::Expression::List(beside)),
        ]
        .into(),
    );
    let options = Options::new().protect(config.protect);
    let location = Location { file: "src/house.rs", line: 1 };
    let room = cx.register("Test.Front", "memory", name, inputs, options, location)?;
    Ok(RoomOutputs { address: room.output("address") })
}

#[stack(layer = Foundation)]
fn base(cx: &mut Context, config: RoomConfig) -> Result<RoomOutputs> {
    room(cx, &config, "ground", &[])
}

#[stack(layer = Infrastructure)]
fn data(
    cx: &mut Context,
    config: RoomConfig,
    base: StackRef<Base>,
    original: Option<StackRef<Data, Primary>>,
) -> Result<RoomOutputs> {
    match original {
        None => room(cx, &config, "cellar", &[&base.address]),
        Some(original) => room(cx, &config, "copy", &[&base.address, &original.address]),
    }
}

#[stack(layer = Application)]
fn app(cx: &mut Context, config: RoomConfig, data: StackRef<Data>) -> Result<RoomOutputs> {
    room(cx, &config, "kitchen", &[&data.address])
}

#[stack(layer = Application)]
fn gate(cx: &mut Context, config: RoomConfig, base: StackRef<Base>) -> Result<RoomOutputs> {
    room(cx, &config, "gate", &[&base.address])
}

static PROGRAMS: [Program; 4] = [
    Program { source: "src/app/program.rs", ..Program::of::<App>() },
    Program { source: "src/base/program.rs", ..Program::of::<Base>() },
    Program { source: "src/data/program.rs", ..Program::of::<Data>() },
    Program { source: "src/gate.rs", ..Program::of::<Gate>() },
];

/// The project with these stacks: `dev` in two regions, and instances of `preview`.
pub fn house() -> Bench {
    let mut bench = Bench::new();
    bench.programs = &PROGRAMS;
    bench.fixed = Fixed::default();
    let project = "name: house\nenvironments:\n  dev: {regions: [north, south]}\n  preview: {regions: [north], instances: true, time_to_live: 72h}\n";
    bench.files.insert("/shop/atp.yaml".into(), project.into());
    bench.files.insert("/shop/config/base.yaml".into(), "base: {}\n".into());
    for program in &PROGRAMS {
        bench.files.insert(format!("/shop/{}", program.source).into(), String::new());
    }
    bench
}

/// What exists, by name.
pub fn rooms(bench: &Bench) -> Vec<String> {
    bench.cloud.objects().into_keys().map(|id| id.trim_start_matches("Test.Front/").to_owned()).collect()
}
