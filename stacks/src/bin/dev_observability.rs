//! Alerts and dashboards of dev.

fn main() -> std::process::ExitCode {
    stacks::main("dev", &stacks::OBSERVABILITY)
}
