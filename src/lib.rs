//! svcgen takes a service of a MediaWiki farm from an idea to production, and keeps it there.
//!
//! The library is public for the program and its tests only; it promises nothing to others.

pub mod model;
pub mod yaml;
