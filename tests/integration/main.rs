//! Runs the program as a user does, in a closed environment.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod announce;
mod architecture;
mod book;
mod build;
mod bunyan;
mod check;
mod clone;
mod conflicts;
mod demo;

mod deploy_repository;
mod doctor;
mod events;
mod faults;
mod filing;
mod flow;
mod generate;
mod generator;
mod history;
mod hosts;
mod interview;
mod later;
mod live;
mod local;
mod log;
mod misspelt;
mod names;
mod new;
mod older_trees;
mod organisation;
mod own;
mod plain;
mod quoting;
mod report;
mod request;
mod review;
mod revisions;
mod scap;
mod schedule;
mod series;
mod service;
mod shells;
mod signals;
mod status;
mod support;
mod surroundings;
mod tail;
mod taken;
mod texts;
mod trees;
mod update;
mod vagrant;
mod validate;
mod withdraw;
