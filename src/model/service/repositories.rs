use schemars::JsonSchema;
use serde::Serialize;

use crate::model::name::{BranchName, RepositoryName, ServiceName, constant};
use crate::model::problem::Problem;
use crate::model::read::Fields;
use crate::model::site::Site;
use crate::yaml::Node;

/// The repositories of the service on the review server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Repositories {
    /// By default the site's prefix and the name.
    #[schemars(with = "Option<RepositoryName>")]
    pub source: RepositoryName,
    /// By default the source repository's name and `/deploy`.
    #[schemars(with = "Option<RepositoryName>")]
    pub deploy: RepositoryName,
    /// Path below the deploy directory, and key of the deploy source; by default the name and `/deploy`.
    #[schemars(with = "Option<RepositoryName>")]
    pub key: RepositoryName,
    #[serde(default = "default_branch")]
    pub branch: BranchName,
}

fn default_branch() -> BranchName {
    constant(BranchName::parse("master"))
}

impl Repositories {
    pub(super) fn read(
        node: Option<&Node>,
        name: Option<&ServiceName>,
        site: &Site,
        problems: &mut Vec<Problem>,
    ) -> Option<Self> {
        let mut fields = Fields::of_optional(node, problems)?;
        let source: Option<RepositoryName> = fields.optional("source", problems);
        let deploy = fields.optional("deploy", problems);
        let key = fields.optional("key", problems);
        let branch = fields.or("branch", default_branch(), problems);
        fields.end(problems);
        let name = name?;
        let source = match source {
            Some(source) => source,
            None => match &site.gerrit.prefix {
                Some(prefix) => RepositoryName::parse(&format!("{prefix}/{name}")).ok()?,
                None => RepositoryName::parse(name.as_str()).ok()?,
            },
        };
        let deploy = match deploy {
            Some(deploy) => deploy,
            None => RepositoryName::parse(&format!("{source}/deploy")).ok()?,
        };
        if source == deploy {
            let named = node.and_then(|it| it.find("deploy").or_else(|| it.find("source")));
            let span = named.or(node).map_or(0..0, |it| it.span.clone());
            let message = format!("`{deploy}` is the repository of the source");
            problems.push(Problem::new(span, message).rule("the deploy repository is another one"));
        }
        let key = match key {
            Some(key) => key,
            None => RepositoryName::parse(&format!("{name}/deploy")).ok()?,
        };
        Some(Self {
            source,
            deploy,
            key,
            branch,
        })
    }
}
