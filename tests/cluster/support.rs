mod deployer;
mod deployment_server;
#[path = "../support/env.rs"]
#[allow(dead_code, reason = "the other tests use the rest")]
mod env;
mod fleet;
#[path = "../support/following.rs"]
mod following;
#[path = "../support/git.rs"]
mod git;
mod git_server;
mod hold;
mod host;
mod lab;
mod large_files;
mod lettered;
mod private_lab;
#[path = "../support/pty.rs"]
#[allow(dead_code, reason = "the other tests use the rest")]
mod pty;
#[path = "../support/readonly_home.rs"]
mod readonly_home;
mod repository;
mod served;
#[path = "../support/skip.rs"]
#[allow(dead_code, reason = "the other tests use the rest")]
mod skip;
mod state;

pub(crate) use deployer::{DEPLOY, Deployer, Running};
pub(crate) use deployment_server::DeploymentServer;
pub(crate) use env::{Env, Run};
pub(crate) use fleet::Fleet;
pub(crate) use following::Following;
pub(crate) use git_server::GitServer;
pub(crate) use hold::Hold;
pub(crate) use host::Host;
pub(crate) use lab::Lab;
pub(crate) use large_files::LargeFiles;
pub(crate) use lettered::lettered;
pub(crate) use private_lab::PrivateLab;
pub(crate) use pty::Pty;
pub(crate) use readonly_home::with_readonly_home;
pub(crate) use repository::{KEY, Repository, at_gate, svcgen};
pub(crate) use served::Served;
pub(crate) use skip::has_tool;
pub(crate) use state::State;

/// A program of this folder.
fn program(name: &str) -> std::path::PathBuf {
    std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cluster")).join(name)
}
