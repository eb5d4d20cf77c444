//! The way in from the internet, of prod.

fn main() -> std::process::ExitCode {
    stacks::main("prod", &stacks::EDGE)
}
