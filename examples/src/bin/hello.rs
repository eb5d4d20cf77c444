//! The smallest stack: `cargo run -p examples --bin hello -- up --yes`.

fn main() -> std::process::ExitCode {
    examples::main::<examples::hello::Hello>()
}
