//! A length on what has none.
use atp_iac::Config;

#[derive(Config)]
pub struct NetworkConfig {
    /// How many zones.
    #[config(length = 1..=3)]
    pub zones: u32,
}

fn main() {}
