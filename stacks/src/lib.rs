//! The infrastructure of the Audit Trail Platform.
//!
//! A stack is a folder: `foundation/` holds what it must know (`config.rs`), what it gives (`outputs.rs`) and what it
//! declares (`program.rs`). What several stacks share is in `components/` (groups of resources) and `helpers/`.
//!
//! Invariant: no program asks which environment it is in. What differs is a value in `config/`.
//!
//! What all stacks are told in the same words stands under `common` in the configuration. A stack that needs one of
//! these has a field of that name and type in its own configuration, and hands it to its components:
//!
//! | field | type | what a stack does with it |
//! | --- | --- | --- |
//! | `project`, `subscription_id`, `tenant_id` | `String` | |
//! | `tags` | [`helpers::TagsConfig`] | [`helpers::Site::new`] |
//! | `tier` | [`helpers::Tier`], no default | the size of a service, unless a field of its own says another |
//! | `public_exceptions` | [`helpers::Exceptions`], by default none | [`helpers::Exceptions::require`] for whatever is public |
//! | `protect` | `bool`, by default `false` | `Options::new().protect(config.protect)` on what holds data: plans that delete or replace it are refused |
//! | `locks` | `bool`, by default `false` | [`helpers::lock()`] on what holds data: Azure refuses it, whoever asks |
//!
//! `protect` and `locks` are `true` in prod. A stack that has to be destroyed there is first brought up with
//! `protect: false` (`atp up --env prod --all --set common.protect=false --set common.locks=false`); its locks go by themselves, as the first resources that `destroy` deletes.

pub mod aks;
pub mod application;
pub mod commands;
pub mod compliance;
pub mod components;
pub mod data;
pub mod documents;
pub mod edge;
pub mod foundation;
pub mod governance;
pub mod helpers;
pub mod messaging;
pub mod observability;
mod planned;
pub mod promote;
pub mod recovery;
mod run;

pub use planned::{Planned, PlannedError, planned, planned_with};
pub use run::{all, application, main};

pub use aks::{Aks, AksConfig, AksOutputs};
pub use application::{Application, ApplicationConfig, ApplicationOutputs};
pub use data::{Data, DataConfig, DataOutputs};
pub use edge::{Edge, EdgeConfig, EdgeOutputs};
pub use foundation::{Foundation, FoundationConfig, FoundationOutputs};
pub use governance::{Governance, GovernanceConfig, GovernanceOutputs};
pub use messaging::{Messaging, MessagingConfig, MessagingOutputs};
pub use observability::{Observability, ObservabilityConfig, ObservabilityOutputs};

use atp_iac::program::Program;

/// Layer 0 of every environment and region.
pub const FOUNDATION: Program = Program::of::<Foundation>();
/// The cluster and its registry.
pub const AKS: Program = Program::of::<Aks>();
/// Databases and storage.
pub const DATA: Program = Program::of::<Data>();
/// Topics and queues.
pub const MESSAGING: Program = Program::of::<Messaging>();
/// Alerts, dashboards and traces.
pub const OBSERVABILITY: Program = Program::of::<Observability>();
/// Policies, budgets, roles and threat protection.
pub const GOVERNANCE: Program = Program::of::<Governance>();
/// What the services need of Azure.
pub const APPLICATION: Program = Program::of::<Application>();
/// The way in from the internet.
pub const EDGE: Program = Program::of::<Edge>();

/// All stacks, the lower layers first.
pub static PROGRAMS: &[Program] =
    &[FOUNDATION, AKS, DATA, MESSAGING, OBSERVABILITY, GOVERNANCE, APPLICATION, EDGE];
