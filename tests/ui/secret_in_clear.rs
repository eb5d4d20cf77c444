//! A secret where a plain value belongs.
mod support;
use atp_iac::{Output, Secret, out_format};
use support::Server;

pub fn given(server: Server, password: Output<Secret<String>>) -> Server {
    server.password(&password)
}

pub fn formatted(password: Output<Secret<String>>) -> Output<String> {
    out_format!("password={password}")
}

fn main() {}
