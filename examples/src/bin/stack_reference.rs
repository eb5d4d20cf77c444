//! A stack that refers to another; deploy `dev_foundation` first: `cargo run -p examples --bin stack_reference -- up --yes`.

fn main() -> std::process::ExitCode {
    examples::main::<examples::stack_reference::Observer>()
}
