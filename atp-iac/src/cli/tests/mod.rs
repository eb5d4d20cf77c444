//! Whole command lines against a cloud and a state in memory, and whole screens against hand-made plans.

mod backends;
mod bad_input;
mod canary;
mod commands;
mod documented;
mod encrypted;
mod extra;
mod former;
mod hanging;
mod history;
mod import;
mod interrupts;
mod migrate;
mod modifiers;
mod plans;
mod progress;
mod saved_plans;
mod secrets;
mod several;
mod shown;
mod state;
mod support;
mod updates;
