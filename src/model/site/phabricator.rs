use schemars::JsonSchema;
use serde::Serialize;

use crate::model::problem::Problem;
use crate::model::read::{Fields, Read};
use crate::model::text::Line;
use crate::yaml::Node;

/// The ticket system.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Phabricator {
    /// Its address.
    pub url: Option<Line>,
    pub projects: Projects,
}

/// The projects that requests are filed in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Projects {
    /// Slug of the project for requests of new services.
    pub service_request: Option<Line>,
    /// Slug of the project for requests of access.
    pub access_request: Option<Line>,
}

impl Read for Phabricator {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let url = fields.optional("url", problems);
        let projects = fields.or("projects", Projects::default(), problems);
        fields.end(problems);
        Some(Self { url, projects })
    }
}

impl Read for Projects {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let service_request = fields.optional("service_request", problems);
        let access_request = fields.optional("access_request", problems);
        fields.end(problems);
        Some(Self {
            service_request,
            access_request,
        })
    }
}
