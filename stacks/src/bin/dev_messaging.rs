//! Topics and queues of dev.

fn main() -> std::process::ExitCode {
    stacks::main("dev", &stacks::MESSAGING)
}
