//! The model of a service, `svcgen.yaml`, and the sites it belongs to, as types that cannot be wrong.
//!
//! Everything that enters is parsed once, here; whoever holds a value of these types need not check it again.
//! This module reads one file at a time and never prints.

mod build;
mod config;
mod data_type;
mod deploy;
mod host;
mod load;
mod local_hosts;
mod misplaced;
mod name;
mod people;
mod problem;
mod production;
mod read;
mod runtime;
mod schema;
mod service;
mod site;
mod sites;
mod suggest;
mod text;

pub use build::{Build, BuildTarget, Dependency, PackageName};
pub use config::{ConfigStyle, Parameter, ServiceConfig};
pub(crate) use config::{choice, variables};
pub use data_type::DataType;
pub use deploy::{Check, CheckKind, Deploy, Environment, FailureLimit, Group, Moment, Stage};
pub use host::{HostName, HostPattern};
pub use load::{LoadError, MODEL_FILE, SUPPORTED_VERSION, find_model};
pub(crate) use load::{parse_file, read_stdin, read_text, read_version};
pub use local_hosts::{LOCAL_HOSTS_FILE, LocalHosts};
pub use name::{
    AccountName, Address, AnnotationName, BranchName, BuildNode, CheckName, DatacentreName,
    EnvironmentName, GroupName, ImageName, MailAddress, ParameterName, Port, PuppetName, Refused,
    RepositoryName, Revision, RoleName, ServiceName, SiteName, TaskId, VariableName, Version,
};
pub use people::{Maintainer, Owner};
pub use problem::Problem;
pub use production::{Admins, LoadBalancer, Production};
pub(crate) use read::{Fields, Read, expected, map};
pub use runtime::{Healthcheck, LogLevel, Runtime};
pub use schema::{model_schema, site_schema};
pub use service::{FlowEdge, Repositories, Service, Tickets, Timeline, Vagrant};
pub use site::{Announce, Calendar, Day, Deployment, Engine, Hours, Logs, MESSAGE, Site};
pub use sites::{SiteError, Sites};
pub use suggest::{did_you_mean, or_did_you_mean, suggest};
pub use text::{Line, Text};
