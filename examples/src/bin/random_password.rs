//! A password that is made, kept and passed on: `cargo run -p examples --bin random_password -- up --yes`.

fn main() -> std::process::ExitCode {
    examples::main::<examples::random_password::Credentials>()
}
