#[path = "../support/certificates.rs"]
mod certificates;
mod encrypted;
#[path = "../support/engine_lab.rs"]
#[allow(dead_code, reason = "the other tests use the rest")]
mod engine_lab;
#[path = "../support/private_engine.rs"]
mod private_engine;
#[path = "../support/skip.rs"]
#[allow(dead_code, reason = "the other tests use the rest")]
mod skip;
mod stand_in;
mod work;

pub(crate) use encrypted::Encrypted;
pub(crate) use engine_lab::Lab;
pub(crate) use private_engine::PrivateLab;
pub(crate) use stand_in::StandIn;
pub(crate) use work::{Said, job, recipe, wait};
