//! The whole road on one machine, in a folder of its own: repositories behind a small review server, a service that answers,
//! four hosts that are folders.
//!
//! What is shown are svcgen's own commands, run as a user would run them; nothing outside of the folder is read or written.

mod pkt_line;
mod review;
mod sandbox;
mod service;
mod shell;
mod story;

pub use review::{Approved, ReviewError, merge, receive};
pub use sandbox::{REPOSITORIES, Sandbox, SandboxError, Workbench};
pub use service::{ask, serve};
pub use story::{Action, Scene, StoryStep, story};

/// How the names of the folders begin that a demo makes for itself.
pub const PREFIX: &str = "svcgen-demo-";
