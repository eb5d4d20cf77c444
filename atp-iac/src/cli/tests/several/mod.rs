//! Several stacks at once.

mod affected;
mod destroys;
mod expired;
pub mod house;
mod looks;
mod updates;
