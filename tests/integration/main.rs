//! Runs the program as a user does, in a closed environment.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod book;
mod check;
mod clone;
mod deploy_repo;
mod deploy_repository;
mod faults;
mod flow;
mod generate;
mod generator;
mod interview;
mod names;
mod new;
mod older_trees;
mod own;
mod quoting;
mod request;
mod review;
mod signals;
mod status;
mod support;
mod taken;
mod texts;
mod trees;
mod vagrant;
mod validate;
mod withdraw;
