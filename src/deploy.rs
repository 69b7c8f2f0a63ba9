//! Deploys a revision of a deploy repository to its targets.

pub mod limit;
pub mod repository;
pub mod template;
