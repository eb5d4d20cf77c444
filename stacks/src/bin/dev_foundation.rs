//! The foundation of dev.

fn main() -> std::process::ExitCode {
    stacks::main("dev", &stacks::FOUNDATION)
}
