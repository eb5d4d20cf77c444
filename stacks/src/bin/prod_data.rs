//! Databases and storage of prod.

fn main() -> std::process::ExitCode {
    stacks::main("prod", &stacks::DATA)
}
