//! A stack that forgets an output.
use atp_iac::{Context, Output, Outputs, Result, stack};

#[derive(Outputs)]
pub struct NetworkOutputs {
    pub id: Output<String>,
    pub zones: Output<i64>,
}

#[stack(layer = Foundation)]
pub fn network(_: &mut Context) -> Result<NetworkOutputs> {
    Ok(NetworkOutputs { id: Output::known("n".to_owned()) })
}

fn main() {}
