//! A resource that is created inside `map`.
mod support;
use atp_iac::{Context, Output, ResourceId, Result};
use support::{Server, Subnet};

pub fn program(cx: &mut Context, subnet: Output<ResourceId<Subnet>>) -> Result<()> {
    let _ = subnet.map(|id| cx.add("web", Server::new(id)).is_ok());
    Ok(())
}

fn main() {}
