//! The stack `application`: what the services need of Azure. What they work as, what that may do, and what brings them
//! onto the cluster.
//!
//! Databases of SQL have users of their own, which Resource Manager does not know. Each service that has one is created
//! there by its name in the output `database_users`: `CREATE USER [<name>] FROM EXTERNAL PROVIDER`.

mod config;
mod documents;
mod outputs;
mod program;
mod scopes;
mod services;

pub use config::{ApplicationConfig, MessagingScope};
pub use outputs::ApplicationOutputs;
pub use program::{Application, application};
