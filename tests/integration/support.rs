pub(crate) mod browser;
#[path = "../support/certificates.rs"]
mod certificates;
mod checkout;
pub(crate) mod conduit;
#[path = "../support/copy.rs"]
mod copy;
pub(crate) mod desk;
#[path = "../support/engine_lab.rs"]
#[allow(dead_code, reason = "the other tests use the rest")]
mod engine_lab;
#[path = "../support/env.rs"]
mod env;
mod file_server;
#[path = "../support/following.rs"]
mod following;
#[path = "../support/gerrit.rs"]
pub(crate) mod gerrit;
#[path = "../support/git.rs"]
mod git;
mod journal;
pub(crate) mod kitchen;
mod local_farm;
mod port;
#[path = "../support/private_engine.rs"]
#[allow(dead_code, reason = "the other tests use the rest")]
mod private_engine;
#[path = "../support/pty.rs"]
mod pty;
#[path = "../support/readonly_home.rs"]
mod readonly_home;
pub(crate) mod sample;
pub(crate) mod samples;
#[path = "../support/skip.rs"]
mod skip;
mod ssh_farm;
mod tree;
mod typed;
mod written;

pub(crate) use copy::copy;
pub(crate) use engine_lab::Lab;
pub(crate) use env::{Env, Run, fixtures, sample_tree};
pub(crate) use file_server::FileServer;
pub(crate) use following::Following;
pub(crate) use journal::{Story, deploy_repository, revision};
pub(crate) use local_farm::LocalFarm;
pub(crate) use private_engine::PrivateLab;
pub(crate) use pty::Pty;
pub(crate) use readonly_home::with_readonly_home;
pub(crate) use skip::{has_tool, lacks, may_mount, skip};
pub(crate) use ssh_farm::{SshFarm, TEA_TIME};
pub(crate) use tree::Tree;
