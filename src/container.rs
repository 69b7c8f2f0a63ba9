//! Builds images and runs commands in containers, through the API of Docker or Podman.
//!
//! It says what happens in lines and errors, and writes to no stream. No container outlives the run that made it: what a
//! killed run leaves, the next one removes.

mod address;
mod connect;
mod engine;
mod error;
mod image;
mod job;
mod lines;
mod network;
mod owner;
mod recipe;
mod run;

pub use address::{Address, AddressError, Endpoint, NamedBy, Variables, addresses};
pub(crate) use connect::has_systemd;
pub use connect::{ConnectError, Group, Trouble, TroubleKind};
pub use engine::{Engine, EngineName};
pub use error::EngineError;
pub use image::{Image, ImageError};
pub use job::{Access, Job, Mount, User};
pub use lines::{Output, OutputLine};
pub use network::HostNetwork;
pub use owner::Owner;
pub use recipe::{BuildError, Built, Recipe};
pub use run::RunError;
