//! The wire contract of Azure Resource Manager, fact by fact: each test has the number of its fact in `facts.txt` in its
//! name, and `cargo xtask contract` says which facts have none. One module for each section of the facts.
//!
//! The types are those of the generated descriptors, so that a fact holds for what stacks really use.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

mod a;
mod b;
mod c;
mod d;
mod e;
mod f;
mod g;
mod h;
mod i;
mod j;
mod k;
