//! The name of a resource where its handle belongs.
use atp_iac::Options;

pub fn options() -> Options {
    Options::new().replace_with("vault")
}

fn main() {}
