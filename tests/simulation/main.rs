//! Runs the engine against hosts that are a model, under paused time: thousands of deploys with faults at random moments.
//!
//! SVCGEN_SIMULATION_RUNS says how many, SVCGEN_SIMULATION_SEED runs one of them again, and SVCGEN_SIMULATION_KILLED says
//! of how many deploys the deployer, ssh or a target is killed at every event.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::print_stderr, reason = "what failed is read by people")]

mod chance;
mod deployer;
mod effect;
mod fault;
mod going_on;
mod host;
mod keeper;
mod killed;
mod pace;
mod probe;
mod random;
mod reality;
mod repository;
mod rivals;
mod scenario;
mod step;
mod verdict;
mod wire;
mod words;
mod world;
