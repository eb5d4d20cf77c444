//! A field of outputs that is not an `Output`.
use atp_iac::{Output, Outputs};

#[derive(Outputs)]
pub struct NetworkOutputs {
    pub name: String,
    pub id: Output<String>,
    pub zones: Vec<u8>,
}

fn other_code_still_compiles(outputs: NetworkOutputs) -> NetworkOutputs {
    let _ = <NetworkOutputs as Outputs>::CONTRACT;
    outputs.clone()
}

fn main() {}
