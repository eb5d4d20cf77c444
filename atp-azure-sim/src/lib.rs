#![doc = include_str!("../README.md")]
//!
//! # Inside
//!
//! [`Cloud`] is the pure state machine: requests and instants in, responses out. [`Simulator`] is a handle to one that
//! threads and processes share, with optional persistence, a log of requests and injected faults. Every fact about a type
//! comes from its [`TypeDescriptor`](atp_azure::descriptor::TypeDescriptor).

mod actions;
mod answer;
mod built_in;
mod busy;
mod catalog;
mod children;
mod clock;
mod cloud;
mod clouds;
mod computed;
mod control;
mod delete;
mod deployments;
mod draw;
mod errors;
mod expressions;
mod faults;
mod glob;
mod hierarchy;
mod immutability;
mod immutable;
mod kubeconfig;
mod latency;
mod limits;
mod locations;
mod locks;
mod made_with;
mod message;
mod moves;
mod names;
mod noise;
mod object_replication;
mod operation_urls;
mod operations;
mod persistence;
mod plans;
mod policy;
mod preconditions;
mod read;
mod registration;
mod replication;
mod roles;
mod route;
#[cfg(feature = "server")]
pub mod server;
mod settings;
mod simulator;
mod soft_delete;
mod store;
mod subscriptions;
mod tags;
mod teardown;
mod time_format;
mod tokens;
mod transport;
mod validate;
mod vault;
mod write;

pub use clock::{Clock, SystemClock, VirtualClock};
pub use cloud::Cloud;
pub use clouds::AzureClouds;
pub use faults::{Fault, FaultAction, FaultScript, PathPattern, ScriptError};
pub use glob::{Glob, GlobError};
pub use latency::Latency;
pub use message::{Method, Request, Response};
pub use persistence::PersistenceError;
pub use settings::{ApiVersions, Grant, Settings};
pub use simulator::{Answered, Simulator, SimulatorError};
pub use transport::SimulatorClient;
