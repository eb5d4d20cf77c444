//! Stacks that refer to others: in the same region, in the primary one, in another environment.

use atp_iac::engine::Deployment;
use atp_iac::output::Expression;
use atp_iac::program::{Location, PrimaryRegions, Program};
use atp_iac::resource::Declared;
use atp_iac::testing::MemoryCloud;
use atp_iac::{
    ConfigTree, Context, Options, Output, Outputs, Place, PlaceEnvironment, PlaceRegion, Primary, Result,
    StackRef, Value, stack,
};
use scenarios::{World, actions, report};
use std::collections::BTreeMap;

#[derive(Outputs)]
pub struct ServerOutputs {
    pub id: Output<String>,
    pub endpoint: Output<String>,
}

/// A server; in the other regions, one that copies from the one in the primary region.
#[stack(layer = Foundation)]
pub fn server(cx: &mut Context, original: Option<StackRef<Server, Primary>>) -> Result<ServerOutputs> {
    let mut properties = BTreeMap::new();
    if let Some(original) = original {
        properties.insert("copies".to_owned(), Expression::from(original.endpoint.clone()));
    }
    let name = format!("server-{}", cx.region());
    let server = declare(cx, "server", &name, properties)?;
    Ok(ServerOutputs { id: server.output("id"), endpoint: server.output("endpoint") })
}

/// What uses the server of its region.
#[stack(layer = Application)]
pub fn shop(cx: &mut Context, server: StackRef<Server>) -> Result<()> {
    let endpoint = ("server".to_owned(), server.endpoint.clone().into());
    declare(cx, "shop", "shop", [endpoint].into())?;
    Ok(())
}

/// The environment that all others share.
pub struct Hub;

impl Place for Hub {
    const ENVIRONMENT: PlaceEnvironment = PlaceEnvironment::Named("shared");
    const REGION: PlaceRegion = PlaceRegion::Primary;
}

/// What is bound to the server of the hub.
#[stack(layer = Foundation)]
pub fn spoke(cx: &mut Context, hub: StackRef<Server, Hub>) -> Result<()> {
    declare(cx, "spoke", "spoke", [("hub".to_owned(), hub.id.clone().into())].into())?;
    Ok(())
}

fn declare(
    cx: &mut Context,
    name: &str,
    cloud_name: &str,
    mut properties: BTreeMap<String, Expression>,
) -> Result<Declared> {
    properties.insert("name".to_owned(), Value::from(cloud_name).into());
    let location = Location { file: "program.rs", line: 1 };
    cx.register("T", "test", name, Expression::Map(properties), Options::new(), location)
}

/// A world whose cloud alone knows endpoints.
pub fn world() -> World {
    World::new(
        MemoryCloud::new("test").with_outputs("T", Value::from([("endpoint", "https://made-up".into())])),
    )
}

pub fn deployment(environment: &str, region: &str, program: Program) -> Deployment {
    let primary = [("prod", "north"), ("shared", "north")];
    let primary: PrimaryRegions =
        primary.map(|(environment, region)| (environment.to_owned(), region.to_owned())).into();
    let deployment = Deployment::new(environment, region, program, ConfigTree::empty()).unwrap();
    deployment.with_primary_regions(primary)
}

#[tokio::test]
async fn a_stack_takes_what_the_primary_region_gives_and_in_the_primary_region_nothing() {
    let world = world();
    let server = Program::of::<Server>();
    assert!(report(&world.deploy(&deployment("prod", "north", server)).await.unwrap()).is_complete());
    assert!(report(&world.deploy(&deployment("prod", "south", server)).await.unwrap()).is_complete());
    let objects = world.cloud.objects();
    assert_eq!(objects["T/server-north"].get("copies"), None);
    assert_eq!(objects["T/server-south"].get("copies"), Some(&Value::from("https://made-up")));
    assert!(!world.plan(&deployment("prod", "south", server)).await.unwrap().has_changes());
}

#[tokio::test]
async fn a_stack_takes_what_another_environment_gives() {
    let world = world();
    let spoke = deployment("prod", "south", Program::of::<Spoke>());
    let error = world.plan(&spoke).await.unwrap_err().to_string();
    assert_eq!(
        error,
        "the stack `spoke` refers to `server`, which is not deployed in shared/north\n  \
         way out: run `up` on the stack `server` in shared/north first"
    );
    world.deploy(&deployment("shared", "north", Program::of::<Server>())).await.unwrap();
    world.deploy(&spoke).await.unwrap();
    assert_eq!(world.cloud.objects()["T/spoke"].get("hub"), Some(&Value::from("T/server-north")));
}

#[tokio::test]
async fn a_stack_at_the_place_that_it_refers_to_is_refused_unless_it_can_do_without() {
    let error = world().plan(&deployment("shared", "north", Program::of::<Spoke>())).await;
    let error = error.unwrap_err().to_string();
    assert!(error.contains("shared/north, where it stands itself"), "{error}");
    assert!(error.contains("way out: write `Option<StackRef<..>>`"), "{error}");
}

#[tokio::test]
async fn outputs_of_another_contract_are_refused_by_stack_and_region() {
    let world = world();
    let other = Program { contract: 1, ..Program::of::<Server>() };
    world.deploy(&deployment("prod", "north", other)).await.unwrap();
    let error = world.plan(&deployment("prod", "south", Program::of::<Server>())).await;
    assert_eq!(
        error.unwrap_err().to_string(),
        "the stack `server` was compiled against other outputs of `server` than those that are deployed in \
         prod/north\n  way out: run `up` on the stack `server` in prod/north with the present code, then try again"
    );
}

#[tokio::test]
async fn without_the_primary_region_a_reference_to_it_is_an_error_that_says_how_to_give_it() {
    let server = Program::of::<Server>();
    let deployment = Deployment::new("prod", "south", server, ConfigTree::empty()).unwrap();
    let error = world().plan(&deployment).await.unwrap_err().to_string();
    assert!(error.contains("way out: add `prod` under `environments:`"), "{error}");
}

#[tokio::test]
async fn a_plan_says_of_an_unknown_output_which_stack_and_region_it_comes_from() {
    let world = world();
    let north = deployment("prod", "north", Program::of::<Server>());
    let planned = world.plan(&north).await.unwrap().outputs_after();
    let planned = BTreeMap::from([(north.name().clone(), planned)]);
    let south = deployment("prod", "south", Program::of::<Server>());
    let options = atp_iac::engine::UpdateOptions::default();
    let preview = world.engine.preview_after(&south, atp_iac::engine::Kind::Up, &options, &planned).await;
    let plan = preview.unwrap().plan;
    assert_eq!(actions(&plan), ["+ server"]);
    let copies = format!("{:?}", plan.operations[0].inputs.get("copies"));
    assert!(copies.contains("${server@north/endpoint}"), "{copies}");
}
