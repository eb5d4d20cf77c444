//! Policies and budgets of prod.

fn main() -> std::process::ExitCode {
    stacks::main("prod", &stacks::GOVERNANCE)
}
