//! Databases and storage of dev.

fn main() -> std::process::ExitCode {
    stacks::main("dev", &stacks::DATA)
}
