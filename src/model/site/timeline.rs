use schemars::JsonSchema;
use serde::Serialize;

use crate::model::problem::Problem;
use crate::model::read::{Fields, Read};
use crate::yaml::Node;

/// How long before a deployment the service request is filed, in weeks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SiteTimeline {
    /// The least that is asked for.
    pub minimum_weeks: u32,
    /// What is better.
    pub advised_weeks: u32,
}

impl Default for SiteTimeline {
    fn default() -> Self {
        Self {
            minimum_weeks: 2,
            advised_weeks: 3,
        }
    }
}

impl Read for SiteTimeline {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let by_default = Self::default();
        let mut fields = Fields::of(node, problems)?;
        let minimum_weeks = fields.or("minimum_weeks", by_default.minimum_weeks, problems);
        let advised_weeks = fields.or("advised_weeks", by_default.advised_weeks, problems);
        let least = fields.node("minimum_weeks");
        if minimum_weeks > advised_weeks
            && let Some(node) = fields.node("advised_weeks").or(least)
        {
            let message =
                format!("{advised_weeks} weeks are advised, and {minimum_weeks} are required");
            let rule = "`advised_weeks` is `minimum_weeks` or more";
            problems.push(Problem::new(node.span.clone(), message).rule(rule));
        }
        fields.end(problems);
        Some(Self {
            minimum_weeks,
            advised_weeks,
        })
    }
}
