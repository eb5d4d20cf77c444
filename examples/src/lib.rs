//! Small programs that show one thing each.

pub mod component;
pub mod hello;
pub mod stack_reference;
