//! The way in from the internet, of dev.

fn main() -> std::process::ExitCode {
    stacks::main("dev", &stacks::EDGE)
}
