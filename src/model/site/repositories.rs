use schemars::JsonSchema;
use serde::Serialize;

use crate::model::name::{BranchName, RepositoryName, constant};
use crate::model::problem::Problem;
use crate::model::read::{Fields, Read};
use crate::yaml::Node;

/// The shared repositories of the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SiteRepositories {
    /// The MediaWiki-Vagrant tree.
    pub vagrant: Option<RepositoryName>,
    /// The Puppet tree of the production hosts.
    pub puppet: Option<RepositoryName>,
    /// The branch that changes of the Vagrant tree are meant for.
    pub vagrant_branch: BranchName,
    /// The branch that changes of the Puppet tree are meant for.
    pub puppet_branch: BranchName,
}

impl Default for SiteRepositories {
    fn default() -> Self {
        let branch = |name| constant(BranchName::parse(name));
        Self {
            vagrant: None,
            puppet: None,
            vagrant_branch: branch("master"),
            puppet_branch: branch("production"),
        }
    }
}

impl Read for SiteRepositories {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let by_default = Self::default();
        let mut fields = Fields::of(node, problems)?;
        let vagrant = fields.optional("vagrant", problems);
        let puppet = fields.optional("puppet", problems);
        let vagrant_branch = fields.or("vagrant_branch", by_default.vagrant_branch, problems);
        let puppet_branch = fields.or("puppet_branch", by_default.puppet_branch, problems);
        fields.end(problems);
        Some(Self {
            vagrant,
            puppet,
            vagrant_branch,
            puppet_branch,
        })
    }
}
