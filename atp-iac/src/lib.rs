//! Infrastructure as ordinary Rust programs: the engine, the typed DSL and the command line.

extern crate self as atp_iac;

pub mod apply;
#[cfg(feature = "cli")]
pub mod cli;
pub mod cloud;
pub mod codec;
pub mod config;
pub mod diff;
mod duration;
pub mod engine;
pub mod estate;
pub mod history;
pub mod migrate;
mod order;
pub mod output;
pub mod plan;
pub mod ports;
pub mod program;
pub mod project;
pub mod provider;
pub mod resource;
pub mod secrets;
pub mod state;
pub mod testing;
pub mod urn;
pub mod value;

pub use atp_iac_macros::{Config, Outputs, component, out_format, stack};
pub use config::{Config, ConfigTree};
pub use output::{
    Extra, Input, InputList, InputMap, IntoInput, IntoInputList, IntoInputMap, Output, Secret, all, all_named,
};
pub use program::{
    Above, Component, Context, Here, Layer, Outputs, Place, PlaceEnvironment, PlaceRegion, Primary, Program,
    ProgramError, Query, Result, Stack, StackContract, StackRef, layers,
};
pub use resource::{
    Cidr, Name, NameRules, Named, Options, Resource, ResourceId, ResourceType, disjoint, subnets_fit,
};
pub use urn::{StackName, Urn};
pub use value::Value;

/// Not public API: paths for macro expansions.
#[doc(hidden)]
pub mod __private {
    pub use crate::output::{FormatArgument, Template};
    pub use crate::program::{OutputValue, above, always_elsewhere, sometimes_elsewhere};
    pub use std::collections::BTreeMap;
    pub use std::format;
}
