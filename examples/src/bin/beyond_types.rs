//! What has no typed resource, and what is only read; deploy `hello` first:
//! `cargo run -p examples --bin beyond_types -- up --yes`.

fn main() -> std::process::ExitCode {
    examples::main::<examples::beyond_types::Connector>()
}
