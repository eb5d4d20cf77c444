//! A range on what is not a number.
use atp_iac::Config;

#[derive(Config)]
pub struct NetworkConfig {
    /// The name.
    #[config(range = 1..=24)]
    pub name: String,
}

fn main() {}
