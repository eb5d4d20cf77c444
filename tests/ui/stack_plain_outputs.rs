//! A stack that returns what is not outputs.
use atp_iac::{Context, Output, Result, stack};

pub struct NetworkOutputs {
    pub id: Output<String>,
}

#[stack(layer = Foundation)]
pub fn network(_: &mut Context) -> Result<NetworkOutputs> {
    Ok(NetworkOutputs { id: Output::known("n".to_owned()) })
}

fn main() {}
