//! Alerts and dashboards of prod.

fn main() -> std::process::ExitCode {
    stacks::main("prod", &stacks::OBSERVABILITY)
}
