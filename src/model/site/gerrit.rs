use std::num::NonZeroU16;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::host::HostName;
use crate::model::name::RepositoryName;
use crate::model::problem::Problem;
use crate::model::read::{Fields, Read};
use crate::model::text::Line;
use crate::visible::visible;
use crate::yaml::Node;

/// The review server.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Gerrit {
    /// Its name in the network.
    pub host: Option<HostName>,
    /// Port of its ssh server.
    pub port: Option<NonZeroU16>,
    /// What the names of service repositories begin with.
    pub prefix: Option<RepositoryName>,
    /// Address that anybody can clone from.
    pub url: Option<Line>,
}

impl Read for Gerrit {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let host = fields.optional("host", problems);
        let port = fields.optional("port", problems);
        let prefix = fields.optional("prefix", problems);
        let url: Option<Line> = fields.optional("url", problems);
        if let (Some(url), Some(node)) = (&url, fields.node("url"))
            && !url.as_str().contains("://")
        {
            let message = format!("`{}` is not the address of a server", visible(url.as_str()));
            let rule = "such as `https://review.example.org/r`";
            problems.push(Problem::new(node.span.clone(), message).rule(rule));
        }
        fields.end(problems);
        Some(Self {
            host,
            port,
            prefix,
            url,
        })
    }
}
