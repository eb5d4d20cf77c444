//! Topics and queues of prod.

fn main() -> std::process::ExitCode {
    stacks::main("prod", &stacks::MESSAGING)
}
