//! A field of a configuration of a type that files cannot give.
use atp_iac::Config;
use std::net::IpAddr;

#[derive(Config)]
pub struct NetworkConfig {
    /// The address.
    pub address: IpAddr,
    /// How many zones.
    pub zones: u32,
}

fn main() {}
