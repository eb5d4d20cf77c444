//! A component that does not say what it is made of.
use atp_iac::{Input, component};

#[component]
pub struct Network {
    pub location: Input<String>,
}

fn main() {}
