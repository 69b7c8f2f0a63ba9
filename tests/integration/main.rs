//! Tests of svcgen as a whole.

mod deploy_repo;
