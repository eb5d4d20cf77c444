//! What the services need of Azure, of prod.

fn main() -> std::process::ExitCode {
    stacks::main("prod", &stacks::APPLICATION)
}
