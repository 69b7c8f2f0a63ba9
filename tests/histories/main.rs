//! Plays random histories of a service: its model changes, svcgen runs, people edit what was generated, reviewers send patch
//! sets, upstream merges and reverts, runs are killed. After each run it is looked whether a line of anybody's is lost.
//!
//! SVCGEN_HISTORIES_SEEDS says which are played (`17`, or `100-300`), SVCGEN_HISTORIES_STEPS how long each is.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::print_stderr, reason = "what failed is read by people")]

#[path = "../simulation/chance.rs"]
#[allow(dead_code, reason = "the simulation uses the rest")]
mod chance;
#[path = "../support/env.rs"]
#[allow(dead_code, reason = "the other tests use the rest")]
mod env;
mod hint;
mod history;
mod lines;
mod model;
mod person;
mod run;
mod seeds;
mod settle;
mod sight;
mod upstream;
mod verdict;
mod world;
