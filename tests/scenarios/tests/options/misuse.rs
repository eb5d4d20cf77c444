//! Options that cannot be what they are, or mean nothing where they are given.

use super::add;
use atp_iac::engine::Deployment;
use atp_iac::program::{Component, Location};
use atp_iac::{Context, Options, Result, Value, component};
use scenarios::{World, stack_name, urn};

/// Nothing.
#[component(type = "test:Empty")]
pub struct Empty;

impl Component for Empty {
    type Outputs = ();
    fn build(self, _: &mut Context) -> Result<()> {
        Ok(())
    }
}

async fn error(declare: impl Fn(&mut Context) -> Result<()> + Send + Sync + 'static) -> String {
    let program = Deployment::of_function(stack_name(), move |cx| declare(cx).map(|()| Default::default()));
    World::default().plan(&program).await.unwrap_err().to_string()
}

#[tokio::test]
async fn a_path_that_is_none_names_the_option_and_the_place() {
    let error = error(|cx| add(cx, "a", Options::new().ignore_changes(["tags..owner"])).map(drop)).await;
    let expected = "`a` of type `T` at program.rs:1: the option `ignore_changes` has the path `tags..owner`, which has an \
                    empty key\n  way out: ";
    assert!(error.starts_with(expected), "{error}");
}

#[tokio::test]
async fn a_parent_that_was_not_declared_before_is_an_error_that_names_it() {
    let error = error(|cx| add(cx, "a", Options::new().parent(&urn("later"))).map(drop)).await;
    assert!(
        error.starts_with("`a` of type `T` at program.rs:1: the option `parent` names `urn:atp:"),
        "{error}"
    );
    assert!(error.contains("way out: declare the parent first"), "{error}");
}

#[tokio::test]
async fn an_option_of_single_resources_means_nothing_for_a_component() {
    let error = error(|cx| cx.add_with("c", Options::new().ignore_changes(["a"]), Empty::new())).await;
    assert!(error.contains("the option `ignore_changes` is for single resources"), "{error}");
}

#[tokio::test]
async fn an_option_of_what_is_managed_means_nothing_for_what_is_only_read() {
    let error = error(|cx| {
        let location = Location { file: "program.rs", line: 1 };
        let options = Options::new().protect(true);
        cx.register_query("T/read", "test", "q", Value::map().into(), options, location).map(drop)
    });
    let error = error.await;
    assert!(error.contains("the option `protect` is for what is managed, and this is only read"), "{error}");
}
