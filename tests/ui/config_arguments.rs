//! Arguments of `#[config]` that do not exist or contradict each other.
use atp_iac::{Config, Secret};

#[derive(Config)]
pub struct NetworkConfig {
    #[config(defualt = 3)]
    pub zones: u32,
    #[config(default = 5, range = 7..=90)]
    pub days: u32,
    #[config(default = 3)]
    pub peers: Option<u32>,
    #[config(range = 5)]
    pub hours: u32,
    #[config(default = Secret::new("hunter2".to_owned()))]
    pub password: Secret<String>,
}

#[derive(Config)]
pub enum Tier {
    Basic,
    Premium(u32),
}

fn still_compiles() -> usize {
    <NetworkConfig as Config>::FIELDS.len()
}

fn main() {}
