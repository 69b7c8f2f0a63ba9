//! Updates a deploy repository: the submodule's next commit, and the modules of npm that it needs.
//!
//! What is here reads git's objects and works in a folder of its own. The user's checkout, branch, index and files are
//! only looked at; what is made is one commit on a topic branch.

mod complaint;
mod engine;
mod error;
mod image;
mod inputs;
mod link;
mod log;
mod manifest;
mod message;
mod npm;
mod npmrc;
mod packages;
mod plan;
mod provenance;
mod reason;
mod session;
mod settings;
mod source;
mod standing;
mod stanza;
mod step;
mod strip;
mod submodule;
mod tools;
mod tree;
mod workshop;

pub use complaint::Complaint;
pub use error::BuildError;
pub use log::BuildLog;
pub use npm::{NpmError, is_version};
pub use npmrc::Registries;
pub use packages::{AptSource, Packages};
pub use plan::{BuildPlan, Change, Installation, Modules, SubmoduleMove};
pub use reason::Reason;
pub use session::{Built, Force, Progress, Request, Session, Workbench};
pub use settings::Settings;
pub use stanza::Stanza;
pub use step::StepError;
pub use workshop::folder;
