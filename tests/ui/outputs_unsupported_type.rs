//! An output of a type that the state cannot hold.
use atp_iac::{Output, Outputs};
use std::net::IpAddr;

#[derive(Outputs)]
pub struct NetworkOutputs {
    pub address: Output<IpAddr>,
    pub name: Output<String>,
}

fn main() {}
