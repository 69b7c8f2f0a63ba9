//! Runs the program as a user does, in a closed environment.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod book;
mod clone;
mod deploy_repo;
mod faults;
mod generator;
mod interview;
mod names;
mod new;
mod request;
mod review;
mod signals;
mod support;
mod texts;
mod trees;
mod vagrant;
mod validate;
mod withdraw;
