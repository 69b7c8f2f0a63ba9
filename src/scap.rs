//! Reads the `scap/` directory of a deploy repository as Scap does, into types that cannot be wrong.
//!
//! Everything that Scap would only notice in the middle of a deploy is a mistake here, with its file and line.
//! This module never writes and never prints.

mod check;
mod config;
mod config_files;
mod directory;
mod environment;
mod files;
mod keys;
mod mistake;
mod settings;
mod submodule;
mod targets;
mod value;
mod vars;

pub use check::{DeployCheck, DeployStage};
pub use config::{ScapConfig, ServiceAction, ServiceUnit, TargetGroup};
pub use config_files::{ConfigFile, OutputFormat};
pub use directory::ScapDirectory;
pub use environment::ScapEnvironment;
pub use files::{Files, Overlay};
pub use mistake::{Mistake, Reading, ScapError};
pub use settings::{Setting, Settings};
pub use submodule::{Submodule, read_submodules};
pub use targets::{HostGroup, find_target_file, read_hosts};
pub use vars::Vars;

/// The configuration of the directory.
pub const CONFIG_FILE: &str = "scap/scap.cfg";
