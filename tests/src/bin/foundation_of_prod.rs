//! The binary that tests start, kill and start again: the foundation of prod.

fn main() -> std::process::ExitCode {
    stacks::main("prod", &stacks::FOUNDATION)
}
