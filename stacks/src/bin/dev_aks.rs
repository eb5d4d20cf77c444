//! The cluster of dev.

fn main() -> std::process::ExitCode {
    stacks::main("dev", &stacks::AKS)
}
