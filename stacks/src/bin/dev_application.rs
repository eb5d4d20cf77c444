//! What the services need of Azure, of dev.

fn main() -> std::process::ExitCode {
    stacks::main("dev", &stacks::APPLICATION)
}
