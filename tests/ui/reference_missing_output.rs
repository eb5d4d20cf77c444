//! A reference to an output that the other stack does not have.
use atp_iac::{Context, Output, Outputs, Result, StackRef, stack};

#[derive(Outputs)]
pub struct NetworkOutputs {
    pub app_subnet: Output<String>,
}

#[stack(layer = Foundation)]
pub fn network(_: &mut Context) -> Result<NetworkOutputs> {
    Ok(NetworkOutputs { app_subnet: Output::known("n".to_owned()) })
}

#[stack(layer = Application)]
pub fn shop(_: &mut Context, network: StackRef<Network>) -> Result<()> {
    let _ = network.app_subnets.clone();
    Ok(())
}

fn main() {}
