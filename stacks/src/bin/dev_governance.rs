//! Policies and budgets of dev.

fn main() -> std::process::ExitCode {
    stacks::main("dev", &stacks::GOVERNANCE)
}
