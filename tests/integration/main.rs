//! The integration tests: one binary, one module per command.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod clone;
mod review;
mod support;
