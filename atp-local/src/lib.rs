//! Resources that live in the state alone: random values, and instants that rotate.
//!
//! A value is made once, when its resource is created, and stays until the resource is replaced: so that a program may
//! make a password, pass it on, and be planned and carried out as often as one likes. What is secret is sealed in the
//! state like every secret.
//!
//! ```
//! use atp_iac::{Context, Result};
//! use atp_local::random::Password;
//! use atp_local::time::{Period, Rotating};
//!
//! fn credentials(cx: &mut Context) -> Result<()> {
//!     let month = cx.add("month", Rotating::new(Period::days(30)))?;
//!     let password = Password::new(24).excluded("lI1O0").keepers([("month", month.rotated_at())]);
//!     let password = cx.add("password", password)?;
//!     let _ = password.result(); // an `Output<Secret<String>>`, for the property of another resource
//!     Ok(())
//! }
//! ```
//!
//! A binary registers the providers beside those of its cloud: `Application::with_provider`, or
//! [`Engine::with_provider`](atp_iac::engine::Engine::with_provider), with [`LocalProvider::random`] and
//! [`LocalProvider::time`], which take the ports that they ask.
//!
//! A replacement makes the new value, then changes whatever uses it, then forgets the old one; `protect` refuses it.
//!
//! **Absent on purpose:** a resource that runs a command. Nobody could say what it will do before it does it, whether it
//! did it when it was cut off, or what it left, so that no plan of it would be true. What it would be used for is a
//! [`Provider`](atp_iac::provider::Provider) of one's own, which is a page of code, or a step of the pipeline around.

mod foreign;
mod kept;
mod provider;
pub mod random;
pub mod time;

pub use provider::LocalProvider;
