//! Runs the program against real hosts: `tests/cluster/hosts` makes them, `tests/run` starts it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod checks;
mod connection;
mod deployment_server;
mod disk;
mod doctor;
mod ends;
mod host_keys;
mod hostile;
mod hosts;
mod incumbent;
mod interrupt;
mod killed;
mod lab;
mod large_files;
mod locks;
mod permissions;
mod ports;
mod records;
mod repository;
mod rivals;
mod road;
mod scap;
mod scap_faults;
mod scap_interrupts;
mod scap_questions;
mod scap_refusals;
mod service;
mod submodules;
mod support;
mod systemd;
mod tail;
mod trials;
mod unfit;
