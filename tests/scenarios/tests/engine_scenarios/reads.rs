//! What is only read.

use atp_iac::engine::Deployment;
use atp_iac::output::Expression;
use atp_iac::plan::Telling;
use atp_iac::program::Location;
use atp_iac::{Options, Value};
use scenarios::{Item, World, actions, item, report, stack_name, urn};
use std::collections::BTreeMap;

/// A program of `user`, which takes the id of what a query reads.
fn reading() -> Deployment {
    Deployment::of_function(stack_name(), |cx| {
        let location = Location { file: "program.rs", line: 1 };
        let id = Value::from([("id", Value::from("T/x"))]);
        let read = cx.register_query("T/read", "test", "x", id.into(), Options::new(), location)?;
        let inputs = [("name", Value::from("user").into()), ("of", read.output::<String>("id").into())];
        let inputs = inputs.map(|(key, value)| (key.to_owned(), value)).into();
        cx.register("T", "test", "user", Expression::Map(inputs), Options::new(), location)?;
        Ok(BTreeMap::new())
    })
}

/// Contradicts the design: what is only read is not in the state, so that nothing is discarded or replaced when the program
/// manages it; `import` takes it over, and without that it would be created, which the cloud refuses.
#[tokio::test]
async fn engine_097_what_was_only_read_is_taken_over_when_the_program_manages_it() {
    let world = World::default();
    world.cloud.put("T/x", Value::from([("id", "T/x".into()), ("name", "x".into())]));
    assert!(report(&world.deploy(&reading()).await.unwrap()).is_complete());
    let managed = |item: Item| [item, self::item("user").link("of", "x")];
    let update = world.up(&managed(item("x"))).await.unwrap();
    assert!(report(&update).failures[0].cause.to_string().contains("already there"));
    let items = managed(item("x").options(|options| options.import("T/x")));
    let plan = world.preview(&items).await.unwrap();
    assert_eq!(actions(&plan), Vec::<String>::new());
    assert_eq!(plan.preparation.told[0].what, Telling::Imported { id: "T/x".into() });
    assert!(report(&world.up(&items).await.unwrap()).is_complete());
    assert_eq!(world.resource("x").await.unwrap().id, "T/x");
    assert_eq!(world.resource("user").await.unwrap().dependencies, [urn("x")]);
}

#[tokio::test]
async fn engine_098_an_id_that_is_empty_is_a_mistake_in_the_program() {
    let world = World::default();
    let items = [item("a").options(|options| options.import(""))];
    let error = world.up(&items).await.unwrap_err().to_string();
    assert!(error.contains("`a` of type `T` at program.rs:1") && error.contains("`import`"), "{error}");
    assert!(error.contains("way out: give the id"), "{error}");
    assert_eq!(world.cloud.calls(), []);
}
