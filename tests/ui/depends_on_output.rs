//! A dependency on an output instead of on the resource that has it.
use atp_iac::{Options, Output};

pub fn options(id: &Output<String>) -> Options {
    Options::new().depends_on(id)
}

fn main() {}
