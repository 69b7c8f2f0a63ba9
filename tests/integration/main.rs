//! Runs the program as a user does, in a closed environment.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod book;
mod new;
mod request;
mod support;
mod trees;
