//! A name in `out_format!` that does not exist, and other mistakes in it.
use atp_iac::{Output, out_format};

pub fn unknown_name(host: Output<String>) -> Output<String> {
    let _ = &host;
    out_format!("https://{hots}/x")
}

pub fn missing_argument(host: Output<String>) -> Output<String> {
    out_format!("https://{host}/{}")
}

pub fn not_a_name(host: Output<String>) -> Output<String> {
    out_format!("https://{host.name}/")
}

pub fn not_shown(host: Output<String>) -> Output<String> {
    out_format!("https://{host}/{}", vec![1])
}

fn main() {}
