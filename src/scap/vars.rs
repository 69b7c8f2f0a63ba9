//! Reads the variables of templates.

use serde_json::{Map, Value};

use super::environment::{ScapEnvironment, places};
use super::files::Files;
use super::mistake::{Findings, Reading, ScapError, Source};
use crate::yaml::{Kind, parse};

/// Reads the variables of all, and over them those of the environment; a value is replaced as a whole.
///
/// # Errors
/// Where a file is not a YAML mapping.
pub(super) fn read_vars(
    files: &dyn Files,
    environment: Option<&ScapEnvironment>,
) -> Result<Reading<Map<String, Value>>, ScapError> {
    let mut findings = Findings::default();
    let mut vars = Map::new();
    for path in places(environment, "vars.yaml").into_iter().rev() {
        let Some(text) = files.read(&path)? else {
            continue;
        };
        let source = Source {
            path: &path,
            text: &text,
        };
        match parse(&text) {
            Ok(node) if matches!(node.kind, Kind::Mapping(_)) => {
                vars.extend(
                    node.entries()
                        .iter()
                        .map(|(key, value)| (key.text.clone(), value.to_value())),
                );
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
