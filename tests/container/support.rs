mod lab;
#[path = "../support/skip.rs"]
#[allow(dead_code, reason = "the other tests use the rest")]
mod skip;
mod work;

pub(crate) use lab::Lab;
pub(crate) use work::{Said, job, wait};
