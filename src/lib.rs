//! svcgen takes a service of a MediaWiki farm from an idea to production, and keeps it there.
//!
//! The library is public for the program and its tests only; it promises nothing to others.

pub mod announce;
pub mod build;
pub mod bunyan;
pub mod calendar;
mod child;
pub mod cli;
pub mod conduit;
pub mod configuration;
pub mod container;
mod count;
pub mod demo;
pub mod deploy;
pub mod doctor;
pub mod drift;
pub mod edit;
pub mod error;
pub mod event;
pub mod filing;
pub mod flow;
mod folders;
pub mod generate;
pub mod git;
pub mod hosts;
pub mod ini;
mod interrupt;
mod json;
mod locale;
pub mod model;
pub mod onboarding;
mod place;
pub mod puppet;
pub mod render;
pub mod report;
pub mod review;
pub mod scap;
pub mod status;
pub mod tail;
pub mod transport;
pub mod ui;
pub mod validate;
mod visible;
pub mod worktree;
pub mod yaml;
