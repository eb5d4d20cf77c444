//! A component: `cargo run -p examples --bin component -- up --yes`.

fn main() -> std::process::ExitCode {
    examples::main::<examples::component::Teams>()
}
