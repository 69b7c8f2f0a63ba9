//! Builds images and runs containers with a real engine: `tests/engine` starts it, `tests/run` starts that.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod connect;
mod engine;
mod images;
mod jobs;
mod leftovers;
mod support;
