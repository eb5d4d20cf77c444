//! What options of resources and components do, besides what the scenarios say.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod ignored;
mod misuse;
mod parents;
mod random;
mod transforms;

use atp_iac::program::Location;
use atp_iac::resource::Declared;
use atp_iac::{Context, Options, Result, Value};

/// Declares a resource of a name.
fn add(cx: &mut Context, name: &str, options: Options) -> Result<Declared> {
    let location = Location { file: "program.rs", line: 1 };
    cx.register("T", "test", name, Value::from([("name", name.into())]).into(), options, location)
}
