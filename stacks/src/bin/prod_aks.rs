//! The cluster of prod.

fn main() -> std::process::ExitCode {
    stacks::main("prod", &stacks::AKS)
}
