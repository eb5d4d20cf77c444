//! `atp promote`: whether what runs in one environment may go to the next.
//!
//! What is promoted is the commit that is checked out: both environments are made by the same programs, and what differs is
//! configuration. So it is shown what of the configuration differs, and gates say whether the source runs this commit, and
//! well, and whether the target can take it. Nothing is changed; the command that does it is printed.

mod command;
mod config;
mod difference;
mod gates;

pub use command::Promote;
pub use config::PromotionConfig;
