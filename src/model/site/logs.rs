use camino::Utf8PathBuf;
use schemars::JsonSchema;
use serde::Serialize;

use super::line;
use crate::model::problem::Problem;
use crate::model::read::{Fields, Read};
use crate::model::text::Line;
use crate::yaml::Node;

/// Where services log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Logs {
    /// The folder that has one for each service.
    #[schemars(with = "String", regex(pattern = "^/"))]
    pub directory: Utf8PathBuf,
    /// The log in it.
    pub file: Line,
}

impl Default for Logs {
    fn default() -> Self {
        Self {
            directory: "/srv/log".into(),
            file: line("main.log"),
        }
    }
}

impl Read for Logs {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let by_default = Self::default();
        let mut fields = Fields::of(node, problems)?;
        let directory = fields.or("directory", by_default.directory, problems);
        let file = fields.or("file", by_default.file, problems);
        fields.end(problems);
        Some(Self { directory, file })
    }
}
