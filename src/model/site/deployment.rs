//! How an organisation deploys.

use camino::Utf8PathBuf;
use schemars::JsonSchema;
use serde::Serialize;

use super::line;
use crate::model::choice;
use crate::model::local_hosts::LocalHosts;
use crate::model::name::{AccountName, constant};
use crate::model::read::{Fields, Read};
use crate::model::text::Line;
use crate::model::{HostName, Problem};
use crate::yaml::Node;

/// How the organisation deploys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Deployment {
    pub engine: Engine,
    /// The host that deploys start from.
    pub server: Option<HostName>,
    /// The folder of the deployed repositories, on that host and on the targets.
    #[schemars(with = "String", regex(pattern = "^/"))]
    pub directory: Utf8PathBuf,
    /// The account that deploys.
    pub user: AccountName,
    /// The command that deploys on the deployment server.
    pub scap: Line,
    /// The hosts of the engine `local`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local: Option<LocalHosts>,
}

/// What carries out a deploy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// svcgen's own, over ssh.
    Ssh,
    /// Scap on the deployment server.
    Scap,
    /// svcgen's own, on hosts that are folders of this machine.
    Local,
}

impl Default for Deployment {
    fn default() -> Self {
        Self {
            engine: Engine::Ssh,
            server: None,
            directory: "/srv/deployment".into(),
            user: constant(AccountName::parse("deploy-service")),
            scap: line("scap deploy"),
            local: None,
        }
    }
}

impl Read for Deployment {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let by_default = Self::default();
        let mut fields = Fields::of(node, problems)?;
        let engine = fields.or("engine", by_default.engine, problems);
        let server = fields.optional("server", problems);
        let directory = fields.or("directory", by_default.directory, problems);
        let user = fields.or("user", by_default.user, problems);
        let scap = fields.or("scap", by_default.scap, problems);
        let local = fields.optional("local", problems);
        fields.end(problems);
        Some(Self {
            engine,
            server,
            directory,
            user,
            scap,
            local,
        })
    }
}

impl Read for Engine {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let known = [
            ("ssh", Self::Ssh),
            ("scap", Self::Scap),
            ("local", Self::Local),
        ];
        choice(node, &known, problems)
    }
}
