//! Reads the variables of templates.

use indexmap::IndexMap;
use serde::{Serialize, Serializer};

use super::environment::{ScapEnvironment, places};
use super::files::Files;
use super::mistake::{Findings, Reading, ScapError, Source};
use crate::yaml::{Kind, Node, parse_python};

/// The variables of templates, as Python reads them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Vars(IndexMap<String, Node>);

impl Vars {
    /// The variables, in the order in which they were first named.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl FromIterator<(String, Node)> for Vars {
    fn from_iter<T: IntoIterator<Item = (String, Node)>>(variables: T) -> Self {
        Self(variables.into_iter().collect())
    }
}

impl Serialize for Vars {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(name, value)| (name, value.to_value())))
    }
}

/// Reads the variables of all, and over them those of the environment; a value is replaced as a whole.
///
/// # Errors
/// Where a file is not a YAML mapping.
pub(super) fn read_vars(
    files: &dyn Files,
    environment: Option<&ScapEnvironment>,
) -> Result<Reading<Vars>, ScapError> {
    let mut findings = Findings::default();
    let mut vars = Vars::default();
    for path in places(environment, "vars.yaml").into_iter().rev() {
        let Some(text) = files.read(&path)? else {
            continue;
        };
        let source = Source {
            path: &path,
            text: &text,
        };
        match parse_python(&text) {
            Ok(node) if matches!(node.kind, Kind::Mapping(_)) => {
                let entries = node.entries().iter();
                vars.0
                    .extend(entries.map(|(key, value)| (key.text.clone(), value.clone())));
            }
            Ok(node) => {
                let message = format!("expected a mapping of variables, found {}", node.describe());
                findings.mistakes.push(
                    source
                        .at_byte(0, message)
                        .rule("write `{}` where there are none"),
                );
            }
            Err(error) => findings.mistakes.push(source.not_yaml(&error)),
        }
    }
    findings.finish(Some(vars))
}
