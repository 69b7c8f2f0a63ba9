//! The model of a service, `svcgen.yaml`, and the sites it belongs to, as types that cannot be wrong.
//!
//! Everything that enters is parsed once, here; whoever holds a value of these types need not check it again.
//! This module reads one file at a time and never prints.

mod config;
mod data_type;
mod deploy;
mod host;
mod load;
mod name;
mod people;
mod problem;
mod read;
mod runtime;
mod schema;
mod service;
mod site;
mod text;

pub use config::{ConfigStyle, Parameter, ServiceConfig};
pub use data_type::DataType;
pub use deploy::{Check, CheckKind, Deploy, Environment, FailureLimit, Group, Moment, Stage};
pub use host::{HostName, HostPattern};
pub(crate) use load::read_text;
pub use load::{LoadError, MODEL_FILE, SUPPORTED_VERSION, find_model};
pub use name::{
    AccountName, BranchName, CheckName, EnvironmentName, GroupName, ImageName, ParameterName, Port,
    PuppetName, Refused, RepositoryName, Revision, ServiceName, SiteName, TaskId, VariableName,
    Version,
};
pub use people::{Maintainer, Owner};
pub use problem::{Problem, suggest};
pub use runtime::{Build, BuildTarget, Dependency, Healthcheck, LogLevel, PackageName, Runtime};
pub use schema::{model_schema, site_schema};
pub use service::{FlowEdge, Repositories, Service, Tickets, Timeline, Vagrant};
pub use site::{Announce, Engine, Site, SiteError, Sites};
pub use text::{Line, Text};
