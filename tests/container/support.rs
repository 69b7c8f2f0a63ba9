mod encrypted;
mod lab;
mod private_lab;
#[path = "../support/skip.rs"]
#[allow(dead_code, reason = "the other tests use the rest")]
mod skip;
mod stand_in;
mod work;

pub(crate) use encrypted::Encrypted;
pub(crate) use lab::Lab;
pub(crate) use private_lab::PrivateLab;
pub(crate) use stand_in::StandIn;
pub(crate) use work::{Said, job, recipe, wait};
