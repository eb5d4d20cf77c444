//! All stacks of all environments.

fn main() -> std::process::ExitCode {
    stacks::all()
}
