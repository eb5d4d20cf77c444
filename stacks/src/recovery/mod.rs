//! From one region to the other and back: `atp failover` and `atp failback`.
//!
//! Both are procedures and no plans: what leads is no property that a program could declare, and the order matters. A
//! procedure looks first, says what it will do and what can be lost, asks, and does one step after the other, each of which
//! first sees whether it is done already. So it can be run again whatever cut it off.
//!
//! What has to change sides is found in the states of the two regions, by type: failover groups of SQL servers, aliases of
//! Service Bus namespaces, and the profile of Traffic Manager. The last one is switched by `up` of the stack that declares
//! it, with `active_region` set over the configuration, so that state and cloud agree.
//!
//! Back to the primary region, an alias needs four steps, because a pairing ends with a failover and a secondary has to be
//! empty (`service_bus.rs`). What is lost by emptying a namespace beside its queues and topics, such as role assignments
//! on them and locks above them, is restored by `up` of the stacks that declare it (`settle.rs`).
//!
//! Absent: data. Blobs are copied by the policies of the stack `data` and read in either region; nothing has to be switched.

mod arguments;
mod checks;
mod config;
mod deploy;
mod failback;
mod failover;
mod measure;
mod procedure;
mod service_bus;
mod settle;
mod sites;
mod sql;
mod steps;
mod traffic;

pub use config::RecoveryConfig;
pub use failback::Failback;
pub use failover::Failover;
